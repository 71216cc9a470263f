"""The graph of a run's candidates as a few arrays, small enough to be sent whole and drawn by a script.

Up to WHOLE candidates all of them are drawn. Of more only about THINNED: the best path, the champions, kept ones (every
n-th where they are more than half of that) and every n-th of all by birth. The page says so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from apps.common.ids import of_run, row_id, run_and_number
from apps.engine.canonical import decode
from apps.oversight.dossier import sign_of
from apps.records.ancestry import ancestry
from apps.records.models import CandidateEdit, Run, Verdict
from apps.rounds.chart import round_ticks

WHOLE = 10_000
THINNED = 6_000
LEVELS = 4095  # a score is drawn at one of so many heights
OUTLIERS = 20  # the worst one in so many does not stretch the scale
COLUMNS = ("id", "base", "score", "verdict", "failure")
ONLY = {"all": Q(), "kept": Q(verdict="keep"), "failed": ~Q(failure="")}
_LETTERS = {"keep": "k", "drop": "d", "hold": "h", "revert": "r"}

type Row = tuple[int, int | None, float | None, str, str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a run. only: a name from ONLY."""

    run: Run
    only: str = "all"

    @property
    def tag(self) -> str:
        """Changes whenever the drawing does: with births, measurements, verdicts of people, and the champion."""
        run = self.run
        parts = (run.pk, run.born, run.evaluations, run.rounds, run.best, run.control, run.state, run.project.champion)
        return f'"{"-".join(map(str, (*parts, self.only)))}"'

    def arrays(self) -> dict[str, Any]:
        """The drawing: a number per candidate in each array, by birth.

        numbers: differences of birth numbers; base: how far back the base parent is, 0 for none; score: a height from 0
        to LEVELS between low and high, below 0 for none; state: a letter each (keep, drop, hold, revert, failed, open).
        """
        path = self._path()
        champions = self._champions()
        rows = self._rows({*path, *champions})
        numbers = [run_and_number(row[0])[1] for row in rows]
        scale = Scale.of([row[2] for row in rows if row[2] is not None], sign_of(self.run.project))
        return {
            "last": max(self.run.born - 1, 0),
            "best": self.run.best,
            "numbers": _differences(numbers),
            "base": [0 if row[1] is None else row[0] - row[1] for row in rows],
            "score": [scale.height(row[2]) for row in rows],
            "state": "".join(_letter(row) for row in rows),
            "low": scale.low,
            "high": scale.high,
            "ticks": scale.ticks,
            "path": path,
            "champions": champions,
        }

    def _path(self) -> list[int]:
        return [] if self.run.best is None else ancestry(row_id(self.run.pk, self.run.best))

    def _champions(self) -> list[int]:
        """Those that were promoted, among each new best and the champion of now."""
        snapshot = getattr(self.run, "snapshot", None)
        bests = [row_id(self.run.pk, number) for number, _ in decode(bytes(snapshot.curve))] if snapshot else []
        promoted = Verdict.objects.filter(candidate__in=bests, decision="promote").values_list("candidate", flat=True)
        found = {run_and_number(key)[1] for key in promoted}
        champion = self.run.project.champion
        if champion is not None and run_and_number(champion)[0] == self.run.pk:
            found.add(run_and_number(champion)[1])
        return sorted(found)

    def _rows(self, always: set[int]) -> list[Row]:
        wanted = CandidateEdit.objects.filter(of_run(self.run.pk)).filter(ONLY[self.only])
        if self.run.born <= WHOLE:
            return list(wanted.order_by("pk").values_list(*COLUMNS))
        if self.only != "all":
            return _thinned(list(wanted.order_by("pk").values_list(*COLUMNS)), always, THINNED)
        every = math.ceil(2 * self.run.born / THINNED)
        chosen = Q(rest=0) | Q(verdict="keep") | Q(pk__in=[row_id(self.run.pk, number) for number in always])
        sampled = wanted.annotate(rest=F("id") % every).filter(chosen)
        rows = list(sampled.order_by("pk").values_list(*COLUMNS))
        kept = [row for row in rows if row[3] == "keep"]
        others = [row for row in rows if row[3] != "keep"]
        return sorted([*_thinned(kept, always, THINNED // 2), *others])


@dataclass(frozen=True, slots=True)
class Scale:
    """The heights of a drawing, in the project's own direction."""

    low: float
    high: float
    ticks: list[float]
    sign: int

    @classmethod
    def of(cls, scores: Iterable[float], sign: int) -> "Scale":
        """From round number to round number around all scores but the worst."""
        found = sorted(score for score in scores if math.isfinite(score))
        shown = [sign * score for score in found[len(found) // OUTLIERS :]]
        ticks = round_ticks([min(shown), max(shown)] if shown else [0.0, 1.0])
        return cls(ticks[0], ticks[-1], ticks, sign)

    def height(self, score: float | None) -> int:
        """0 to LEVELS; what lies outside lies at the edge; -1 for no score."""
        if score is None or not math.isfinite(score):
            return -1
        part = (self.sign * score - self.low) / (self.high - self.low)
        return round(LEVELS * min(1.0, max(0.0, part)))


def _letter(row: Row) -> str:
    if row[2] is None:
        return "f" if row[4] else _LETTERS.get(row[3], "o")
    return _LETTERS.get(row[3], "o")


def _thinned(rows: list[Row], always: set[int], most: int) -> list[Row]:
    every = math.ceil(len(rows) / most)
    if every <= 1:
        return rows
    return [row for at, row in enumerate(rows) if at % every == 0 or run_and_number(row[0])[1] in always]


def _differences(numbers: Sequence[int]) -> list[int]:
    return [number - before for before, number in zip([0, *numbers], numbers, strict=False)]
