"""What a run comes to: one JSON object, the same for the command line, pages and benchmarks."""

from typing import Any

from django.utils import timezone

from apps.common.ids import of_run, row_id
from apps.engine.canonical import decode
from apps.records.archive import archive_digest
from apps.records.models import CandidateEdit, Run, Snapshot

BASELINE_SCORES = ("best_score", "corrected_score", "gate_score")


def report(run: Run) -> dict[str, Any]:
    """Numbers of a run, whether it has ended or not. Scores in the project's own direction; missing ones are None."""
    result = decode(bytes(run.result)) if run.result else {}
    sign = -1.0 if run.project.direction == "minimise" else 1.0
    so_far = None if run.best_score is None else sign * run.best_score
    return {
        "run": str(run.uuid),
        "project": run.project.slug,
        "number": run.number,
        "method": run.method,
        "seed": run.seed,
        "forgeable": run.project.forgeable,
        "state": run.state,
        "why": run.why,
        "seed_score": result.get("seed_score", _seed_score(run, sign)),
        "best_score": result.get("best_score", so_far),
        "corrected_score": result.get("corrected_score"),
        "corrected_gain": result.get("corrected_gain"),
        "gate_score": result.get("gate_score"),
        "candidates": run.measured,
        "evaluations": run.evaluations,
        "failures": failures(run),
        "archive_digest": archive_digest(run),
        "wall_seconds": round(((run.ended or timezone.now()) - run.created).total_seconds(), 3),
        "baseline": {
            each.method: _baseline(each) for each in run.baselines.select_related("project").order_by("number")
        },
    }


def _seed_score(run: Run, sign: float) -> float | None:
    score = CandidateEdit.objects.filter(pk=row_id(run.pk, 0)).values_list("score", flat=True).first()
    return None if score is None else sign * score


def _baseline(run: Run) -> dict[str, Any]:
    result = decode(bytes(run.result)) if run.result else {}
    return {"run": str(run.uuid), "state": run.state} | {name: result.get(name) for name in BASELINE_SCORES}


def failures(run: Run) -> dict[str, int]:
    """How many candidates of the run failed, by label."""
    stored = Snapshot.objects.filter(run=run).values_list("failures", flat=True).first()
    if stored is not None:
        found: dict[str, int] = decode(bytes(stored))
        return found
    labels: dict[str, int] = {}
    rows = CandidateEdit.objects.filter(of_run(run.pk)).exclude(failure="")
    for label in rows.values_list("failure", flat=True).iterator():
        labels[label] = labels.get(label, 0) + 1
    return dict(sorted(labels.items()))
