"""Curves of several methods with their intervals: places in percent, drawn by templates as SVG without any script."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from apps.experiments.plan import Plan
from apps.experiments.report import three
from apps.experiments.summary import Board, Curve
from apps.rounds.chart import Tick, round_ticks

MOST = 8  # curves that are drawn: more nobody can tell apart
HIGH = 1000  # of the drawing's own coordinates

type Point = tuple[int, float, float, float]
type Place = Callable[[float, float], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A method's curve. style: which of the MOST looks it has; band: the outline of its interval, or empty."""

    label: str
    style: int
    path: str
    band: str
    last: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn, in the project's own direction. left_out: methods that are not."""

    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    numbers: tuple[Tick, ...]
    left_out: int


def chart(board: Board, plan: Plan, sign: int) -> Chart | None:
    """The curves of a board; None where there is nothing to draw. The best methods, the baseline and the null run."""
    curves = {curve.label: _points(curve, sign) for curve in board.curves}
    drawn = _drawn([row.label for row in board.rows if curves.get(row.label)], plan)
    values = [value for label in drawn for _, *three_ in curves[label] for value in three_ if isfinite(value)]
    if not values:
        return None
    ticks = round_ticks(values)
    low, high = ticks[0], ticks[-1]

    def at(measured: float, value: float) -> str:
        return f"{HIGH * measured / plan.candidates:.1f} {HIGH * (high - value) / (high - low):.1f}"

    looks = {label: index for index, label in enumerate(_looks(plan, drawn))}
    lines = [_line(label, looks[label], curves[label], at) for label in drawn]
    return Chart(
        lines=tuple(lines),
        ticks=tuple(Tick(round(100 * (high - tick) / (high - low), 3), tick) for tick in ticks),
        numbers=(Tick(0, 0), Tick(100, plan.candidates)),
        left_out=len([curve for curve in curves.values() if curve]) - len(drawn),
    )


def _points(curve: Curve, sign: int) -> list[Point]:
    return [(measured, *three((mid, low, high), sign)) for measured, mid, low, high in curve.points]


def _drawn(ranked: Sequence[str], plan: Plan) -> list[str]:
    """The best first; baseline and null run in any case."""
    must = [label for label in ranked if label == plan.baseline or plan.contender(label).method == "null_run"][:MOST]
    best = [label for label in ranked if label not in must][: MOST - len(must)]
    return [label for label in ranked if label in must or label in best]


def _looks(plan: Plan, drawn: Iterable[str]) -> list[str]:
    """In the order of the plan: so that a method keeps its look when the ranking changes."""
    chosen = set(drawn)
    return [label for label in plan.labels if label in chosen]


def _line(label: str, style: int, points: Sequence[Point], at: Place) -> Line:
    middle = "L".join(at(measured, mid) for measured, mid, _, _ in points)
    wide = [point for point in points if isfinite(point[2]) and isfinite(point[3])]
    up = "L".join(at(measured, high) for measured, _, _, high in wide)
    down = "L".join(at(measured, low) for measured, _, low, _ in reversed(wide))
    return Line(label, style, f"M{middle}", f"M{up}L{down}Z" if wide else "", points[-1][1])
