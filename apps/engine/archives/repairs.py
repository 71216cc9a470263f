"""What is broken and still may be repaired, and which kinds of errors were."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.engine.population import Population

ATTEMPT, ERROR = "attempt", "error"  # traits of a repair: how many came before it and itself; the kind it is to mend


@dataclass(slots=True)
class Tally:
    """Attempts at one kind of error, and how many of them brought a better score than what they repaired."""

    tried: int = 0
    mended: int = 0


class Repairs:
    """Chains of attempts: each candidate that does not reach `solved`, until it was tried to repair `most` times over.

    A repair takes the place of what it repairs, whether it is better or not: the model reads its newest attempt, as in
    Olausson et al., Is Self-Repair a Silver Bullet for Code Generation?, ICLR (2024). errors counts by kind, attempts
    by how many came before; drafts counts what repairs nothing, which is what the same calls would else have brought. A
    bundle without one of its parts is neither, and nobody repairs it.
    """

    def __init__(self, most: int, solved: float) -> None:
        self.most, self.solved = most, solved
        self.open: dict[int, None] = {}
        self.errors: dict[str, Tally] = {}
        self.attempts: dict[int, Tally] = {}
        self.drafts = Tally()
        self._seen: set[int] = set()

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another."""
        member = population.members[number]
        if member.left_out:
            return
        if number not in self._seen:
            self._seen.add(number)
            self._first(population, number)
        elif member.verdict in ("hold", "revert"):
            self.open.pop(number, None)

    def _first(self, population: Population, number: int) -> None:
        member, score = population.members[number], population.score(number)
        attempt = attempt_of(member.traits)
        if member.parents:
            mended = self._better(population.base_score(number), score)
            tallies = self._tallies(attempt, member.traits) if attempt else (self.drafts,)
            for tally in tallies:
                tally.tried += 1
                tally.mended += mended
        if attempt and member.parents:
            self.open.pop(member.parents[0], None)
        whole = score is not None and all(
            (population.estimate(number).task(key) or 0.0) >= self.solved for key in population.required
        )
        if attempt < self.most and not whole:
            self.open[number] = None

    def _tallies(self, attempt: int, traits: Mapping[str, object]) -> tuple[Tally, Tally]:
        kind = str(traits.get(ERROR, ""))
        return self.errors.setdefault(kind, Tally()), self.attempts.setdefault(attempt, Tally())

    @staticmethod
    def _better(before: float | None, after: float | None) -> bool:
        return after is not None and (before is None or after > before)


def attempt_of(traits: Mapping[str, object]) -> int:
    """Which attempt at a repair a candidate is; 0 for what repairs nothing."""
    attempt = traits.get(ATTEMPT, 0)
    return attempt if isinstance(attempt, int) else 0
