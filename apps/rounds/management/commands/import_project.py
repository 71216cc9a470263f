"""manage.py import_project FOLDER: check a project folder and import it, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from apps.accounts.actors import Actor
from apps.rounds.intake import take_in
from apps.rounds.management.commands.axes import find
from apps.rounds.management.frame import Frame
from apps.rounds.renewal import due


class Command(Frame):
    usage = "FOLDER [--update PROJECT]"
    help = (
        "Import a project folder. Unchanged since its last import it is the same project, changed a new version of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a project folder with an evoweb.toml (docs/projects.md)")
        parser.add_argument(
            "--update",
            dest="replace",
            metavar="PROJECT",
            help="put the folder's evaluator in the place of that project's, by its short name; the seed and the tasks "
            "must be the same. What was measured before stays, and is compared with nothing that comes later",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        replacing = find(options["replace"]) if options["replace"] else None
        project = take_in(Actor.system(), options["folder"], replacing)
        self.stdout.write(f"{project.name}\n  slug  {project.slug}\n  uuid  {project.uuid}")
        if due(project):
            self.stderr.write(
                "Runs of this project were measured under an earlier evaluator. Measure the seed, the champion and the "
                f"best again: manage.py measure_again {project.slug}"
            )
