"""Whether verifying and refining mends more than it damages: the two rates on which everything else depends.

Liu et al., Deep Self-Evolving Reasoning, arXiv 2510.17498 (2025): an answer that is refined again and again is a Markov
chain of two states; if a wrong one becomes right with probability p and a right one wrong with q, the share of right
ones tends to p / (p + q), and a majority over chains is right in the end if p > q, and wrong if p < q.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from apps.engine.statistics.special import special

FEW = 10  # transitions out of each state, below which nothing is said
GRID = 2001
EVEN = 0.499  # a little below one half: equal rates are no reason to warn, however they are rounded


@dataclass(frozen=True, slots=True)
class Transitions:
    """Tasks that were wrong before a refinement and how many of them it mended; right before, and how many it broke."""

    wrong: float = 0.0
    mended: float = 0.0
    right: float = 0.0
    broken: float = 0.0

    def after(self, pairs: Iterable[tuple[bool, bool]], changed: float = 1.0, stayed: float = 0.0) -> "Transitions":
        """With what a refinement made of some tasks: (right before, right after) each.

        changed and stayed are how many chains came to this result, and how many changed nothing.
        """
        wrong, mended, right, broken = self.wrong, self.mended, self.right, self.broken
        for before, after in pairs:
            if before:
                right, broken = right + changed + stayed, broken + changed * (not after)
            else:
                wrong, mended = wrong + changed + stayed, mended + changed * after
        return Transitions(wrong, mended, right, broken)

    @property
    def limit(self) -> float | None:
        """The share of right answers that long chains tend to; None while nothing ever changed."""
        mends, breaks = self._rates
        return mends / (mends + breaks) if mends + breaks > 0 else None

    @property
    def likelier(self) -> float:
        """The chance that mending is likelier than damage, from uniform priors."""
        at = np.linspace(0.0, 1.0, GRID)
        mends = special().betainc(1 + self.mended, 1 + self.wrong - self.mended, at)
        breaks = special().betainc(1 + self.broken, 1 + self.right - self.broken, at)
        middle = (breaks[1:] + breaks[:-1]) / 2  # chance that damage is rarer than this
        return float(np.sum(middle * np.diff(mends)))

    @property
    def _rates(self) -> tuple[float, float]:
        return (
            self.mended / self.wrong if self.wrong else 0.0,
            self.broken / self.right if self.right else 0.0,
        )

    def warning(self) -> str:
        """A sentence for people where mending is not likelier than damage, or "" where it is or too little is known."""
        if min(self.wrong, self.right) < FEW or self.likelier > EVEN:
            return ""
        mends, breaks = self._rates
        told = f"a refinement mends {mends:.0%} of what is wrong and breaks {breaks:.0%} of what is right"
        limit = f"; longer chains would tend to {self.limit:.0%} right answers" if self.limit is not None else ""
        return (
            f"Improvement is not likelier than damage here: {told}{limit}. More chains and a majority make that surer, "
            "not better. Choose a stronger model for the roles judge and repair, or a method that measures each change."
        )
