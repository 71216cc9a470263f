"""The best score so far, as a step chart: places in percent, drawn by a template as SVG without any script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = HEIGHT = 1000  # of the drawing's own coordinates
TICKS = 4
APART = 2.5  # percent of the width between two points that are shown
MOST, LEAST = 1e300, 1e-290  # sizes and distances of values, beyond which their differences are no numbers any more
WORST = 4  # the lowest one in so many of the population is not drawn


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its place in percent from the left or from the top, and its value."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Point:
    """A new best: its place in percent, the candidate and its score."""

    x: float
    y: float
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A candidate of the population: its place in percent, and whether it was kept."""

    x: float
    y: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn. Values are in the project's own direction."""

    path: str
    points: tuple[Point, ...]
    ticks: tuple[Tick, ...]
    numbers: tuple[Tick, ...]
    seed: Tick | None
    dots: tuple[Dot, ...] = ()


def step_chart(
    curve: Sequence[tuple[int, float]],
    last: int,
    sign: int,
    seed: float | None,
    population: Sequence[tuple[int, float, bool]] = (),
) -> Chart | None:
    """A chart of each new best up to candidate number last; None where there is nothing to draw.

    curve, seed and population hold internal scores; sign is -1 for a project that minimises. population: candidates
    (number, score, kept) to show as dots; the worst of them are left out, or they would flatten everything else.
    """
    shown = [(number, sign * score) for number, score in curve if math.isfinite(score)]
    start = [] if seed is None else [sign * seed]
    values = [score for _, score in shown] + start
    if not shown or not math.isfinite(max(values) - min(values)):
        return None
    cloud = _without_the_worst(population)
    ticks = round_ticks(values + [sign * score for _, score, _ in cloud])
    low, high = ticks[0], ticks[-1]
    width = max(last, shown[-1][0], 1)

    def x(number: float) -> float:
        return round(100 * number / width, 3)

    def y(score: float) -> float:
        return round(100 * (high - score) / (high - low), 3)

    points = tuple(Point(x(number), y(score), number, score) for number, score in shown)
    return Chart(
        path=_path(points),
        points=_apart(points),
        ticks=tuple(Tick(y(value), value) for value in ticks),
        numbers=tuple(Tick(x(number), number) for number in (0, width)),
        seed=Tick(y(start[0]), start[0]) if start else None,
        dots=tuple(Dot(x(number), y(sign * score), kept) for number, score, kept in cloud if number <= width),
    )


def _without_the_worst(population: Sequence[tuple[int, float, bool]]) -> list[tuple[int, float, bool]]:
    found = sorted((one for one in population if math.isfinite(one[1])), key=lambda one: one[1])
    return found[len(found) // WORST :]


def _apart(points: Sequence[Point]) -> tuple[Point, ...]:
    """The newest point, and going back from it every one that does not touch the last."""
    shown: list[Point] = []
    for point in reversed(points):
        if not shown or shown[-1].x - point.x >= APART:
            shown.append(point)
    return tuple(reversed(shown))


def _path(points: Sequence[Point]) -> str:
    x0, y0 = points[0].x, points[0].y
    steps = "".join(f"H{point.x * 10:.1f}V{point.y * 10:.1f}" for point in points[1:])
    return f"M{x0 * 10:.1f} {y0 * 10:.1f}{steps}H{WIDTH}"


def round_ticks(values: Sequence[float]) -> list[float]:
    """Round values from below the smallest to above the largest. No value may be beyond MOST."""
    low, high = min(values), max(values)
    if high - low <= max(LEAST, 1e-9 * max(abs(low), abs(high))):
        room = abs(low) / 2 if abs(low) > LEAST else 0.5
        low, high = low - room, high + room
    step = _round_step((high - low) / TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [float(f"{n * step:.12g}") for n in range(first, max(last, first + 1) + 1)]


def _round_step(raw: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(raw))
    return next(size * part for part in (1, 2, 2.5, 5, 10) if size * part >= raw * 0.999)
