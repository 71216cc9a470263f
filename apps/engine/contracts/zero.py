"""What the tasks of one base do by themselves."""

from collections.abc import Hashable
from dataclasses import dataclass
from math import isnan

import numpy as np

from apps.engine.contracts.flips import Flips
from apps.engine.contracts.turns import Observed, Turn, turned
from apps.engine.statistics.numbers import Numbers


@dataclass(frozen=True, slots=True)
class Zero:
    """Chances that a task turns although nothing is changed. base: the content that the edit starts from.

    A task's own repeats are drawn towards the common rate of its state, the more the fewer there are: the beta-binomial
    model, in which a task's measurements, the one before the edit among them, are solved with a chance of its own.
    Skellam, JRSS B 10 (1948); Gelman et al., Bayesian Data Analysis, section 5.3. The base's own repeats, where it
    has any, else those of all contents. repeatable: nothing turns by itself.
    """

    flips: Flips
    base: Hashable
    repeatable: bool = False

    @property
    def known(self) -> bool:
        """Whether anything is known of what turns by itself."""
        return self.repeatable or self.flips.repeats > 0

    def chance(self, found: Observed, turn: Turn) -> float:
        """That the task, measured as `found.before`, is next found turned that way."""
        mean = self.flips.common(self.flips.state(found.task, found.before), turn).mean
        return float(self._drawn(found, turn, np.asarray([mean]))[0])

    def levels(self, found: Observed, turn: Turn) -> Numbers:
        """The same at each level that the common rate could have: shape (LEVELS,)."""
        return self._drawn(found, turn, self.flips.common(self.flips.state(found.task, found.before), turn).levels)

    def _drawn(self, found: Observed, turn: Turn, common: Numbers) -> Numbers:
        if self.repeatable:
            return np.zeros_like(common)
        own = self.flips.of(self.base, found.task)
        scores = [] if isnan(found.before) else list(own or self.flips.on(found.task))
        turns = sum(turned(found.before, score) == turn for score in scores)
        counted = len(scores) - (found.before in own)  # which is one of its own repeats
        weight = 1 / self.flips.alike
        drawn: Numbers = (turns + weight * common) / (counted + weight)
        return drawn
