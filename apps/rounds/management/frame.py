"""What the commands share: a database that is ready, one clear message for what goes wrong, a clean stop."""

import errno
import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from apps.common import database
from apps.common.errors import UserError
from apps.projects.package import PackageError
from apps.rounds.interruption import Interrupted, interruptible
from apps.sandbox.isolation import NoIsolation

# What the disk or its rights may refuse anywhere; every other OSError is a fault of ours and keeps its traceback.
_REFUSALS = {
    errno.ENOSPC: "Free space there, then try again.",
    errno.EDQUOT: "Free space there, then try again.",
    errno.EROFS: "Choose a folder that can be written with EVOWEB_HOME.",
    errno.EACCES: "Give this user access to it, or choose another folder with EVOWEB_HOME.",
}
_PIPE_CLOSED = 141  # as the shell says of a program that SIGPIPE ended


def add_folder(parser: ArgumentParser) -> None:
    """A project folder, and the option that names packages beside those that it names itself."""
    known = "a project folder (docs/projects.md), or one of another engine (docs/foreign.md)"
    parser.add_argument("folder", type=Path, help=known)
    parser.add_argument(
        "--package",
        action="append",
        default=[],
        metavar="NAME==VERSION",
        help="a package that the folder's programs import, beside those under [sandbox]; may be given several times",
    )


class Frame(BaseCommand):
    """Base of evoweb's commands. Exit codes: 0, 1 for what went wrong, 2 for usage, 128 + signal when interrupted."""

    usage = ""
    stores = True  # whether the command needs the database

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Django's own usage lists seven options that nobody asked for above every message.
        parser.usage = f"{parser.prog} {self.usage}"
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """None by default."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with interruptible(), _quiet(options["verbosity"]), _plain():
                self._prepare()
                output = super().execute(*args, **options)
                self.stdout.flush()
                return output
        except Interrupted as interrupted:
            self.stderr.write("Interrupted.")
            raise SystemExit(interrupted.exit_code) from None
        except BrokenPipeError:
            _forget_output()
            raise SystemExit(_PIPE_CLOSED) from None

    def _prepare(self) -> None:
        if self.stores and database.prepare(Path(settings.EVOWEB_HOME)):
            self.stderr.write(f"Made a new database: {database.place()}")


@contextmanager
def _plain() -> Iterator[None]:
    """Errors that are not ours, as one message."""
    try:
        yield
    except (UserError, PackageError, NoIsolation, PermissionDenied) as error:
        raise CommandError(str(error)) from None
    except DatabaseError as error:
        if database.ours(error):
            raise
        raise CommandError(database.explain(error)) from error
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        where = error.filename or f"{settings.EVOWEB_HOME} or the output"
        raise CommandError(f"{where}: {error.strerror}. {_REFUSALS[error.errno]}") from error


@contextmanager
def _quiet(verbosity: int) -> Iterator[None]:
    """Without the log of what is tried again, which is for whoever watches a server; -v 2 shows it."""
    log = logging.getLogger("apps")
    before = log.level
    if verbosity < 2:
        log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _forget_output() -> None:
    """Nobody reads any more. Python writes what is left in its buffer when it ends, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
