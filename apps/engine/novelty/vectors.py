"""Likeness of programs by the angle between vectors of the runs of characters that they hold."""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt, sumprod
from zlib import crc32

from apps.engine.novelty.protocol import Finding, nearest
from apps.engine.novelty.tokens import LARGEST
from apps.engine.recipe import Context, Steps
from apps.engine.records import Chosen

DIMENSIONS = 2048
RUN = 5  # characters, as in Damashek 1995
REMEMBERED = 512  # texts whose vectors are kept between comparisons


@dataclass(frozen=True, slots=True)
class Vectors:
    """New is what has a cosine of at most most_alike with each member (0.99 in ShinkaEvolve).

    A text's vector counts its runs of five characters, which needs no language and no model (Damashek, Gauging
    similarity with n-grams, Science 267, 1995). Each run is weighed by 1 + log of its count (Salton and Buckley 1988)
    and falls into one of 2048 cells with a sign of its own, so that runs that share a cell cancel out on average
    (Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009). Names and comments count here:
    a copy with other names is new, and prose that was reworded is known by its words.
    """

    most_alike: float = 0.99
    compared: int = 50

    def judge(self, ctx: Context, texts: Mapping[str, str], members: Sequence[Chosen]) -> Steps[Finding]:
        yield from ()
        return nearest(texts, members[-self.compared :], alike, self.most_alike)


def alike(texts: Mapping[str, str], others: Mapping[str, str]) -> float:
    """The cosine over all files that differ, between 0 and 1; 1 where none does. A negative one counts as 0."""
    paths = [path for path in sorted(texts.keys() | others.keys()) if texts.get(path) != others.get(path)]
    if not paths:
        return 1.0
    pairs = [(vector(texts.get(path, "")), vector(others.get(path, ""))) for path in paths]
    shared = sum(sumprod(mine, theirs) for mine, theirs in pairs)
    mine, theirs = (sum(sumprod(pair[side], pair[side]) for pair in pairs) for side in (0, 1))
    return min(max(shared / sqrt(mine * theirs), 0.0), 1.0) if mine and theirs else 0.0


@lru_cache(maxsize=REMEMBERED)
def vector(text: str) -> array[float]:
    """Weights of the runs of characters of a text, blanks as one and in small letters; of a shorter text, of it."""
    plain = " ".join(text[:LARGEST].casefold().split())
    starts = range(max(len(plain) - RUN + 1, 1 if plain else 0))
    cells = array("d", bytes(8 * DIMENSIONS))
    for run, count in Counter(plain[at : at + RUN] for at in starts).items():
        code = crc32(run.encode(errors="replace"))
        cells[code % DIMENSIONS] += (1 + log(count)) * (1 if code >> 31 else -1)
    return cells
