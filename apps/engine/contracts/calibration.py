"""How far an author's stated chances can be trusted, and what came of their contracts: a bounded fold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.engine.contracts.grading import WORDS, Grade
from apps.engine.contracts.loss import Loss

BINS = 10  # of stated chances: [0, .1), … [.9, 1]
MOST_AUTHORS = 200


@dataclass(slots=True)
class Bin:
    """Tasks whose stated chance lay here: how many, the sum of those chances, how many came true."""

    tasks: int = 0
    said: float = 0.0
    came: int = 0


@dataclass(slots=True)
class Record:
    """What is known of one author: the words of their contracts, losses, predicted fixes, and the reliability bins."""

    words: dict[str, int] = field(default_factory=dict)
    loss: Loss = field(default_factory=Loss)
    came: int = 0  # predicted fixes
    predicted: int = 0
    expected: float = 0.0  # of them by themselves
    most: float = 0.0  # of them that may well have come by themselves, as far as repeats tell
    bins: list[Bin] = field(default_factory=lambda: [Bin() for _ in range(BINS)])

    @property
    def contracts(self) -> int:
        return sum(self.words.values())

    def add(self, found: Grade) -> None:
        """A contract of theirs was held against what happened."""
        self.words[found.word] = self.words.get(found.word, 0) + 1
        self.loss += found.loss
        self.most += _most(found)
        for named in found.named:
            if named.part == "fix" and named.turn:
                self.came += named.turn == "better"
                self.predicted += 1
                self.expected += named.rate
            if named.chance is not None and named.turn:
                here = self.bins[min(BINS - 1, int(named.chance * BINS))]
                here.tasks += 1
                here.said += named.chance
                here.came += named.turn == "better"


class Calibration:
    """Records by author; beyond the first MOST_AUTHORS, all others share one."""

    OTHERS = "others"

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def add(self, authors: Iterable[str], found: Grade) -> None:
        """A graded contract counts for each of its authors."""
        for name in authors:
            known = name in self.records or len(self.records) < MOST_AUTHORS
            self.records.setdefault(name if known else self.OTHERS, Record()).add(found)

    def payload(self) -> dict[str, Any]:
        """JSON form."""
        return {name: _payload(record) for name, record in self.records.items()}

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Calibration":
        """From its JSON form."""
        made = cls()
        made.records = {name: _record(told) for name, told in payload.items()}
        return made


def _most(found: Grade) -> float:
    """All of them, where nothing is known of what turns by itself; none, where nothing does."""
    if found.fixes is not None:
        return found.fixes.most
    return float(sum(bool(named.turn and named.rate) for named in found.named if named.part == "fix"))


def _payload(record: Record) -> list[Any]:
    lost = record.loss
    return [
        [record.words.get(word, 0) for word in WORDS],
        [lost.tasks, lost.author, lost.flips, lost.brier, lost.flips_brier],
        [record.came, record.predicted, record.expected, record.most],
        [[each.tasks, each.said, each.came] for each in record.bins],
    ]


def _record(told: Sequence[Any]) -> Record:
    words, lost, (came, predicted, expected, *most), bins = told
    counted: dict[str, int] = {word: n for word, n in zip(WORDS, words, strict=True) if n}
    may = most[0] if most else float(predicted)  # what was written before it was told
    return Record(counted, Loss(*lost), came, predicted, expected, may, [Bin(*each) for each in bins])
