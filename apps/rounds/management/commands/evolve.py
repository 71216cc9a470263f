"""manage.py evolve FOLDER: import a project folder and evolve it, here in this process."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from math import isfinite
from typing import Any

from django.core.management.base import CommandError

from apps.accounts.actors import Actor
from apps.common.doorbell import signs
from apps.common.ids import NUMBERS, row_id
from apps.llm.ledger import MODES
from apps.projects.models import Project
from apps.projects.package import Told, read_package
from apps.projects.selectors import standing
from apps.projects.settings import Settings
from apps.projects.toml_text import read
from apps.records.models import Run
from apps.rounds.again import like
from apps.rounds.intake import take_in
from apps.rounds.management.commands.resume import find
from apps.rounds.management.frame import Frame, add_folder
from apps.rounds.start import Order, check, order_of, start
from apps.rounds.terminal import begin, carry_on, finish, isolation, open_loop


def seconds(text: str) -> float:
    """A duration of the command line."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (value > 0 and isfinite(value)):
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return value


class Command(Frame):
    usage = "FOLDER [--method M] [--candidates N] [--seed S] [--mode MODE] [--parallel K] [options; see --help]"
    help = (
        "Evolve a project folder. Prints the run's id first, a summary at the end. Exits 0 when the run has ended, and "
        "when --timeout stopped it, 130 after Ctrl-C; `resume` goes on with a run that was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_folder(parser)
        parser.add_argument("--method", help="default: the project's")
        parser.add_argument("--candidates", type=int, metavar="N", help="candidates to measure; default: the project's")
        parser.add_argument("--seed", type=int, metavar="S", help="of all random draws (default 0)")
        parser.add_argument(
            "--parameter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="of the method, as in TOML; may be given several times",
        )
        parser.add_argument(
            "--like",
            metavar="RUN",
            help="as the run of that id was started, but for what is told here",
        )
        parser.add_argument(
            "--from-candidate",
            metavar="RUN:NUMBER",
            help="begin with a candidate of another run, not with the seed",
        )
        parser.add_argument("--mode", help="full-auto, gate-only or step-by-step; default: the project's")
        parser.add_argument("--parallel", type=int, metavar="K", help="rounds open at a time; default: the project's")
        parser.add_argument(
            "--timeout",
            type=seconds,
            metavar="SECONDS",
            help="stop this command after that long, with a summary and exit code 0; `resume` goes on as long again",
        )
        parser.add_argument(
            "--calls",
            choices=MODES,
            help="of models: record makes every call (default), reuse answers from the ledger what it has answered "
            "before, replay makes none",
        )
        parser.add_argument(
            "--baseline", action="store_true", help="also the null run and best-of-n at the same budget"
        )
        parser.add_argument(
            "--no-wait", action="store_true", help="leave the driving to the workers of the running system"
        )
        parser.add_argument("--json", action="store_true", help="the last line is one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        told = Told(tuple(options["package"]))
        package = read_package(options["folder"], told=told)
        order = _order(package.settings, options)
        check(order)  # before the import: a slip in an option imports nothing
        sandbox = isolation()
        project = take_in(Actor.system(), options["folder"], told=told)
        for line in standing(project):
            self.stderr.write(f"note: {line}")
        if project.name != project.family:
            self.stderr.write(
                f"The folder changed since it was first imported; its new version is “{project.name}”. "
                "If only the evaluator changed, `manage.py import_project FOLDER --update NAME` replaces it in place."
            )
        if options["no_wait"]:
            self._leave(start(Actor.system(), project, order, sandbox.kind), options)
        else:
            self._drive(project, order, begun)

    def _drive(self, project: Project, order: Order, begun: float) -> None:
        loop = open_loop()
        try:
            run = begin(loop, project, order)
            self._say(run)
            carry_on(loop, run, self.stdout, begun)
        finally:
            loop.close()

    def _leave(self, run: Run, options: dict[str, Any]) -> None:
        """The run is for the workers; say what they will not do."""
        self._say(run)
        if (signs(["worker"]) or {"worker": False})["worker"] is False:  # None: this broker cannot tell
            self.stderr.write(f"No worker runs. Start them with: make run, or drive it: manage.py resume {run.uuid}")
        elif options["baseline"]:
            self.stderr.write(f"The baselines come when the run has ended, with: manage.py resume {run.uuid}")
        if options["json"]:
            finish(run, self.stdout, as_json=True)

    def _say(self, run: Run) -> None:
        self.stdout.write(f"run {run.uuid}")
        self.stdout.flush()


def _order(project: Settings, options: dict[str, Any]) -> Order:
    """What the command line says, and the project where it says nothing."""
    told = {name: options[name] for name in ("timeout", "baseline", "json", "calls") if options[name]}
    names = ("method", "candidates", "seed", "mode", "parallel")
    said = {name: options[name] for name in names if options[name] is not None}
    if options["like"]:
        known = like(find(options["like"]))
        if said.get("method", known["method"]) != known["method"]:
            del known["parameters"]
        said = known | said
    if options["parameter"]:
        said["parameters"] = dict(order_of(project, **said).parameters) | read("\n".join(options["parameter"]))
    if options["from_candidate"]:
        said["origin"] = _candidate(options["from_candidate"])
    return order_of(project, options=told, **said)


def _candidate(named: str) -> int:
    """The candidate's id. Raises CommandError."""
    run, _, number = named.rpartition(":")
    if not run or not (number.isascii() and number.isdigit() and int(number) < NUMBERS):
        raise CommandError(f"Name a candidate as run id and number, such as 3f2a:12, not {named!r}.")
    return row_id(find(run).pk, int(number))
