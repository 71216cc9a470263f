"""What a miniature is: cells that run independently of each other, and a report of their figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type Cell = tuple[Any, ...]  # plain values that say all about one run
type Figures = Mapping[str, Any]  # what came of it


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """Tables, and what they say in sentences."""

    tables: Sequence[Table]
    findings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Miniature:
    """cells(seeds) lists the runs; run carries one out; report reads all (cell, figures), in the order of the cells.

    seeds is how many the claim is made for.
    """

    seeds: int
    cells: Callable[[int], list[Cell]]
    run: Callable[[Cell], Figures]
    report: Callable[[Sequence[tuple[Cell, Figures]]], Report]
