"""What contracts are called: edits that do nothing, and edits that work, by the published table and by ours.

    python -m bench.contracts [ROUNDS]

The law: a harness solves each of 89 tasks with a chance of that task's own, drawn from a Beta distribution with mean
0.7; the smaller its parameters, the fewer tasks are flaky. A measurement runs each task once (k = 1) or twice (k = 2;
the published table calls a task solved if one of two runs passes, ours takes the mean). Before each edit the base is
measured; the author names 6 failing tasks as fixes and 3 solved ones as risks, at random. An edit that does nothing
leaves all chances alone; one that works makes its named fixes solvable with the chance 0.9; one that breaks makes ten
solved tasks unsolvable. A/A: the seed is measured again after every `1 / share` measurements.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from apps.engine.contracts.flips import Flips
from apps.engine.contracts.grading import WORDS, grade
from apps.engine.contracts.published import published_word
from apps.engine.contracts.turns import Observed
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract
from apps.engine.statistics.numbers import Numbers
from bench.common import table

TASKS, FIXES, RISKS, BROKEN = 89, 6, 3, 10
MEAN, WORKS = 0.7, 0.9
SPREADS = (0.3, 1.0, 3.0)  # sum of the Beta distribution's parameters: few flaky tasks, many, nearly all
PASSES = ("effective", "partly effective", "mixed")
KEYS = tuple(f"task-{number}" for number in range(TASKS))


@dataclass(slots=True)
class Harness:
    """Chances of solving each task, and the dice."""

    chances: Numbers
    repeats: int
    dice: np.random.Generator

    @classmethod
    def drawn(cls, spread: float, repeats: int, seed: int) -> "Harness":
        dice = np.random.default_rng([seed, 5])
        return cls(dice.beta(MEAN * spread, (1 - MEAN) * spread, TASKS), repeats, dice)

    def measure(self, chances: Numbers | None = None) -> Numbers:
        """Mean over the repeats of each task."""
        own = self.chances if chances is None else chances
        found: Numbers = (self.dice.random((self.repeats, TASKS)) < own).mean(axis=0)
        return found


@dataclass(frozen=True, slots=True)
class Judged:
    """An edit by both tables."""

    ours: str
    published: str


def judged(kind: str, spread: float, repeats: int, repeated: int, seed: int) -> Judged:
    """One edit of a kind ("nothing", "works" or "breaks"), where the seed was measured again so many times."""
    harness = Harness.drawn(spread, repeats, seed)
    flips = Flips()
    for _ in range(repeated + 1):
        for task, score in zip(KEYS, harness.measure().tolist(), strict=True):
            flips.add("seed", task, score)
    before = harness.measure()
    named = _claim(before, harness.dice)
    after = harness.measure(_edited(kind, harness, before, named))
    observed = {key: Observed(key, *pair) for key, *pair in zip(KEYS, before.tolist(), after.tolist(), strict=True)}
    found = grade(named, observed, Zero(flips, "base"))
    flipped = [key for key, seen in observed.items() if not seen.before and seen.after]
    regressed = [key for key, seen in observed.items() if seen.before and not seen.after]
    return Judged(found.word, published_word(named.predicted_fixes, named.at_risk, flipped, regressed))


def _claim(before: Numbers, dice: np.random.Generator) -> Contract:
    return Contract(
        predicted_fixes=_some(np.flatnonzero(before == 0), FIXES, dice),
        at_risk=_some(np.flatnonzero(before > 0), RISKS, dice),
    )


def _some(places: np.ndarray[tuple[int], np.dtype[np.intp]], n: int, dice: np.random.Generator) -> tuple[str, ...]:
    return tuple(KEYS[place] for place in sorted(dice.permutation(places)[:n].tolist()))


def _edited(kind: str, harness: Harness, before: Numbers, named: Contract) -> Numbers:
    chances = harness.chances.copy()
    if kind == "works":
        chances[[KEYS.index(task) for task in named.predicted_fixes]] = WORKS
    if kind == "breaks":
        chances[harness.dice.permutation(np.flatnonzero(before > 0))[:BROKEN]] = 0.0
    return chances


def share(words: Sequence[str], wanted: Sequence[str]) -> float:
    """How many of the words are among those."""
    return sum(word in wanted for word in words) / len(words)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for kind in ("nothing", "works", "breaks"):
        rows = []
        for repeats, spread, repeated in product((1, 2), SPREADS, (1, 2, 5, 10)):
            found = [judged(kind, spread, repeats, repeated, seed) for seed in range(rounds)]
            ours, published = [each.ours for each in found], [each.published for each in found]
            passed = [share(words, PASSES) for words in (published, ours)]
            rows.append((repeats, spread, repeated, *passed, *(share(ours, (word,)) for word in WORDS)))
        print(f"\nan edit that {'does nothing' if kind == 'nothing' else kind}, {rounds} rounds: share of each word")
        table(("k", "spread", "A/A", "published passes", "ours passes", *WORDS), rows)


if __name__ == "__main__":
    main()
