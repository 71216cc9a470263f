"""A few tasks at a time, in an order that shows each as often as the others, and whether a child gains on them."""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from random import Random


def minibatch(tasks: Sequence[str], size: int, place: int, seed: int) -> tuple[str, ...]:
    """The batch with this place (0, 1, …) in an endless row of shuffled passes over the tasks; each task once at most.

    Epoch-shuffled, as GEPA draws its minibatches (Agrawal et al., arXiv 2507.19457, 2025). tasks is not empty.
    """
    places = range(place * size, (place + 1) * size)
    return tuple(dict.fromkeys(_shuffled(tasks, at // len(tasks), seed)[at % len(tasks)] for at in places))


def _shuffled(tasks: Sequence[str], epoch: int, seed: int) -> list[str]:
    shuffled = list(tasks)
    Random(f"{seed}/epoch/{epoch}").shuffle(shuffled)
    return shuffled


def gain(before: Mapping[str, float | None], after: Iterable[tuple[str, float | None]]) -> float:
    """Sum of after less that of before, over the tasks of after; a failure counts as the worst score on either side."""
    pairs = [(before.get(task), score) for task, score in after]
    scores = [score for pair in pairs for score in pair if score is not None]
    worst = min(scores, default=0.0)
    return fsum((worst if new is None else new) - (worst if old is None else old) for old, new in pairs)
