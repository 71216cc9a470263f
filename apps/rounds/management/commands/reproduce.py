"""manage.py reproduce [NAME]: a published claim as a small benchmark that runs here, whichever way it turns out."""

import os
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from apps.engine import miniatures
from apps.engine.miniatures.protocol import Cell, Figures, Report, Table
from apps.rounds.management.frame import Frame


class Command(Frame):
    usage = "[NAME] [--seeds N] [--jobs K] [--out FILE]"
    help = (
        "Run a named miniature benchmark and print its report; without a name list what there is. Methods, population "
        "and statistics are the engine's own; candidates are computed in memory, without sandbox and database."
    )
    stores = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="one of the names that are listed without it")
        parser.add_argument("--seeds", type=int, metavar="N", help="default: as many as the claim is made for")
        parser.add_argument("--jobs", type=int, default=1, metavar="K", help="processes at a time (default 1)")
        parser.add_argument("--out", type=Path, metavar="FILE", help="also write the report there, as Markdown")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["name"]:
            for name in miniatures.names():
                self.stdout.write(f"{name:<14} {miniatures.claim(name)}")
            return
        text = self._reproduce(options["name"], options["seeds"], options["jobs"])
        self.stdout.write(text)
        if options["out"]:
            options["out"].write_text(text)

    def _reproduce(self, name: str, seeds: int | None, jobs: int) -> str:
        try:
            miniature = miniatures.get(name)
        except LookupError as error:
            raise CommandError(str(error.args[0])) from None
        if jobs < 1 or (seeds is not None and seeds < 1):
            raise CommandError("--seeds and --jobs have to be at least 1.")
        begun = time.monotonic()
        cells = miniature.cells(seeds or miniature.seeds)
        self.stderr.write(f"{len(cells)} runs, {jobs} at a time")
        found = list(zip(cells, _carried_out(name, cells, jobs), strict=True))
        report = written(name, miniature.report(found))
        return f"{report}\n{len(cells)} runs in {time.monotonic() - begun:.0f} s.\n"


def _carried_out(name: str, cells: Sequence[Cell], jobs: int) -> list[Figures]:
    """The figures of each cell, in order; in this process where one is enough."""
    if jobs == 1:
        return [miniatures.run_cell(name, cell) for cell in cells]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read by the workers, before they import numpy
    with get_context("spawn").Pool(jobs) as pool:
        return pool.starmap(miniatures.run_cell, [(name, cell) for cell in cells], chunksize=1)


def written(name: str, report: Report) -> str:
    """The report as Markdown."""
    parts = [f"# {name}", miniatures.claim(name), *map(_table, report.tables)]
    return "\n\n".join([*parts, "\n".join(f"- {finding}" for finding in report.findings)]) + "\n"


def _table(table: Table) -> str:
    rows = [table.head, ["---"] * len(table.head), *(list(map(_shown, row)) for row in table.rows)]
    return "\n".join([f"## {table.title}", "", *(f"| {' | '.join(row)} |" for row in rows)])


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
