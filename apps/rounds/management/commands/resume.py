"""manage.py resume [RUN]: go on with a run that was interrupted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.errors import UserError
from apps.records.models import Run, RunState
from apps.rounds.terminal import carry_on, open_loop


class Command(BaseCommand):
    help = (
        "Go on with an interrupted run, with the options that it was started with. The latest one when none is named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="?", default="", help="a run's id, or the beginning of it")

    def handle(self, *args: Any, **options: Any) -> None:
        run = find(options["run"])
        loop = open_loop()
        try:
            self.stdout.write(f"run {run.uuid}")
            self.stdout.flush()
            carry_on(loop, run, self.stdout)
        except UserError as error:
            raise CommandError(str(error)) from None
        finally:
            loop.close()


def find(named: str) -> Run:
    """The run whose id begins so; without a name the latest open one, else the latest. Baselines go with their run."""
    runs = Run.objects.select_related("project", "protocol").filter(baseline_of=None).order_by("-pk")
    if not named:
        found = runs.filter(state=RunState.OPEN).first() or runs.first()
        if found is None:
            raise CommandError("There is no run to resume. Start one: manage.py evolve FOLDER")
        return found
    matching = [run for run in runs if str(run.uuid).startswith(named.lower())]
    if len(matching) != 1:
        what = "No run's id begins" if not matching else f"{len(matching)} runs' ids begin"
        raise CommandError(f"{what} with {named!r}. The first line that evolve prints is the run's id.")
    return matching[0]
