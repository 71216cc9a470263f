"""manage.py import_project FOLDER: check a project folder and import it, all or nothing."""

from argparse import ArgumentParser
from typing import Any

from apps.accounts.actors import Actor
from apps.projects.package import Told
from apps.projects.selectors import standing
from apps.rounds.intake import take_in
from apps.rounds.management.commands.axes import find
from apps.rounds.management.frame import Frame, add_folder
from apps.rounds.renewal import due


class Command(Frame):
    usage = "FOLDER [--package NAME==VERSION] [--update PROJECT]"
    help = (
        "Import a project folder. Unchanged since its last import it is the same project, changed a new version of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_folder(parser)
        parser.add_argument(
            "--update",
            dest="replace",
            metavar="PROJECT",
            help="put the folder's evaluator in the place of that project's, by its short name; the seed and the tasks "
            "must be the same. What was measured before stays, and is compared with nothing that comes later",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        replacing = find(options["replace"]) if options["replace"] else None
        project = take_in(Actor.system(), options["folder"], replacing, Told(tuple(options["package"])))
        self.stdout.write(f"{project.name}\n  slug  {project.slug}\n  uuid  {project.uuid}")
        for line in standing(project):
            self.stdout.write(f"  note  {line}")
        if due(project):
            self.stderr.write(
                "Runs of this project were measured under an earlier evaluator. Measure the seed, the champion and the "
                f"best again: manage.py measure_again {project.slug}"
            )
