"""manage.py verify_log [PROJECT]: is everything that was recorded still as it was recorded?"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.log.selectors import broken_links, last_sequence
from apps.oversight import verify as decisions
from apps.projects.models import Project
from apps.records import verify as records


class Command(BaseCommand):
    help = "Check the hash chain of each project's log and every record that it vouches for. Exits 0 when all is whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", nargs="?", default="", help="a project's short name; all of them without it")

    def handle(self, *args: Any, **options: Any) -> None:
        projects = Project.objects.order_by("pk")
        if options["project"]:
            projects = projects.filter(slug=options["project"])
            if not projects:
                known = ", ".join(Project.objects.values_list("slug", flat=True)) or "there is none"
                raise CommandError(f"No project is called {options['project']!r}. Known: {known}")
        for project in projects:
            wrong = next(problems(project), None)
            if wrong is not None:
                raise CommandError(f"{project.slug}: {wrong}")
            self.stdout.write(f"{project.slug}: {last_sequence(project.pk)} entries, all whole")


def problems(project: Project) -> Iterator[str]:
    """What is wrong with a project's log and records, the chain first."""
    yield from (what for _, what in broken_links(project.pk))
    yield from records.problems(project)
    yield from decisions.problems(project)
