"""Likeness of programs by the runs of tokens that they share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from zlib import crc32

from apps.engine.novelty.protocol import Finding, nearest
from apps.engine.novelty.tokens import tokens
from apps.engine.recipe import Context, Steps
from apps.engine.records import Chosen

REMEMBERED = 512  # texts whose runs are kept between comparisons


@dataclass(frozen=True, slots=True)
class NGrams:
    """New is what no member shares more than most_alike of its runs of n tokens with.

    The resemblance of two sets of runs is that of Broder, On the resemblance and containment of documents (1997): what
    they share over what either has. The last compared members are looked at, so that a candidate costs the same however
    many came before. ShinkaEvolve's threshold for the cosine of embeddings is 0.99; on runs of tokens it leaves room
    for a changed number and finds new names, comments and layouts.
    """

    most_alike: float = 0.99
    n: int = 3
    compared: int = 50

    def judge(self, ctx: Context, texts: Mapping[str, str], members: Sequence[Chosen]) -> Steps[Finding]:
        yield from ()
        return self.finding(texts, members)

    def finding(self, texts: Mapping[str, str], members: Sequence[Chosen]) -> Finding:
        """The same without steps."""
        return nearest(texts, members[-self.compared :], partial(resemblance, n=self.n), self.most_alike)


def resemblance(texts: Mapping[str, str], others: Mapping[str, str], n: int = 3) -> float:
    """From 0, nothing in common, to 1, the same but for blanks, comments and names. Equal files count for nothing."""
    paths = [path for path in sorted(texts.keys() | others.keys()) if texts.get(path) != others.get(path)]
    shared = total = 0
    for path in paths:
        mine, theirs = (runs(path, each.get(path, ""), n) for each in (texts, others))
        shared += len(mine & theirs)
        total += len(mine | theirs)
    return shared / total if total else 1.0


@lru_cache(maxsize=REMEMBERED)
def runs(path: str, text: str, n: int) -> frozenset[int]:
    """Checksums of all runs of n tokens; of a shorter text, of all of it."""
    return frozenset(_runs(tokens(path, text), n))


def _runs(found: Sequence[str], n: int) -> Iterator[int]:
    for at in range(max(len(found) - n + 1, 1 if found else 0)):
        yield crc32("\0".join(found[at : at + n]).encode(errors="replace"))
