"""Stated chances against what happened, and against who always says the A/A rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log

SUREST = 0.99  # a chance beyond that is scored as this one: a single mistake shall not cost everything


@dataclass(frozen=True, slots=True)
class Loss:
    """Sums over tasks: the author's log loss and Brier score, and those of the A/A rate. Nats; smaller is better.

    Good, Rational Decisions, JRSS B 14 (1952); Brier, Verification of Forecasts Expressed in Terms of Probability,
    Monthly Weather Review 78 (1950).
    """

    tasks: int = 0
    author: float = 0.0
    flips: float = 0.0
    brier: float = 0.0
    flips_brier: float = 0.0

    def __add__(self, other: "Loss") -> "Loss":
        return Loss(
            self.tasks + other.tasks,
            self.author + other.author,
            self.flips + other.flips,
            self.brier + other.brier,
            self.flips_brier + other.flips_brier,
        )

    @property
    def times(self) -> float:
        """How many times likelier the author makes what happened than the A/A rates do.

        Where those are right it exceeds k in at most 1 of k cases, at whatever moment one looks: Ville, Étude critique
        de la notion de collectif (1939); Shafer, Testing by Betting, JRSS A 184 (2021).
        """
        return exp(min(700.0, self.flips - self.author))


def loss(stated: Iterable[tuple[float, float, bool]]) -> Loss:
    """Of (the author's chance, the A/A rate, whether it came true), task by task."""
    return sum((_one(*each) for each in stated), Loss())


def _one(said: float, rate: float, came: bool) -> Loss:
    return Loss(1, _log(said, came), _log(rate, came), (said - came) ** 2, (rate - came) ** 2)


def _log(chance: float, came: bool) -> float:
    given = chance if came else 1 - chance
    return -log(min(SUREST, max(1 - SUREST, given)))
