"""Keep what gained on a minibatch."""

from dataclasses import dataclass
from typing import ClassVar

from apps.engine.acceptance.protocol import Decision, unfinished
from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class BatchGain:
    """Keep a complete candidate that gained on the minibatch, however it does on the validation tasks.

    gain is its sum of scores on the batch less that of its base: the method's evidence, for train tasks are no part of
    a population. Agrawal et al., GEPA, arXiv 2507.19457 (2025).
    """

    gain: float
    name: ClassVar[str] = "batch_gain"

    def judge(self, population: Population, number: int) -> Decision:
        if not self.gain > 0:
            return Decision("drop", population.failure(number) or f"{self.gain!r} on the minibatch")
        score = population.score(number)
        if score is None:
            return unfinished(population, number)
        return Decision("keep", f"{self.gain!r} on the minibatch, {score!r}")
