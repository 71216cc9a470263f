"""Draws two candidates that may be merged, and who they both come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol, cast

from apps.engine.population import Content, Population

ATTEMPTS = 10


class _Tasks(Protocol):
    def shares(self) -> Mapping[int, int]: ...


class _Fronts(Protocol):
    tasks: _Tasks


@dataclass(frozen=True, slots=True)
class MergePair:
    """[first, second, ancestor]: two that lead on tasks, neither the other's ancestor, both at least as good as the
    ancestor, who each changed another component of it; nobody where ten draws of a pair find no such two.

    Agrawal et al., GEPA, arXiv 2507.19457 (2025), system-aware merge. most is how many merges a run may try. The
    method's memory says {"grown": whether the last candidate was kept, "merges": [[first, second, ancestor], …]}: a
    merge is tried after a success only, and no three twice. Ours: no merge that makes what a parent is already; the
    ancestor is drawn evenly, for weights by score need scores above 0.
    """

    most: int
    name: ClassVar[str] = "merge_pair"

    def choose(self, population: Population, rng: Random, n: int) -> list[int]:
        memory = population.memory
        leaders = sorted(cast(_Fronts, population.archive).tasks.shares())
        if not memory["grown"] or len(memory["merges"]) >= self.most or len(leaders) < 2:
            return []
        for _ in range(ATTEMPTS):
            first, second = sorted(rng.sample(leaders, 2))
            trios = [[first, second, one] for one in _shared(population, first, second)]
            able = [trio for trio in trios if trio not in memory["merges"]]
            if able:
                return rng.choice(able)
        return []


def _shared(population: Population, first: int, second: int) -> Iterator[int]:
    """Common ancestors over which the two can be merged, by birth."""
    before, also = ancestors(population, first), ancestors(population, second)
    if first in also or second in before:
        return
    least = min(population.listed(each) or 0.0 for each in (first, second))
    least = min(population.listed(each) or 0.0 for each in (first, second))
    for number in sorted(before & also):
        score = population.listed(number)
        old, one, two = (population.members[each].content for each in (number, first, second))
        if score is not None and score <= least and _both_sides(old, one, two):
            yield number


def _both_sides(old: Content, one: Content, two: Content) -> bool:
    """Whether each of the two alone changed some component of the old: then the merge is neither of them."""
    by_one = any(one[path] != old[path] == two[path] for path in old)
    by_two = any(two[path] != old[path] == one[path] for path in old)
    return by_one and by_two


def ancestors(population: Population, number: int) -> set[int]:
    """All candidates that this one comes from."""
    found: set[int] = set()
    left = list(population.members[number].parents)
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += population.members[each].parents
    return found
