"""What a run that refines without measuring has to be told: does it mend more than it damages?"""

from array import array
from collections.abc import Mapping
from math import isnan
from typing import Any

from apps.common.ids import of_run, run_and_number
from apps.engine import registry
from apps.engine.archives.refinements import STAYED, VOTES
from apps.engine.canonical import decode
from apps.engine.statistics.transitions import Transitions
from apps.lineage.maps.reading import Placed, Reading
from apps.records.models import CandidateEdit, Run

REFINES = "dser"
LATEST = 1_000  # candidates that are looked at


def warning(run: Run, read: Reading) -> str:
    """The sentence for people, or "" where there is nothing to warn of."""
    return transitions(run, read).warning() if run.method == REFINES else ""


def transitions(run: Run, read: Reading) -> Transitions:
    """What its latest candidates made of the tasks that were right and wrong before, as they are measured now."""
    solved = registry.get(REFINES).settings(decode(bytes(run.parameters)))["solved"]
    found = Transitions()
    latest = CandidateEdit.objects.filter(of_run(run.pk)).order_by("-pk").values_list("pk", "traits")[:LATEST]
    for identifier, packed in latest:
        row = read.rows.get(run_and_number(identifier)[1])
        base = read.rows.get(row.base) if row is not None and row.base is not None else None
        if row is not None and base is not None and row.measured:
            found = _with(found, base, row, decode(bytes(packed)), solved)
    return found


def _with(found: Transitions, base: Placed, row: Placed, traits: Mapping[str, Any], solved: float) -> Transitions:
    pairs = [
        (before >= solved, after >= solved)  # what has no score is NaN, which is not right
        for before, after in _tasks(base.tasks, row.tasks)
        if not isnan(before)
    ]
    return found.after(pairs, traits.get(VOTES, 1), traits.get(STAYED, 0))


def _tasks(before: array[float], after: array[float]) -> list[tuple[float, float]]:
    return list(zip(before, after, strict=True))
