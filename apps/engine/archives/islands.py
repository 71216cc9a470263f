"""Islands: populations that live apart and send their best to the next one now and then.

Tanese, Distributed Genetic Algorithms, ICGA (1989); Whitley, Rana and Heckendorn, The Island Model Genetic Algorithm:
On Separability, Population Size and Convergence, Journal of Computing and Information Technology 7 (1999).
"""

from collections.abc import Sequence
from typing import Protocol

from apps.engine.population import Archive, Population

TRAIT = "island"  # what a candidate carries: the number of its island, from 0


class Deme(Archive, Protocol):
    """The population of one island: an archive that can say who would come in and who is best."""

    def admits(self, population: Population, number: int) -> tuple[bool, str]: ...

    def best(self, count: int) -> list[int]: ...

    @property
    def size(self) -> int: ...


class Islands:
    """Demes in a ring. Each time that interval more candidates were born, copies of each one's best go to the next.

    migrants says how many go or, below 1, which share of a deme, and then at least one. A candidate lives on the island
    that its trait names; without one, where its base parent was born; the seed lives on all. A migrant stays where it
    was and is told of on both islands. All islands send before any receives. Memory: that of the demes, and a few
    numbers for each migrant and each candidate without a trait.
    """

    def __init__(self, demes: Sequence[Deme], interval: int, migrants: float = 1) -> None:
        if not demes or interval < 1 or migrants < 0:
            raise ValueError("islands need at least 1 deme, an interval of at least 1 and no negative migrants")
        self.demes = tuple(demes)
        self.interval = interval
        self.migrants = migrants
        self._era = 0
        self._abroad: dict[int, tuple[int, ...]] = {}
        self._inherited: dict[int, tuple[int, ...]] = {}

    def deme(self, island: int) -> Deme:
        """The population of an island; counted round where there are fewer."""
        return self.demes[island % len(self.demes)]

    def admits(self, population: Population, number: int) -> tuple[bool, str]:
        """Whether a complete candidate would come in at home, and why in a few words."""
        home = self.home(population, number)[0]
        comes, why = self.demes[home].admits(population, number)
        return comes, why if len(self.demes) == 1 else f"{why}, island {home}"

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        for island in {*self.home(population, number), *self._abroad.get(number, ())}:
            self.demes[island].changed(population, number)
        if number // self.interval > self._era:
            self._era = number // self.interval
            self._migrate(population)

    def home(self, population: Population, number: int) -> tuple[int, ...]:
        """The islands on which a candidate was born."""
        member = population.members[number]
        island = member.traits.get(TRAIT)
        if isinstance(island, int) and 0 <= island < len(self.demes):
            return (island,)
        if number not in self._inherited:
            base = member.parents[0] if member.parents else None
            everywhere = tuple(range(len(self.demes)))
            self._inherited[number] = everywhere if base is None else self.home(population, base)
        return self._inherited[number]

    def _migrate(self, population: Population) -> None:
        if len(self.demes) == 1:
            return
        leaving = [(island, number) for island, deme in enumerate(self.demes) for number in self._leaving(deme)]
        for island, number in leaving:
            there = (island + 1) % len(self.demes)
            known = self._abroad.get(number, ())
            if there not in known and there not in self.home(population, number):
                self._abroad[number] = (*known, there)
                self.demes[there].changed(population, number)

    def _leaving(self, deme: Deme) -> list[int]:
        """Who goes on to the next island."""
        share = 0 < self.migrants < 1
        return deme.best(max(1, int(self.migrants * deme.size)) if share else int(self.migrants))
