"""manage.py verify_log [PROJECT]: is everything that was recorded still as it was recorded?"""

from argparse import SUPPRESS, ArgumentParser
from contextlib import closing
from typing import Any

from django.core.management.base import CommandError

from apps.common.database import snapshot
from apps.log.chain import INSTALLATION
from apps.log.selectors import broken_links, last_sequence
from apps.projects.models import Project
from apps.rounds.audit import carry_out
from apps.rounds.management.frame import Frame
from apps.rounds.verify import problems


class Command(Frame):
    usage = "[PROJECT]"
    help = "Check the hash chain of each project's log and every record that it vouches for. Exits 0 when all is whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", nargs="?", default="", help="a project's short name; all of them without it")
        parser.add_argument("--job", type=int, help=SUPPRESS)  # a verification that was asked for on a page

    def handle(self, *args: Any, **options: Any) -> None:
        if options["job"]:
            carry_out(options["job"])
            return
        projects = Project.objects.order_by("pk")
        if options["project"]:
            projects = projects.filter(slug=options["project"])
            if not projects:
                known = ", ".join(Project.objects.values_list("slug", flat=True)) or "there is none"
                raise CommandError(f"No project is called {options['project']!r}. Known: {known}")
        else:
            self._installation()
        if not projects:
            self.stdout.write("There is no project yet, so nothing was recorded.")
        for project in projects:
            with snapshot(), closing(problems(project)) as found:
                wrong = next(found, None)
            if wrong is not None:
                raise CommandError(f"{project.slug}: {wrong}")
            self.stdout.write(f"{project.slug}: {last_sequence(project.pk)} entries, all whole")

    def _installation(self) -> None:
        """The chain of what was done to accounts; silent where nothing was."""
        for _, wrong in broken_links(INSTALLATION):
            raise CommandError(f"accounts: {wrong}")
        if entries := last_sequence(INSTALLATION):
            self.stdout.write(f"accounts: {entries} entries, all whole")
