"""Conducting an experiment from a terminal: progress, the table, the last line."""

import json
import sys
import time
from typing import Any, TextIO

from django.core.management.base import OutputWrapper
from django.db import DatabaseError

from apps.common import database
from apps.common.errors import UserError
from apps.experiments import conducting, reading
from apps.experiments.models import Cell, CellState, Experiment, ExperimentState
from apps.experiments.plan import ENOUGH_SEEDS
from apps.experiments.report import report
from apps.records.models import Run
from apps.rounds.interruption import Interrupted, held
from apps.rounds.loop import Loop
from apps.rounds.terminal import isolation, waits

TURN_SECONDS = 0.25
LINE_SECONDS = 0.5


class Follower:
    """Shows progress on one line that is written over; nothing where nobody looks. What stops a run is said once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._shown = 0.0
        self._said: set[str] = set()

    def show(self, experiment: Experiment, runs: list[Run], *, last: bool = False) -> None:
        """One line: runs over, and the candidates of those under way."""
        now = time.monotonic()
        if not self._out.isatty() or (now - self._shown < LINE_SECONDS and not last):
            return
        self._shown = now
        under_way = ", ".join(f"{run.method} {run.measured}/{run.candidates}" for run in runs[:3])
        line = f"{experiment.cells_over} of {experiment.cells_all} runs over{'; ' * bool(under_way)}{under_way}"
        self._out.write(f"\r{line[:100]:<100}" + ("\n" if last else ""))
        self._out.flush()

    def say(self, text: str) -> None:
        """A line that stays, once."""
        if text and text not in self._said:
            self._said.add(text)
            self._out.write(("\n" if self._out.isatty() else "") + text + "\n")
            self._out.flush()


def carry_on(loop: Loop, experiment: Experiment, deadline: float, file: str) -> Experiment:
    """Start and drive its runs until all are over, somebody pauses it, or the deadline on the monotonic clock.

    Raises SystemExit when interrupted, UserError when the database fails for long. The experiment stays as it is then.
    """
    again = f"manage.py experiment {file}"
    try:
        return _carry_on(loop, experiment, deadline)
    except Interrupted as interrupted:
        sys.stderr.write(f"{chr(10) * sys.stderr.isatty()}Interrupted; go on with: {again}\n")
        raise SystemExit(interrupted.exit_code) from None
    except DatabaseError as error:
        if database.ours(error):
            raise
        raise UserError(f"{database.explain(error)} The experiment stays open; go on with: {again}") from error


def _carry_on(loop: Loop, experiment: Experiment, deadline: float) -> Experiment:
    follower, kind = Follower(sys.stderr), isolation().kind
    while True:
        with held():
            for run in conducting.conduct(experiment, kind, loop.slot.name):
                loop.adopt(run)
            experiment, runs = Experiment.objects.get(pk=experiment.pk), list(conducting.open_runs(experiment))
            if time.monotonic() >= deadline or not (runs or _goes_on(experiment)):
                break
            loop.only = [run.pk for run in runs] or [0]  # 0: none; without any it would drive every open run
            moved = loop.turn(TURN_SECONDS)
        follower.show(experiment, runs)
        if not moved:
            for run in runs:
                follower.say(waits(run))
            loop.wait(TURN_SECONDS)
    follower.show(experiment, runs, last=True)
    return experiment


def _goes_on(experiment: Experiment) -> bool:
    return experiment.state == ExperimentState.RUNNING


def finish(experiment: Experiment, out: TextIO | OutputWrapper, file: str, *, as_json: bool) -> None:
    """The tables, what did not go as it should, and with as_json one JSON object as the last line."""
    summary = reading.summed(experiment)
    found = report(experiment, summary)
    for board in found["boards"]:
        _table(board, out)
    for cell in Cell.objects.filter(experiment=experiment, state__in=(CellState.FAILED, CellState.SHORT)):
        out.write(f"{cell.label}, seed {cell.seed}: {cell.state}: {cell.why}\n")
    if len(found["seeds"]) < ENOUGH_SEEDS:
        seeds = len(found["seeds"])
        few = f"Only {seeds} seed{'s' * (seeds > 1)}: the intervals are wide, and say little."
        out.write(f"{few} Take {ENOUGH_SEEDS} or more.\n")
    if experiment.state != ExperimentState.DONE:
        over = f"{experiment.cells_over} of {experiment.cells_all} runs are over"
        again = f" Go on with: manage.py experiment {file}" if file else ""
        out.write(f"{over}; the experiment is {experiment.state}.{again}\n")
    if as_json:
        out.write(json.dumps(found, allow_nan=False) + "\n")


COLUMNS = ("method", "runs", "IQM", "95 % interval", "P(better)", "p (Holm)", "failed", "evaluations", "seconds")


def _table(board: dict[str, Any], out: TextIO | OutputWrapper) -> None:
    where = board["project"] or "all projects, from the seed (0) to the best of all (1)"
    out.write(f"\n{where}: {board['closed_seeds']} seeds on which all methods are over\n")
    rows = [COLUMNS, *(_line(row) for row in board["rows"])]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    for row in rows:
        out.write("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    score, better = row["iqm"] or {}, row["probability_of_improvement"] or {}
    return (
        row["label"],
        str(row["runs"]),
        _number(score.get("estimate")),
        _between(score),
        _number(better.get("estimate"), 2),
        _number(row["p_holm"], 2),
        "-" if row["failed_candidates"] is None else f"{row['failed_candidates']:.1%}",
        _number(row["evaluations"], 6),
        _number(row["seconds"], 3),
    )


def _between(found: dict[str, Any]) -> str:
    low, high = found.get("low"), found.get("high")
    return "-" if low is None or high is None else f"{low:.6g} to {high:.6g}"


def _number(value: float | None, digits: int = 6) -> str:
    return "-" if value is None else f"{value:.{digits}g}"
