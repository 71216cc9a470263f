"""manage.py import_project FOLDER: check a project folder and import it, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.projects.package import PackageError
from apps.rounds.intake import take_in
from apps.sandbox.isolation import NoIsolation


class Command(BaseCommand):
    help = (
        "Import a project folder. Unchanged since its last import it is the same project, changed a new version of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a project folder with an evoweb.toml (docs/projects.md)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            project = take_in(Actor.system(), options["folder"])
        except PackageError as error:
            self.stdout.write(str(error))
            raise SystemExit(1) from None
        except (UserError, NoIsolation) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{project.name}\n  slug  {project.slug}\n  uuid  {project.uuid}")
