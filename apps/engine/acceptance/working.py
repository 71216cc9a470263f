"""Keep what works at all, however well it does and on however many tasks it was measured."""

from dataclasses import dataclass
from typing import ClassVar

from apps.engine.acceptance.protocol import Decision, unfinished
from apps.engine.population import Population

SEED = 0


@dataclass(frozen=True, slots=True)
class Working:
    """Keep a candidate with a score that failed on no task; with a leeway, if it is at most that much below the seed.

    Zhang et al., Darwin Gödel Machine, arXiv 2505.22954 (2025): keep_all is a leeway of None, keep_better one of 0.1.
    Where it was measured on some tasks only, the score is the one to be expected on all. What is incomplete may be
    built on and never be champion.
    """

    leeway: float | None = None
    name: ClassVar[str] = "working"

    def judge(self, population: Population, number: int) -> Decision:
        score = population.adjusted(number)
        if score is None or population.failure(number):
            return unfinished(population, number)
        told = f"{score:.6g}" if population.score(number) is None else f"{population.score(number)!r}"
        seed = population.score(SEED)
        if self.leeway is None or seed is None:
            return Decision("keep", told)
        why = f"{told} against the seed, {seed!r}, less {self.leeway!r}"
        return Decision("keep" if score >= seed - self.leeway else "drop", why)
