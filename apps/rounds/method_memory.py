"""What a method goes by as its run's page shows it, from engine/remembered.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.engine.errors import KINDS


@dataclass(frozen=True, slots=True)
class Tally:
    """Attempts of one sort, and how many of them scored better than what they changed."""

    name: str
    tried: int
    better: int

    @property
    def share(self) -> float | None:
        return self.better / self.tried if self.tried else None


@dataclass(frozen=True, slots=True)
class Repairs:
    """What repairs brought, beside drafts: what the same calls would else have been spent on.

    open: candidates that may still be repaired; errors by kind, attempts by how many came before.
    """

    open: int
    drafts: Sequence[int]
    errors: Sequence[tuple[str, int, int]]
    attempts: Sequence[tuple[int, int, int]]

    @property
    def resampled(self) -> Tally:
        return Tally("Drafts", *self.drafts)

    @property
    def repaired(self) -> Tally:
        tried, better = (sum(each[at] for each in self.attempts) for at in (1, 2))
        return Tally("Repairs", tried, better)

    @property
    def by_round(self) -> list[Tally]:
        return [Tally(f"Round {number}", tried, better) for number, tried, better in self.attempts]

    @property
    def by_error(self) -> list[Tally]:
        return [Tally(KINDS.get(kind, "not told"), tried, better) for kind, tried, better in self.errors]


@dataclass(frozen=True, slots=True)
class Clade:
    """A candidate by its own evaluations and by those of its clade. Shares are means of the posterior, from 0 to 1."""

    number: int
    own: float
    own_count: int
    clade: float
    clade_count: int


@dataclass(frozen=True, slots=True)
class Clades:
    """measure: is a candidate measured next, or one expanded; trusted: of whose success least is known to be high."""

    measure: bool
    made: int
    measurements: int
    trusted: int | None
    best: Sequence[tuple[int, float, int, float, int]]

    @property
    def rows(self) -> list[Clade]:
        return [
            Clade(number, (1 + own) / (2 + own_count), own_count, (1 + wins) / (2 + count), count)
            for number, own, own_count, wins, count in self.best
        ]
