"""Whether a program is new beside others: one interface, and what stands behind it."""

from apps.engine.novelty.judged import Judged
from apps.engine.novelty.ngrams import NGrams
from apps.engine.novelty.protocol import Finding, Novelty, only_new
from apps.engine.novelty.vectors import Vectors

__all__ = ["KINDS", "Finding", "Judged", "NGrams", "Novelty", "Vectors", "novelty_of", "only_new"]

KINDS = ("ngrams", "vectors", "judge")


def novelty_of(kind: str, most_alike: float, compared: int) -> Novelty:
    """What judges novelty by that name, one of KINDS; "judge" has a model look at what ngrams find too much alike."""
    if kind == "vectors":
        return Vectors(most_alike, compared)
    by_tokens = NGrams(most_alike, compared=compared)
    return Judged(by_tokens) if kind == "judge" else by_tokens
