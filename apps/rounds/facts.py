"""What the log tells of a run's candidates, in the order in which the run counted it.

What another process measured stands in the log from when it was measured, and counts from when the run's driver took
note of it. So the driver's next entry says what it had counted by then, and a run that is read again knows of each
verdict what was known when it was given.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.common.ids import of_run, run_and_number
from apps.engine.canonical import decode
from apps.engine.records import Result, facts_of
from apps.log.models import Event
from apps.records.models import Run, Trajectory
from apps.rounds.measuring import APART, COUNTED, Place

KINDS = ("candidate.measured", "verdict.given", "contract.graded")

type Fact = tuple[str, int, Mapping[str, Any]]  # kind, candidate's number, what the entry says
type Measurements = dict[int, dict[Place, list[Result]]]


class Facts:
    """An iterable of facts. uncounted: places of what no entry of a driver counts yet; known once all were read."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: dict[Place, list[Fact]] = {}
        self.uncounted: list[Place] = []

    def __iter__(self) -> Iterator[Fact]:
        for kind, number, told in _told(self._run, self._run.since):
            for place in told.get(COUNTED, ()):
                yield from self._waiting.pop(tuple(place), ())
            if APART in told:
                self._waiting.setdefault(place_in(told), []).append((kind, number, told))
            else:
                yield kind, number, told
        self.uncounted = list(self._waiting)
        for facts in self._waiting.values():
            yield from facts


def _told(run: Run, after: int) -> Iterator[Fact]:
    """What the log tells of a run's candidates after a sequence, in its own order."""
    events = Event.objects.filter(project=run.project_id, sequence__gt=after, kind__in=KINDS)
    rows = events.order_by("sequence").values_list("kind", "subject", "body")
    for kind, subject, body in rows.iterator(chunk_size=2000):
        identifier = int(subject.removeprefix("candidate:"))
        owner, number = run_and_number(identifier)
        told = decode(bytes(body))
        if owner == run.pk and run_and_number(told.get("round", identifier))[0] == run.pk:
            yield kind, number, told


def more(run: Run, after: int) -> bool:
    """Whether the log tells anything of a run's candidates after a sequence."""
    return any(True for _ in _told(run, after))


def place_in(told: Mapping[str, Any]) -> Place:
    """Where a measurement was asked for, by its entry."""
    return told["round"], told["position"], told["child"]


def measurements(run: Run, keys: Mapping[int, str], metrics: Sequence[str]) -> Measurements:
    """For each candidate its measurements by place, with only the tasks that methods may see."""
    groups: Measurements = defaultdict(dict)
    names = ("candidate_id", "round", "position", "child", "task_id", "score", "failure")
    reports = ("report",) if metrics else ()
    own = Trajectory.objects.filter(
        of_run(run.pk, "candidate"), of_run(run.pk, "round")
    )  # not what other runs compared
    rows = own.order_by("id").values_list(*names, *reports)
    for identifier, round_id, position, child, task, score, failure, *report in rows.iterator(chunk_size=2000):
        group = groups[run_and_number(identifier)[1]].setdefault((round_id, position, child), [])
        if task in keys:
            told = decode(bytes(report[0])).get("metrics", {}) if report else {}
            group.append(Result(keys[task], score, failure, facts_of(told, metrics)))
    return groups
