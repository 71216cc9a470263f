"""manage.py axes PROJECT [FILE]: along what a project's candidates are looked at, shown or set."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from apps.accounts.actors import Actor
from apps.engine.axes import Axes
from apps.projects import selectors
from apps.projects.axes import axes_in
from apps.projects.manifest import FILE
from apps.projects.models import Project
from apps.projects.package import LARGEST_MANIFEST
from apps.projects.services.axes import change
from apps.rounds.axes import told, untold
from apps.rounds.management.frame import Frame


class Command(Frame):
    usage = "PROJECT [FILE]"
    help = (
        "Show the axes of a project, or set those of a TOML file: its [[descriptors]] and [[objectives]], as in "
        f"{FILE}. They change no score: pages show every measured candidate along them, runs that start later use them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="a project's short name")
        parser.add_argument("file", nargs="?", type=Path, help=f"a TOML file, or a folder with {FILE}")

    def handle(self, *args: Any, **options: Any) -> None:
        project = find(options["project"])
        if options["file"]:
            wanted = read(options["file"], project.metric)
            change(Actor.system(), project, wanted)
            if warning := untold(wanted, told(project)):
                self.stderr.write(warning)
        made = selectors.axes_version(project)
        self.stdout.write(f"{project.name}, axes version {made.version if made else 0}")
        for line in lines(selectors.axes(project)):
            self.stdout.write(f"  {line}")


def find(named: str) -> Project:
    """The project of that short name. Raises CommandError naming those that there are."""
    found = Project.objects.filter(slug=named).first()
    if found is None:
        known = ", ".join(Project.objects.order_by("slug").values_list("slug", flat=True)) or "there is none"
        raise CommandError(f"No project is called {named!r}. Known: {known}")
    return found


def read(path: Path, metric: str) -> Axes:
    """The axes in a file. Raises CommandError, PackageError."""
    file = path / FILE if path.is_dir() else path
    try:
        text = file.read_bytes()[: LARGEST_MANIFEST + 1].decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from None
    if len(text) > LARGEST_MANIFEST:
        raise CommandError(f"{file} has more than {LARGEST_MANIFEST:,} bytes. Axes take a few lines.")
    return axes_in(file.name, text, metric)


def lines(axes: Axes) -> list[str]:
    """The axes in words, one a line."""
    laid_out = [f"descriptor  {a.name}: {a.low:g} to {a.high:g} in {a.cells} cells" for a in axes.descriptors]
    wanted = [f"objective   {a.name}: {'higher' if a.maximise else 'lower'} is better" for a in axes.objectives]
    return [*laid_out, *wanted] or ["none: candidates differ by score alone"]
