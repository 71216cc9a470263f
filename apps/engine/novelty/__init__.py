"""Whether a program is new beside others: one interface, and what stands behind it."""

from apps.engine.novelty.embedded import Embedded
from apps.engine.novelty.judged import Judged
from apps.engine.novelty.ngrams import NGrams
from apps.engine.novelty.protocol import Finding, Novelty, only_new

__all__ = ["Embedded", "Finding", "Judged", "NGrams", "Novelty", "only_new"]
