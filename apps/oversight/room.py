"""Whether a candidate's scores hold only within a tolerance of another engine's evaluator."""

from apps.engine.canonical import decode
from apps.projects.foreign.jail.strictness import FLAG
from apps.records.models import CandidateEdit, Trajectory

LOOKED_AT = 200  # measurements


def in_words(candidate: CandidateEdit, protocol: int) -> list[str]:
    """A sentence, where it is so. Only tasks that may be seen one by one are looked at."""
    open_to_all = Trajectory.objects.filter(task__split__in=("train", "validation"), score__isnull=False)
    rows = open_to_all.filter(candidate=candidate, protocol=protocol).order_by("pk")
    told = [
        decode(bytes(report)).get("metrics", {})
        for report in rows.values_list("report", flat=True)[:LOOKED_AT]
        if report
    ]
    relying = sum(metrics.get(FLAG, 0) > 0 for metrics in told)
    if not relying:
        return []
    return [
        f"{relying} of {len(told)} measurement{'' if len(told) == 1 else 's'} hold only within a tolerance of the "
        "evaluator: compared strictly the candidate scores less, or nothing. The feedback says what."
    ]
