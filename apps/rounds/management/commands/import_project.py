"""manage.py import_project FOLDER: check a project folder and import it, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from apps.accounts.actors import Actor
from apps.rounds.intake import take_in
from apps.rounds.management.frame import Frame


class Command(Frame):
    usage = "FOLDER"
    help = (
        "Import a project folder. Unchanged since its last import it is the same project, changed a new version of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a project folder with an evoweb.toml (docs/projects.md)")

    def handle(self, *args: Any, **options: Any) -> None:
        project = take_in(Actor.system(), options["folder"])
        self.stdout.write(f"{project.name}\n  slug  {project.slug}\n  uuid  {project.uuid}")
