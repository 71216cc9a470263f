"""Where candidates lie: on a map of cells, and on the front of those that nothing is better than in everything.

Pure readings of plain rows, for pages and for the archives that fold the same while a run goes on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf, isfinite
from typing import NamedTuple

import numpy as np

from apps.engine.axes import Descriptor, Objective

type Cell = tuple[int, ...]  # one index per descriptor, 0 to its cells - 1


class Row(NamedTuple):
    """A candidate on a page: its score (None: not complete) and what is known of it along axes, by axis name."""

    number: int
    score: float | None
    values: Mapping[str, float | None]


class Elite(NamedTuple):
    """The best candidate of a cell, and how many lie there."""

    number: int
    score: float
    held: int


def cells(rows: Iterable[Row], descriptors: Sequence[Descriptor]) -> dict[Cell, Elite]:
    """The occupied cells with their elites: the best score, of equal ones the eldest.

    Rows without a score, or without a finite value of each descriptor, lie nowhere.
    """
    found: dict[Cell, Elite] = {}
    for row in rows:
        cell = cell_of(row.values, descriptors)
        if cell is None or row.score is None or not isfinite(row.score):
            continue
        elite = found.get(cell)
        if elite is None:
            found[cell] = Elite(row.number, row.score, 1)
        elif (row.score, -row.number) > (elite.score, -elite.number):
            found[cell] = Elite(row.number, row.score, elite.held + 1)
        else:
            found[cell] = elite._replace(held=elite.held + 1)
    return found


def front(rows: Iterable[Row], objectives: Sequence[Objective]) -> list[int]:
    """Numbers of the candidates that no other covers, best score first; the score is always an objective.

    Of candidates that are equal in everything the eldest stands for all. Rows without a score, or without a finite
    value of each objective, take no part.
    """
    placed = [
        (gains, -row.number) for row in rows if (gains := gains_of(row.score, row.values, objectives)) is not None
    ]
    placed.sort(reverse=True)  # whoever covers another comes before it
    if len(objectives) == 1:
        return [-placed[at][1] for at in _rising([gains[1] for gains, _ in placed])]
    every = np.array([gains for gains, _ in placed], dtype=np.float64).reshape(len(placed), 1 + len(objectives))
    found: list[int] = []
    best = np.empty_like(every)
    for at, mine in enumerate(every):
        if not (best[: len(found)] >= mine).all(axis=1).any():
            best[len(found)] = mine
            found.append(-placed[at][1])
    return found


def _rising(gains: Iterable[float]) -> Iterator[int]:
    """Places of those that are above all before them: with two axes, in order of the one, that is the front."""
    highest = -inf
    for at, gain in enumerate(gains):
        if gain > highest:
            highest = gain
            yield at


def cell_of(values: Mapping[str, float | None], descriptors: Sequence[Descriptor]) -> Cell | None:
    """The cell that values lie in; None where one is missing or not finite."""
    if missing(values, [axis.name for axis in descriptors]):
        return None
    return tuple(axis.cell(values[axis.name] or 0.0) for axis in descriptors)


def gains_of(
    score: float | None, values: Mapping[str, float | None], objectives: Sequence[Objective]
) -> tuple[float, ...] | None:
    """The score and each objective, turned so that higher is better; None where one is missing or not finite."""
    if score is None or not isfinite(score) or missing(values, [axis.name for axis in objectives]):
        return None
    return (score, *(axis.gain(values[axis.name] or 0.0) for axis in objectives))


def missing(values: Mapping[str, float | None], names: Iterable[str]) -> str:
    """The first name without a finite value, or ""."""
    for name in names:
        value = values.get(name)
        if value is None or not isfinite(value):
            return name
    return ""


def covers(one: Sequence[float], other: Sequence[float]) -> bool:
    """Is one at least as good as the other in everything? Weak Pareto dominance, in which equals cover each other."""
    return all(a >= b for a, b in zip(one, other, strict=True))
