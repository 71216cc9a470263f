"""manage.py resume [RUN]: go on with a run that was interrupted."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Q

from apps.records.models import Run, RunState
from apps.rounds.management.frame import Frame
from apps.rounds.terminal import carry_on, isolation, open_loop


class Command(Frame):
    usage = "[RUN]"
    help = (
        "Go on with an interrupted run, with the options that it was started with; its timeout counts anew. "
        "The latest one that is open when none is named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="?", default="", help="a run's id, or the beginning of it")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        run = find(options["run"])
        isolation()
        loop = open_loop()
        try:
            self.stdout.write(f"run {run.uuid}")
            self.stdout.flush()
            carry_on(loop, run, self.stdout, begun)
        finally:
            loop.close()


def find(named: str) -> Run:
    """The run whose id begins so; unnamed the latest that is open, else the latest. Baselines go with their run."""
    runs = Run.objects.select_related("project", "protocol").filter(baseline_of=None).order_by("-pk")
    if not named:
        is_open = Q(state=RunState.OPEN) | Q(pk__in=Run.objects.filter(state=RunState.OPEN).values("baseline_of"))
        found = runs.filter(is_open).first() or runs.first()
        if found is None:
            raise CommandError("There is no run to resume. Start one: manage.py evolve FOLDER")
        return found
    matching = [run for run in runs if str(run.uuid).startswith(named.lower())]
    if len(matching) != 1:
        what = "No run's id begins" if not matching else f"{len(matching)} runs' ids begin"
        raise CommandError(f"{what} with {named!r}. The first line that evolve prints is the run's id.")
    return matching[0]
