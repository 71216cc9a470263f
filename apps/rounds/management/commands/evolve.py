"""manage.py evolve FOLDER: import a project folder and evolve it, here in this process."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.projects.models import Project
from apps.projects.package import PackageError
from apps.records.models import Run
from apps.rounds.intake import take_in
from apps.rounds.start import Order, start
from apps.rounds.terminal import begin, carry_on, isolation, open_loop
from apps.sandbox.isolation import NoIsolation


class Command(BaseCommand):
    help = "Evolve a project folder. Prints the run's id first, a summary at the end. Interrupted, `resume` goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a project folder with an evoweb.toml (docs/projects.md)")
        parser.add_argument("--method", help="default: the project's")
        parser.add_argument("--candidates", type=int, metavar="N", help="candidates to measure; default: the project's")
        parser.add_argument("--seed", type=int, default=0, metavar="S", help="of all random draws (default 0)")
        parser.add_argument("--mode", help="full-auto, gate-only or step-by-step; default: the project's")
        parser.add_argument("--parallel", type=int, metavar="K", help="rounds open at a time; default: the project's")
        parser.add_argument(
            "--timeout", type=float, metavar="SECONDS", help="stop driving after that long; the run can be resumed"
        )
        parser.add_argument(
            "--baseline", action="store_true", help="also the null run and best-of-n at the same budget"
        )
        parser.add_argument(
            "--no-wait", action="store_true", help="leave the driving to the workers of the running system"
        )
        parser.add_argument("--json", action="store_true", help="the last line is one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._evolve(options)
        except (UserError, PackageError, NoIsolation, PermissionDenied) as error:
            raise CommandError(str(error)) from None

    def _evolve(self, options: dict[str, Any]) -> None:
        project = take_in(Actor.system(), options["folder"])
        if project.name != project.family:
            self.stderr.write(f"The folder changed since it was first imported; its new version is “{project.name}”.")
        order = _order(project, options)
        if options["no_wait"]:
            run = start(Actor.system(), project, order, isolation())
            self._say(run)
            return
        loop = open_loop()
        try:
            run = begin(loop, project, order)
            self._say(run)
            carry_on(loop, run, self.stdout)
        finally:
            loop.close()

    def _say(self, run: Run) -> None:
        self.stdout.write(f"run {run.uuid}")
        self.stdout.flush()


def _order(project: Project, options: dict[str, Any]) -> Order:
    """What the command line says, and the project where it says nothing."""
    told = {name: options[name] for name in ("timeout", "baseline", "json") if options[name]}
    return Order(
        method=options["method"] or project.method,
        candidates=project.budget["candidates"] if options["candidates"] is None else options["candidates"],
        seed=options["seed"],
        mode=options["mode"] or project.mode,
        parallel=project.parallel if options["parallel"] is None else options["parallel"],
        seconds=project.budget.get("seconds"),
        parameters=project.parameters if options["method"] in (None, project.method) else {},
        options=told,
    )
