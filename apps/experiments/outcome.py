"""What a run of an experiment came to, small enough to be stored with its cell: pages never read the run again.

A curve is the best score so far at a few checkpoints. They count **candidates measured**, the unit of the budget: a
candidate's birth number would count what was proposed and refused before it was measured.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db.models import Min

from apps.common.ids import of_run, run_and_number
from apps.engine.canonical import decode, encode
from apps.oversight.dossier import sign_of
from apps.records.models import Run, Snapshot, Trajectory

CHECKPOINTS = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of a run that has ended. Scores are internal: higher is better, also where the project minimises.

    curve: best so far at each of checkpoints(budget), None where nothing had a score. final: the best, measured again
    where the scorer does not repeat itself. gate: the best on gate tasks.
    """

    seed_score: float | None
    final: float | None
    best: float | None
    gate: float | None
    curve: tuple[float | None, ...]
    measured: int
    evaluations: int
    seconds: float
    failures: Mapping[str, int]
    state: str
    code: str

    @property
    def failed(self) -> int:
        """How many candidates failed."""
        return sum(self.failures.values())


def checkpoints(candidates: int) -> tuple[int, ...]:
    """Numbers of candidates measured at which curves are read: 0, then even steps up to the budget."""
    steps = min(CHECKPOINTS, candidates)
    return tuple(dict.fromkeys(round(candidates * step / steps) for step in range(steps + 1)))


def outcome_of(run: Run, candidates: int) -> Outcome:
    """Read what an ended run came to. candidates: the budget that its curve is read against."""
    sign = sign_of(run.project)
    result = decode(bytes(run.result)) if run.result else {}
    snapshot = Snapshot.objects.filter(run=run).first()
    curve = [(int(number), float(score)) for number, score in decode(bytes(snapshot.curve))] if snapshot else []
    steps = _steps(curve, _measured_at(run, {number for number, _ in curve}))
    turned = {name: _turn(sign, result.get(name)) for name in ("seed_score", "corrected_score", "gate_score")}
    return Outcome(
        seed_score=turned["seed_score"] if result else (steps[0][1] if steps and steps[0][0] == 0 else None),
        final=turned["corrected_score"],
        best=run.best_score,
        gate=turned["gate_score"],
        curve=tuple(best_so_far(steps, at) for at in checkpoints(candidates)),
        measured=run.measured,
        evaluations=run.evaluations,
        seconds=run.spent,
        failures=decode(bytes(snapshot.failures)) if snapshot else {},
        state=run.state,
        code=bytes(run.code).hex(),
    )


def best_so_far(steps: Sequence[tuple[int, float]], at: int) -> float | None:
    """The best score when so many candidates were measured. steps: (measured, score) of each new best, in order."""
    index = bisect_right(steps, at, key=lambda step: step[0])
    return steps[index - 1][1] if index else None


def to_bytes(outcome: Outcome) -> bytes:
    """Canonical bytes of an outcome."""
    return encode(asdict(outcome))


def from_bytes(data: bytes | memoryview) -> Outcome:
    """The outcome behind its bytes."""
    said = decode(bytes(data))
    return Outcome(**(said | {"curve": tuple(said["curve"])}))


def _measured_at(run: Run, numbers: Iterable[int]) -> dict[int, int]:
    """For each of the candidates how many were measured when it was, itself counted and the seed not."""
    own = Trajectory.objects.filter(of_run(run.pk, "candidate"), of_run(run.pk, "round"))
    first = own.values("candidate").annotate(first=Min("pk")).order_by("first").values_list("candidate", flat=True)
    wanted = set(numbers)
    found = ((run_and_number(candidate)[1], rank) for rank, candidate in enumerate(first.iterator(chunk_size=2000)))
    return {number: rank for number, rank in found if number in wanted}


def _steps(curve: Iterable[tuple[int, float]], ranks: Mapping[int, int]) -> list[tuple[int, float]]:
    """New bests by how many were measured. One that is best only after more measurements keeps its place in time."""
    steps: list[tuple[int, float]] = []
    for number, score in curve:
        at = max(ranks.get(number, 0), steps[-1][0] if steps else 0)
        steps.append((at, score))
    return steps


def _turn(sign: int, score: float | None) -> float | None:
    return None if score is None else sign * score
