"""Who gets the credit for a bundle of edits: it and the bundle without each part are candidates of their own.

One edit, one candidate: a part's credit is what is missing without it. Parts interact, so credits need not add up. What
makes the candidates is in engine/bundles.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite

from apps.engine.contracts.turns import UNKNOWN, Observed


@dataclass(frozen=True, slots=True)
class Credit:
    """What a part is worth within its bundle: the mean difference over the tasks that both candidates have a score on.

    None where there is no such task. fixed are the tasks that are better with it than without, broken those that are
    worse.
    """

    gain: float | None
    fixed: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The credit of each part, what the bundle gains, and by task how far the credits exceed that together.

    together has the tasks on which all of them have a score.
    """

    credits: tuple[Credit, ...]
    gain: float | None
    together: tuple[float, ...]

    @property
    def interaction(self) -> float | None:
        """Mean over tasks of what credits exceed the gain by; None where there is no task.

        Above 0 where parts need each other, so that each is credited with what only both can do; below 0 where one does
        what the other would do as well. For two parts it is the interaction of the 2 x 2 factorial design, for more the
        sum over all pairs as long as no three interact (Box, Hunter and Hunter, Statistics for Experimenters, ch. 5).
        """
        return fsum(self.together) / len(self.together) if self.together else None


def account(base: Mapping[str, float], bundle: Mapping[str, float], without: Sequence[Mapping[str, float]]) -> Account:
    """Who gets the credit. Scores by task, of the base, the bundle, and the bundle without each part in turn."""
    credits = tuple(_credit(bundle, scores) for scores in without)
    sides = (base, bundle, *without)
    shared = [task for task in bundle if all(isfinite(scores.get(task, UNKNOWN)) for scores in sides)]
    together = [
        fsum(bundle[task] - scores[task] for scores in without) - (bundle[task] - base[task]) for task in shared
    ]
    return Account(credits, _gain(base, bundle), tuple(together))


def _credit(bundle: Mapping[str, float], without: Mapping[str, float]) -> Credit:
    seen = [Observed(task, without[task], score) for task, score in bundle.items() if task in without]
    turned = {turn: tuple(each.task for each in seen if each.turn == turn) for turn in ("better", "worse")}
    return Credit(_gain(without, bundle), turned["better"], turned["worse"])


def _gain(before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    both = [after[task] - before[task] for task in after if task in before and isfinite(after[task] - before[task])]
    return fsum(both) / len(both) if both else None
