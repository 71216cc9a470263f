"""Keep what is worse now and then, the rarer the worse it is and the later it comes."""

from dataclasses import dataclass
from math import exp
from typing import ClassVar

from apps.engine.acceptance.protocol import Decision, unfinished
from apps.engine.population import Population


@dataclass(frozen=True, slots=True)
class Annealing:
    """Keep a complete candidate that scores at least as its base parent, else with probability exp(loss / temperature).

    Metropolis et al., Equation of State Calculations by Fast Computing Machines, J. Chem. Phys. 21 (1953); Kirkpatrick,
    Gelatt and Vecchi, Optimization by Simulated Annealing, Science 220 (1983). loss is score minus base score. The
    temperature is start at round 0 and halves every half_life rounds. chance, uniform in [0, 1), is the method's draw
    for this round. Raises ValueError for a start below 0 and a half life below 1.
    """

    start: float
    half_life: int
    round: int
    chance: float
    name: ClassVar[str] = "annealing"

    def __post_init__(self) -> None:
        if not (self.start >= 0 and self.half_life >= 1):
            raise ValueError("annealing needs a start of at least 0 and a half life of at least 1 round")

    @property
    def temperature(self) -> float:
        """In units of the score."""
        return float(self.start * 0.5 ** (self.round / self.half_life))

    def judge(self, population: Population, number: int) -> Decision:
        score = population.score(number)
        if score is None:
            return unfinished(population, number)
        base = population.base_score(number)
        if base is None or score >= base:
            return Decision("keep", f"{score!r} against {base!r}")
        allowed = self.chance < exp((score - base) / self.temperature) if self.temperature else False
        return Decision(
            "keep" if allowed else "drop", f"{score!r} against {base!r} at temperature {self.temperature:.4g}"
        )
