"""manage.py resume [RUN]: go on with a run that was interrupted."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Q

from apps.accounts.actors import Actor
from apps.records.models import Run, RunState
from apps.rounds.again import ended, extend, further
from apps.rounds.loop import Loop
from apps.rounds.management.frame import Frame
from apps.rounds.start import order_of
from apps.rounds.terminal import begin, carry_on, isolation, open_loop


class Command(Frame):
    usage = "[RUN] [--candidates N]"
    help = (
        "Go on with an interrupted run, with the options that it was started with; its timeout counts anew. "
        "The latest one that is open when none is named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="?", default="", help="a run's id, or the beginning of it")
        parser.add_argument(
            "--candidates",
            type=int,
            metavar="N",
            help="a larger budget, in all; a run that has ended is gone on from its best by a new one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        run = find(options["run"])
        isolation()
        loop = open_loop()
        try:
            if options["candidates"] is not None:
                run = _with_more(loop, run, options["candidates"])
            self.stdout.write(f"run {run.uuid}")
            self.stdout.flush()
            carry_on(loop, run, self.stdout, begun)
        finally:
            loop.close()


def _with_more(loop: Loop, run: Run, candidates: int) -> Run:
    """The run with a larger budget, or, where it has ended, a new one that goes on from its best with what is left."""
    actor = Actor.system()
    if not ended(run):
        extend(actor, run, candidates, run.seconds)
        return Run.objects.select_related("project", "protocol").get(pk=run.pk)
    if run.best is None:
        raise CommandError(f"{run} has no candidate to go on from.")
    left = candidates - run.measured
    if left < 1:
        raise CommandError(f"{run} has measured {run.measured:,} candidates. Name more than that.")
    return begin(loop, run.project, order_of(run.project, **further(run) | {"candidates": left}))


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
