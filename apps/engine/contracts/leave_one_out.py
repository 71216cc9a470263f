"""Several edits in one reply, told apart: the bundle and the bundle without each part are candidates of their own.

One edit, one candidate: a part's credit is what is missing without it. Parts interact, so credits need not add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite

from apps.engine.contracts.turns import Observed


@dataclass(frozen=True, slots=True)
class Credit:
    """What a part is worth within its bundle: the mean difference over the tasks that both candidates have a score on.

    None where there is no such task. fixed are the tasks that are better with it than without, broken those that are
    worse.
    """

    part: int
    gain: float | None
    fixed: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The credit of each part, and what the bundle gains beyond their sum: above 0 the parts need each other."""

    credits: tuple[Credit, ...]
    gain: float | None
    interaction: float | None


def subsets(parts: int) -> list[tuple[int, ...]]:
    """Which parts each candidate of a bundle has: all of them first, then all but one each. Of one part there is only
    the bundle. Raises ValueError for none."""
    if parts < 1:
        raise ValueError("a bundle has parts")
    whole = tuple(range(parts))
    left_out = [tuple(part for part in whole if part != missing) for missing in whole]
    return [whole, *left_out] if parts > 1 else [whole]


def account(base: Mapping[str, float], bundle: Mapping[str, float], without: Sequence[Mapping[str, float]]) -> Account:
    """Who gets the credit. Scores by task, of the base, the bundle, and the bundle without each part in turn."""
    credits = tuple(_credit(part, bundle, scores) for part, scores in enumerate(without))
    gain = _gain(base, bundle)
    gains = [credit.gain for credit in credits]
    known = [each for each in gains if each is not None]
    together = None if gain is None or len(known) < len(gains) else gain - sum(known)
    return Account(credits, gain, together)


def _credit(part: int, bundle: Mapping[str, float], without: Mapping[str, float]) -> Credit:
    seen = [Observed(task, without[task], score) for task, score in bundle.items() if task in without]
    turned = {turn: tuple(each.task for each in seen if each.turn == turn) for turn in ("better", "worse")}
    return Credit(part, _gain(without, bundle), turned["better"], turned["worse"])


def _gain(before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    both = [after[task] - before[task] for task in after if task in before and isfinite(after[task] - before[task])]
    return fsum(both) / len(both) if both else None
