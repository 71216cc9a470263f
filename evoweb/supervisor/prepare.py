"""Brings database, examples and the first administrator into place before anything starts.

The one part of the supervisor that is Django: a process of its own that runs to its end, because one start of Django
costs less than four. What a person must read goes to standard output.
"""

import os
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.common.database import migrate, unknown_migrations
from evoweb.supervisor.run import SAID_WHY, say


def main() -> int:
    """Exit code 0, or SAID_WHY after telling why not."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evoweb.settings")
    django.setup()
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        say(f"The database cannot be reached: {error}")
        return SAID_WHY
    if unknown := unknown_migrations(executor):
        say(_newer(unknown))
        return SAID_WHY
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        migrate()
    import_examples(Path(settings.BASE) / "examples")
    _attempt("ensure_admin")
    return 0


def import_examples(folder: Path) -> None:
    """Import each example; the command leaves alone what was imported before."""
    if "import_project" in get_commands():
        for manifest in sorted(folder.glob("*/evoweb.toml")):
            _attempt("import_project", str(manifest.parent), stdout=sys.stderr)


def _attempt(command: str, *arguments: str, **options: Any) -> None:
    """Run a command that evoweb can start without: when it fails, the person is told why."""
    try:
        call_command(command, *arguments, **options)
    except (CommandError, SystemExit) as error:
        say(f"{' '.join((command, *arguments))} failed: {error} (more may be in logs/prepare.log)")


def _newer(unknown: list[str]) -> str:
    return (
        f"This database was written by a newer evoweb: it has changes that this one does not know "
        f"({', '.join(unknown)}).\nRun that newer evoweb, or choose another folder with "
        f"make run EVOWEB_HOME=./other. Nothing was changed."
    )


if __name__ == "__main__":
    sys.exit(main())
