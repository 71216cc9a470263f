"""manage.py experiment FILE: compare methods fairly, here in this process."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from apps.accounts.actors import Actor
from apps.common.doorbell import signs
from apps.experiments import making
from apps.experiments.bringing import bring_in, known
from apps.experiments.draft import read_draft
from apps.experiments.models import Experiment, ExperimentState
from apps.experiments.terminal import carry_on, finish
from apps.rounds.management.commands.evolve import seconds
from apps.rounds.management.frame import Frame
from apps.rounds.terminal import isolation, open_loop

HELD_BACK = (ExperimentState.PAUSED, ExperimentState.STOPPED)


class Command(Frame):
    usage = "FILE [--resume] [--anew] [--no-wait] [--json] [--timeout SECONDS]"
    help = (
        "Compare methods over seeds and projects at equal budget, as an experiment file says "
        "(docs/guide/experiments.md). Run again with the same file it goes on: what is finished is kept, runs that "
        "were interrupted go on where they stopped. Exits 0 when all runs are over, and when --timeout stopped it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="an experiment file, such as examples/experiments/parabola.toml")
        parser.add_argument("--resume", action="store_true", help="go on also after somebody paused or stopped it")
        parser.add_argument("--anew", action="store_true", help="a new edition beside what was run before")
        parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help="stop this command after that long")
        parser.add_argument("--no-wait", action="store_true", help="leave it to the workers of the running system")
        parser.add_argument("--json", action="store_true", help="the last line is one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        draft = read_draft(options["file"], known)
        isolation()
        projects = bring_in(Actor.system(), draft.sites)
        served = options["no_wait"]
        made = making.make(Actor.system(), draft.plan(projects), draft.at_once, served=served, anew=options["anew"])
        made = self._on(made, options)
        self.stdout.write(f"experiment {made.uuid}")
        self.stdout.flush()
        if served:
            self._leave(made, as_json=options["json"])
            return
        deadline = begun + (options["timeout"] or float("inf"))
        loop = open_loop()
        try:
            made = carry_on(loop, made, deadline, str(options["file"]))
        finally:
            loop.close()
        finish(made, self.stdout, str(options["file"]), as_json=options["json"])

    def _on(self, made: Experiment, options: dict[str, Any]) -> Experiment:
        """The experiment as it may go on. Raises CommandError where a person held it back."""
        if made.state in HELD_BACK:
            if not options["resume"]:
                why = f": {made.why}" if made.why else ""
                raise CommandError(f"The experiment is {made.state}{why}. Go on with it: --resume")
            return making.go_on(Actor.system(), made, served=options["no_wait"])
        if options["no_wait"] and not made.served and made.state == ExperimentState.RUNNING:
            Experiment.objects.filter(pk=made.pk).update(served=True)
        if made.cells_over and made.state == ExperimentState.RUNNING:
            self.stderr.write(f"Going on: {made.cells_over} of {made.cells_all} runs are over.")
        return made

    def _leave(self, made: Experiment, *, as_json: bool) -> None:
        """It is for the workers; say if there are none."""
        if (signs(["worker"]) or {"worker": False})["worker"] is False:  # None: this broker cannot tell
            self.stderr.write("No worker runs. Start them with: make run")
        if as_json:
            finish(made, self.stdout, "", as_json=True)
