"""What each part of a bundle is worth, read from the measurements of the bundle without it. Names are hostile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, isinf

from django.db.models import Q

from apps.common.ids import run_and_number
from apps.engine.bundles import MOST_PARTS, OPERATOR, PARTS
from apps.engine.canonical import decode, encode
from apps.engine.contracts.leave_one_out import Account, Credit, account
from apps.engine.contracts.turns import FAILED
from apps.engine.effects import METHOD_SPLITS
from apps.engine.population import PART
from apps.engine.statistics import outlook
from apps.oversight.scores import Scores
from apps.records.models import CandidateEdit

LONGEST = 200  # characters of a part's name
SURE = 0.95  # that parts interact, before it is said


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bundle, and the candidate that has all but it. likely: that it helps, None where that is certain
    or cannot be told. failed: tasks on which the bundle fails without it."""

    name: str
    number: int
    credit: Credit
    failed: int
    likely: float | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The parts as they stand in the edit, and what all of them gain over the base.

    apart: by how much the parts are worth more one by one than all together, or less; 0 where that may be chance.
    """

    parts: Sequence[Part]
    base: int
    gain: float | None
    apart: float

    @property
    def apart_by(self) -> float:
        """The size of it."""
        return abs(self.apart)

    @property
    def likely(self) -> bool:
        """Whether it can be told of any part how likely it helps."""
        return any(part.likely is not None for part in self.parts)


def without(candidate: CandidateEdit) -> str:
    """The part that was left out of its base to make this candidate; "" where it was made otherwise."""
    return str(decode(bytes(candidate.traits)).get(PART, ""))[:LONGEST]


def besides(candidate: CandidateEdit) -> Q:
    """The candidates whose scores `bundle` needs beside its own: its base, and it without each of its parts."""
    return Q() if candidate.base is None else Q(pk=candidate.base) | lacking_one(candidate)


def lacking_one(candidate: CandidateEdit) -> Q:
    """The candidates that lack one of its parts."""
    method = decode(bytes(candidate.authors)).get("method", "")
    return Q(base=candidate.pk, authors=encode({"method": method, "operator": OPERATOR}))


def bundle(candidate: CandidateEdit, scores: Scores, *, repeatable: bool) -> Bundle | None:
    """What is known of the parts of a candidate; None where it was not measured without any of them.

    scores: with those of `besides`. How parts interact is not known before each was left out.
    """
    if candidate.base is None:
        return None
    found = _measured(candidate, scores)
    whole, base = found.pop(candidate.pk, _Scores()), found.pop(candidate.base, _Scores())
    once = {each.part: key for key, each in sorted(found.items(), reverse=True)}  # the eldest, where there are several
    lacking = {key: found[key] for key in sorted(once.values())[:MOST_PARTS]}
    if not lacking:
        return None
    told = account(base.by_task, whole.by_task, [each.by_task for each in lacking.values()])
    parts = [
        _part(key, credit, whole, left, repeatable=repeatable)
        for (key, left), credit in zip(lacking.items(), told.credits, strict=True)
    ]
    complete = len(lacking) >= max(each.parts for each in lacking.values())
    apart = _apart(told, repeatable=repeatable) if complete else 0.0
    return Bundle(parts, run_and_number(candidate.base)[1], told.gain, apart)


def _apart(told: Account, *, repeatable: bool) -> float:
    seen = None if repeatable else outlook(told.together)
    sure = repeatable or (seen is not None and max(seen.better, 1 - seen.better) >= SURE)
    return (told.interaction or 0.0) if sure else 0.0


@dataclass(frozen=True, slots=True)
class _Scores:
    """A candidate's mean by task, FAILED where no measurement has a score; the part that it lacks, and of how many."""

    part: str = ""
    parts: int = 0
    by_task: dict[str, float] = field(default_factory=dict)


def _measured(candidate: CandidateEdit, scores: Scores) -> dict[int, _Scores]:
    """By id: the candidate, its base, and the candidate without each part; on the tasks that methods see."""
    found: dict[int, _Scores] = {}
    for (key, _), row in scores.pooled.items():
        told = decode(bytes(row.traits))
        left_out = row.base == candidate.pk and PART in told
        if not row.told or row.split not in METHOD_SPLITS or not (left_out or key in (candidate.pk, candidate.base)):
            continue
        mine = found.setdefault(key, _Scores(str(told.get(PART, ""))[:LONGEST], int(told.get(PARTS, 0))))
        mine.by_task[row.key] = FAILED if row.mean.score is None else row.mean.score
    return found


def _part(key: int, credit: Credit, bundle: _Scores, left_out: _Scores, *, repeatable: bool) -> Part:
    pairs = [(score, left_out.by_task[task]) for task, score in bundle.by_task.items() if task in left_out.by_task]
    differences = [with_it - without_it for with_it, without_it in pairs if isfinite(with_it - without_it)]
    seen = None if repeatable else outlook(differences)
    failed = sum(isinf(left_out.by_task[task]) for task in credit.fixed)
    return Part(left_out.part, run_and_number(key)[1], credit, failed, seen.better if seen else None)
