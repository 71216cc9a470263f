"""The one of several texts that most of them are, or that is most like the others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.engine.canonical import digest, encode
from apps.engine.novelty.ngrams import resemblance

type Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vote:
    """Texts, and how many of those that voted are the same."""

    texts: Texts
    votes: int


def votes(texts: Sequence[Texts]) -> list[Vote]:
    """The different texts, those with the most votes first.

    Of equally many votes the text comes first that is most like all the others, for where no two chains write the same
    program a majority is no matter of equality; then the one that was cast first.
    """
    keys = [digest(encode(dict(each))) for each in texts]
    counts = Counter(keys)
    first = {key: keys.index(key) for key in counts}
    alike = {key: sum(resemblance(texts[at], other) for other in texts) for key, at in first.items()}
    order = sorted(first, key=lambda key: (-counts[key], -alike[key], first[key]))
    return [Vote(texts[first[key]], counts[key]) for key in order]
