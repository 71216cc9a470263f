"""Two candidates side by side: how they are related, what each scored and told, and what differs in their files."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from apps.common.ids import row_id, run_and_number
from apps.engine.canonical import decode
from apps.engine.records import facts_of
from apps.oversight.dossier import Dossier
from apps.oversight.scores import TASKS, TaskRow
from apps.records.ancestry import ancestry
from apps.records.models import CandidateEdit, Trajectory

MEASUREMENTS = 2_000  # whose metrics are read
METRICS = 30
RUNS = 20  # that are gone back through


@dataclass(frozen=True, slots=True)
class Metric:
    """The mean of a metric over the validation tasks, of both; None where it was never told."""

    name: str
    a: float | None
    b: float | None

    @property
    def difference(self) -> float | None:
        return None if self.a is None or self.b is None else self.a - self.b


@dataclass(frozen=True, slots=True)
class Relation:
    """How a is related to b by base parents: steps of each up to their latest common ancestor.

    common: its id; None where there is none. A run may go on from a candidate of another: that is followed too.
    """

    common: int | None
    a: int = 0
    b: int = 0

    @classmethod
    def of(cls, a: CandidateEdit, b: CandidateEdit) -> "Relation":
        line, other = _line(a.pk), _line(b.pk)
        for _ in range(RUNS):
            places = {key: steps for steps, key in enumerate(other)}
            common = next((steps for steps, key in enumerate(line) if key in places), None)
            if common is not None:
                return cls(line[common], common, places[line[common]])
            if not _go_back(line, other):
                break
        return cls(None)

    @property
    def place(self) -> tuple[int, int]:
        """Run, by id, and number of the common ancestor."""
        return run_and_number(self.common or 0)


def _line(key: int) -> list[int]:
    """Ids of a candidate and its base parents, the seed of the run last."""
    run = run_and_number(key)[0]
    return [row_id(run, number) for number in ancestry(key)]


def _go_back(*lines: list[int]) -> bool:
    """Add to each line what came before in the run that its first candidate is from; whether there was anything."""
    made = CandidateEdit.objects.filter(pk__in=[line[-1] for line in lines]).values_list("pk", "parents")
    origins = {key: decode(bytes(parents)).get("origin") for key, parents in made}
    grown = False
    for line in lines:
        origin = origins.get(line[-1])
        if origin is not None and origin not in line:
            line += _line(origin)
            grown = True
    return grown


@dataclass
class Twosome:
    """The dossier of a, which is set against b."""

    dossier: Dossier
    b: CandidateEdit

    @property
    def after(self) -> int:
        return self.dossier.after or 0

    @property
    def a(self) -> CandidateEdit:
        return self.dossier.candidate

    @property
    def same_run(self) -> bool:
        return bool(self.a.run_id == self.b.run_id)

    @property
    def comparable(self) -> bool:
        """Whether their scores may be compared."""
        return bool(self.a.run.protocol_id == self.b.run.protocol_id)

    @property
    def difference(self) -> float | None:
        if not self.comparable or self.a.score is None or self.b.score is None:
            return None
        return self.a.score - self.b.score

    @cached_property
    def relation(self) -> Relation:
        return Relation.of(self.a, self.b)

    @property
    def operators(self) -> tuple[str, str]:
        """Who made them; hostile."""
        made = [str(decode(bytes(one.authors)).get("operator", ""))[:100] for one in (self.a, self.b)]
        return made[0], made[1]

    @property
    def tasks(self) -> list[TaskRow]:
        """The tasks that are shown, flips first."""
        return self._wanted[self.after : self.after + TASKS]

    @property
    def more(self) -> int | None:
        """Where the next page of tasks begins."""
        return self.after + TASKS if len(self._wanted) > self.after + TASKS else None

    @cached_property
    def _wanted(self) -> list[TaskRow]:
        return self.dossier.scores.only(self.dossier.only)

    @cached_property
    def metrics(self) -> list[Metric]:
        """What the evaluator told of both, by name; nothing where scores are not compared."""
        if not self.comparable:
            return []
        told: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        rows = Trajectory.objects.filter(
            candidate__in=[self.a.pk, self.b.pk], protocol=self.a.run.protocol_id, task__split="validation"
        )
        for candidate, report in rows.order_by("pk").values_list("candidate", "report")[:MEASUREMENTS]:
            metrics = decode(bytes(report)).get("metrics", {})
            for name, value in facts_of(metrics, list(metrics)).items():
                told[name][candidate].append(value)
        found = [Metric(name, _mean(told[name][self.a.pk]), _mean(told[name][self.b.pk])) for name in sorted(told)]
        return found[:METRICS]


def _mean(values: list[float]) -> float | None:
    return fmean(values) if values else None
