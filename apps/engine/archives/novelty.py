"""What is new: the distance of a candidate's behaviour to those nearest to it among those that came before.

Lehman and Stanley, Abandoning Objectives: Evolution Through the Search for Novelty Alone, Evolutionary Computation 19
(2011), section 3.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from heapq import nsmallest
from math import dist, inf

from apps.engine.archives.map import missing
from apps.engine.axes import Descriptor
from apps.engine.population import Population

type Point = tuple[float, ...]

WINDOW = 40  # candidates over which the threshold is steered
MANY = 4  # admissions in a window that are too many
RAISE, LOWER = 1.2, 0.95


class Novelty:
    """The behaviours of kept candidates: the capacity youngest, so that a comparison always costs the same.

    A behaviour is a point with one coordinate per descriptor, 0 at its low and 1 at its high; what lies beyond counts
    as at the edge. A candidate's novelty is the mean distance to its nearest neighbours, or to all where there are
    fewer. It comes in if that is above a threshold, which follows Lehman and Stanley's rule: a fifth up when more than
    MANY came in within a window, a twentieth down when none did. Their window is 2,500 evaluations; it is WINDOW here,
    since runs are shorter.
    """

    def __init__(
        self, descriptors: Sequence[Descriptor], neighbours: int = 15, capacity: int = 1000, threshold: float = 0.01
    ) -> None:
        if neighbours < 1 or capacity < 1:
            raise ValueError("novelty needs at least 1 neighbour and room for at least 1 behaviour")
        self.descriptors = tuple(descriptors)
        self.neighbours = neighbours
        self.capacity = capacity
        self.threshold = threshold
        self.numbers: list[int] = []  # by birth
        self.untold = ""  # an axis of which a candidate had no value
        self._points: dict[int, Point] = {}
        self._seen = 0
        self._came = 0

    def of(self, number: int) -> float:
        """Novelty of one that is here, among the others."""
        return self.novelty(self._points[number], number)

    def novelty(self, point: Point, but: int = -1) -> float:
        """Mean distance of a behaviour to its nearest neighbours here; infinite where there are none."""
        distances = (dist(point, other) for number, other in self._points.items() if number != but)
        nearest = nsmallest(self.neighbours, distances)
        return sum(nearest) / len(nearest) if nearest else inf

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether a complete candidate is new enough, and why in a few words."""
        point, untold = self._point(population, number)
        if point is None:
            return False, f"no value of {untold}"
        novelty = self.novelty(point)
        return novelty > self.threshold, f"novelty {novelty:.4g} against {self.threshold:.4g}"

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        if number in self._points:
            del self._points[number]
            del self.numbers[bisect_left(self.numbers, number)]
        point = None
        if population.listed(number) is not None:
            point, self.untold = self._point(population, number)
        if point is not None:
            self._points[number] = point
            insort(self.numbers, number)
            if len(self.numbers) > self.capacity:
                del self._points[self.numbers.pop(0)]
        if number > self._seen:
            self._steer(number, point is not None)

    def _point(self, population: Population, number: int) -> tuple[Point | None, str]:
        """A candidate's behaviour; None and the first coordinate that is not known where there is one."""
        values = {axis.name: population.value(number, axis.name) for axis in self.descriptors}
        if untold := missing(values, values):
            return None, untold
        return tuple(_share(axis, values[axis.name] or 0.0) for axis in self.descriptors), ""

    def _steer(self, number: int, came: bool) -> None:
        """Move the threshold at the end of a window; a candidate counts once, unless a younger one was told first."""
        self._came += came
        if number // WINDOW > self._seen // WINDOW:
            if self._came > MANY:
                self.threshold *= RAISE
            elif not self._came:
                self.threshold *= LOWER
            self._came = 0
        self._seen = number


def _share(axis: Descriptor, value: float) -> float:
    return (max(axis.low, min(axis.high, value)) - axis.low) / (axis.high - axis.low)
