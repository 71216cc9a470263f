"""manage.py measure_again PROJECT: after its evaluator was replaced, measure what stood by the old scores."""

import time
from argparse import ArgumentParser
from typing import Any

from apps.rounds.management.commands.axes import find
from apps.rounds.management.frame import Frame
from apps.rounds.renewal import MOST
from apps.rounds.start import order_of
from apps.rounds.terminal import begin, carry_on, isolation, open_loop

BEST = 10


class Command(Frame):
    usage = "PROJECT [--best N] [--candidates N] [--method M] [--seed S] [--json]"
    help = (
        "Measure the seed, the champion and the best of the latest run again, in a new run under the evaluator of now. "
        "With --candidates the run's method goes on from there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="a project's short name")
        parser.add_argument("--best", type=int, default=BEST, metavar="N", help=f"0 to {MOST} (default {BEST})")
        parser.add_argument("--candidates", type=int, default=0, metavar="N", help="that its method makes (default 0)")
        parser.add_argument("--method", help="default: the project's")
        parser.add_argument("--seed", type=int, default=0, metavar="S", help="of all random draws (default 0)")
        parser.add_argument("--json", action="store_true", help="the last line is one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        project = find(options["project"])
        isolation()
        told = {name: options[name] for name in ("method", "seed", "candidates")}
        order = order_of(project, options={"json": True} if options["json"] else {}, **told)
        loop = open_loop()
        try:
            run = begin(loop, project, order, options["best"])
            self.stdout.write(f"run {run.uuid}")
            self.stdout.flush()
            carry_on(loop, run, self.stdout, begun)
        finally:
            loop.close()
