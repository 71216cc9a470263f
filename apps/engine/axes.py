"""Axes along which candidates differ beside their score: descriptors that lay out a map, objectives that are traded.

An axis is named after a metric of the evaluator, whose mean over the tasks it is; `size` is always there and stands for
the bytes of all components.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf, prod
from typing import Any

SIZE = "size"
MOST_CELLS = 10_000  # of one map: more than anybody can look at, and few runs would fill


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A dimension of a map: cells of equal width between low and high; what lies beyond falls into the outer cells.

    Raises ValueError for limits that are no interval, and for no cells.
    """

    name: str
    low: float
    high: float
    cells: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.high - self.low < inf:
            raise ValueError(f"descriptor {self.name!r} needs a low below its high, a finite way apart")
        if self.cells < 1:
            raise ValueError(f"descriptor {self.name!r} needs at least 1 cell, not {self.cells}")

    def cell(self, value: float) -> int:
        """The cell that a value falls into, 0 to cells - 1."""
        inside = max(self.low, min(self.high, value))
        return min(self.cells - 1, int((inside - self.low) / (self.high - self.low) * self.cells))


@dataclass(frozen=True, slots=True)
class Objective:
    """Something that is wanted beside the score. The score itself is always an objective and never named here."""

    name: str
    maximise: bool = True

    def gain(self, value: float) -> float:
        """The value turned so that higher is better."""
        return value if self.maximise else -value


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of one run. Raises ValueError for a map of more than MOST_CELLS cells and for a name given twice."""

    descriptors: tuple[Descriptor, ...] = ()
    objectives: tuple[Objective, ...] = ()

    def __post_init__(self) -> None:
        cells = prod(axis.cells for axis in self.descriptors)
        if cells > MOST_CELLS:
            raise ValueError(f"the map would have {cells:,} cells; at most {MOST_CELLS:,} make sense")
        _named_once([axis.name for axis in self.descriptors])
        _named_once([axis.name for axis in self.objectives])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all axes, each once, sorted."""
        return tuple(sorted({axis.name for axis in self.descriptors} | {axis.name for axis in self.objectives}))

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the evaluator's metrics that these axes read, sorted."""
        return tuple(name for name in self.names if name != SIZE)


def axes_payload(axes: Axes) -> dict[str, Any]:
    """The journal form; empty where there are no axes."""
    descriptors = [asdict(axis) for axis in axes.descriptors]
    objectives = [asdict(axis) for axis in axes.objectives]
    return {name: told for name, told in (("descriptors", descriptors), ("objectives", objectives)) if told}


def axes_from(data: Mapping[str, Any]) -> Axes:
    """Axes from their journal form. Raises ValueError, TypeError for what is none."""
    descriptors = tuple(Descriptor(**each) for each in data.get("descriptors", ()))
    return Axes(descriptors, tuple(Objective(**each) for each in data.get("objectives", ())))


def _named_once(names: list[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{twice[0]!r} is named twice")
