"""Moving numbers with a step whose size follows the one-fifth success rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from apps.engine.variation.numbers import moved_numbers

GROW = 1.5
SHRINK = 0.9036  # 1.5 ** -0.25: four failures undo one success, so that one success in five keeps the size
SMALLEST, LARGEST = 1e-6, 1.0


@dataclass(frozen=True, slots=True)
class AdaptiveStep:
    """PerturbNumbers whose sigma grows with successes and shrinks with failures.

    Rechenberg, Evolutionsstrategie (1973): at the best step size of a (1+1) strategy about one mutation in five
    succeeds. The rule is applied after each mutation, as Kern et al. do (Learning probability distributions in
    continuous evolutionary algorithms, Natural Computing 3, 2004), not over a window. The size is no state of the
    operator: initial and update are a fold for the method's memory, {"sigma": size}, made of products only, which
    every machine rounds alike.
    """

    sigma0: float = 0.2
    count: int = 1
    name: ClassVar[str] = "adaptive_step"

    def initial(self) -> dict[str, float]:
        """The memory before the first mutation."""
        return {"sigma": self.sigma0}

    def update(self, memory: Mapping[str, Any], success: bool) -> dict[str, float]:
        """The memory after one more mutation: a success is a child that was better than its parent."""
        size = self.sigma(memory) * (GROW if success else SHRINK)
        return {"sigma": max(SMALLEST, min(LARGEST, size))}

    def sigma(self, memory: Mapping[str, Any]) -> float:
        """The step size that a memory holds."""
        return float(memory["sigma"])

    def edit(
        self, texts: Mapping[str, str], edits: Mapping[str, str], rng: Random, *, sigma: float | None = None
    ) -> dict[str, str] | None:
        """As Operator.edit, with steps of size sigma, or sigma0 where none is given."""
        return moved_numbers(texts, edits, rng, sigma=self.sigma0 if sigma is None else sigma, count=self.count)
