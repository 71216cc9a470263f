"""The graph of a run's candidates as a few arrays, small enough to be sent whole and drawn by a script.

Up to DRAWN candidates all of them are drawn. Of more: the best path, the champions, kept ones (evenly thinned to half
of DRAWN where there are more) and every n-th of all by birth. The page says so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.common.ids import of_run, row_id, run_and_number
from apps.engine.canonical import decode
from apps.oversight.dossier import sign_of
from apps.records.ancestry import ancestry
from apps.records.models import CandidateEdit, Run, Verdict
from apps.rounds.chart import round_ticks

DRAWN = 10_000
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
        of_this = CandidateEdit.objects.filter(of_run(self.run.pk))
        if self.run.born <= DRAWN:
            return _read(of_this.filter(ONLY[self.only]))
        chosen = {row_id(self.run.pk, number) for number in always} if self.only != "failed" else set()
        if self.only == "all":
            kept = of_this.filter(verdict="keep").values_list("pk", flat=True)
            chosen |= set(_thinned(list(kept), DRAWN // 2))
            every = math.ceil(self.run.born / max(1, DRAWN - len(chosen)))
            chosen |= {row_id(self.run.pk, number) for number in range(0, self.run.born, every)}
        else:
            chosen |= set(_thinned(list(of_this.filter(ONLY[self.only]).values_list("pk", flat=True)), DRAWN))
        return _read(CandidateEdit.objects.filter(pk__in=chosen))


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


def _read(rows: QuerySet[CandidateEdit]) -> list[Row]:
    return sorted(rows.values_list(*COLUMNS))


def _letter(row: Row) -> str:
    if row[2] is None:
        return "f" if row[4] else _LETTERS.get(row[3], "o")
    return _LETTERS.get(row[3], "o")


def _thinned(keys: Sequence[int], most: int) -> Sequence[int]:
    every = math.ceil(len(keys) / most)
    return keys if every <= 1 else keys[::every]


def _differences(numbers: Sequence[int]) -> list[int]:
    return [number - before for before, number in zip([0, *numbers], numbers, strict=False)]
