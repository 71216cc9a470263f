"""What of many texts is about the same things as a question: by the words they share, rare ones counting more."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, sqrt

LONGEST = 10_000  # characters of a text that are looked at
_WORDS = re.compile(r"[^\W\d_]{3,}")


def nearest(texts: Sequence[str], question: str, most: int) -> list[str]:
    """Up to so many texts by likeness to the question, the likest first; none that shares no word with it.

    Cosine of term frequencies times inverse document frequencies (Salton and Buckley, Information Processing and
    Management 24, 1988). Of equals the earlier one comes first.
    """
    counts = [_words(text) for text in texts]
    spread = Counter(word for count in counts for word in count)
    weight = {word: log(1 + len(texts) / spread[word]) for word in spread}
    asked = _weighed(_words(question), weight)
    likeness = [_cosine(asked, _weighed(count, weight)) for count in counts]
    order = sorted(range(len(texts)), key=lambda place: (-likeness[place], place))
    return [texts[place] for place in order[:most] if likeness[place] > 0]


def items(text: str) -> list[str]:
    """The paragraphs of a text."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _words(text: str) -> Counter[str]:
    return Counter(_WORDS.findall(text[:LONGEST].casefold()))


def _weighed(counts: Mapping[str, int], weight: Mapping[str, float]) -> dict[str, float]:
    return {word: count * weight[word] for word, count in counts.items() if word in weight}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    size = sqrt(sum(value * value for value in one.values()) * sum(value * value for value in other.values()))
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / size if size else 0.0
