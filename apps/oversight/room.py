"""Whether a candidate's scores hold only within a tolerance of another engine's evaluator."""

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.engine.canonical import decode
from apps.projects.foreign.jail.strictness import FLAG
from apps.records.models import CandidateEdit, Trajectory

LOOKED_AT = 200  # measurements


def in_words(candidate: CandidateEdit, protocol: int) -> list[str]:
    """A sentence, where it is so. Only tasks that may be seen one by one are looked at."""
    rows = _scored(candidate.pk, protocol).filter(task__split__in=("train", "validation"))
    told = [_relies(report) for report in _reports(rows)]
    if not any(told):
        return []
    return [
        f"{sum(told)} of {len(told)} measurement{'' if len(told) == 1 else 's'} hold only within a tolerance of the "
        "evaluator: compared strictly the candidate scores less, or nothing. The feedback says what. So a person "
        "decides whether it is promoted, in every mode."
    ]


def relies(candidate: int, protocol: int, fresh: Iterable[bytes] = ()) -> bool:
    """Whether any measurement says so. candidate: its id; fresh: reports that are not stored yet."""
    return any(map(_relies, fresh)) or any(map(_relies, _reports(_scored(candidate, protocol))))


def _scored(candidate: int, protocol: int) -> QuerySet[Trajectory]:
    return Trajectory.objects.filter(candidate=candidate, protocol=protocol, score__isnull=False)


def _reports(rows: QuerySet[Trajectory]) -> list[bytes]:
    found = rows.order_by("pk").values_list("report", flat=True)[:LOOKED_AT]
    return [bytes(report) for report in found if report]


def _relies(report: bytes) -> bool:
    return bool(decode(report).get("metrics", {}).get(FLAG, 0) > 0)
