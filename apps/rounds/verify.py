"""Is everything that was recorded still as it was recorded? The chain, the records, the decisions, the readings."""

from collections import Counter
from collections.abc import Generator, Iterator
from math import isclose, isnan
from typing import Any

from django.db.models import Sum

from apps.common.ids import of_run
from apps.common.progress import Tick, unheard
from apps.engine.canonical import decode
from apps.engine.contracts.fold import Fold
from apps.engine.contracts.grading import Named
from apps.engine.contracts.payload import grade_from
from apps.engine.contracts.turns import UNKNOWN, Observed
from apps.engine.effects import METHOD_SPLITS
from apps.engine.population import Population
from apps.llm import verify as models
from apps.log.selectors import broken_links, last_sequence
from apps.oversight import verify as decisions
from apps.projects import verify as people
from apps.projects.models import Project
from apps.records import verify as records
from apps.records.models import CandidateEdit, Effect, Round, Run, RunState, Trajectory
from apps.rounds import stated
from apps.rounds import verify_agreement as judges
from apps.rounds import verify_calls as calls
from apps.rounds.opening import fold


def problems(project: Project, tick: Tick = unheard) -> Generator[str]:
    """What is wrong with a project's log and records, the chain first, each naming its place."""
    yield from (what for _, what in broken_links(project.pk, tick.of("the chain")))
    yield from people.problems(project)
    yield from records.problems(project, tick)
    yield from decisions.problems(project)
    yield from models.problems(project)
    yield from judges.problems(project, tick.of("agreement with people"))
    for run in Run.objects.filter(project=project).order_by("pk"):
        yield from _readings(run, tick.of(f"scores of run {run.number}"))
        yield from calls.problems(run)


def steps(project: Project) -> int:
    """About how many steps `problems` takes, as it ticks them."""
    runs = Run.objects.filter(project=project)
    found = runs.aggregate(born=Sum("born"), rounds=Sum("rounds"), evaluations=Sum("evaluations"))
    counted = {name: value or 0 for name, value in found.items()}
    # Of a candidate: itself, its verdict, its cached columns; of a measurement: its digest and its place in the fold.
    told = last_sequence(project.pk) + judges.steps(project)
    return told + 3 * counted["born"] + counted["rounds"] + counted["evaluations"]


def _readings(run: Run, tick: Tick) -> Iterator[str]:
    """Cached columns are what the records, folded again, say."""
    tasks = list(run.project.tasks.filter(split__in=METHOD_SPLITS).order_by("position"))
    keys = {task.pk: task.key for task in tasks}
    required = tuple(task.key for task in tasks if task.split == "validation")
    contracts = stated.opened(run, keys.values(), repeatable=run.project.repeatable)
    population = Population(required)
    fold(run, keys, population, contracts=contracts)
    shared = Counter(member.key for member in population.members.values())
    rows = CandidateEdit.objects.filter(of_run(run.pk)).order_by("pk")
    for identifier, score, failure in rows.values_list("pk", "score", "failure").iterator(chunk_size=1000):
        tick(1)
        number = identifier % (1 << 32)
        if shared[population.members[number].key] > 1:
            continue  # equal contents share one estimate, which each shows as it was when it was last touched
        if not _same(score, population.score(number)) or failure != population.failure(number):
            yield f"candidate {number} of run {run.number} shows a score or failure that its trajectories do not give"
    yield from _counters(run, population)
    yield from _grades(run, contracts)


def _grades(run: Run, contracts: Fold) -> Iterator[str]:
    """The scores that a contract was graded by are those of the trajectories."""
    rows = CandidateEdit.objects.filter(of_run(run.pk)).exclude(graded=b"").values_list("pk", "graded")
    for identifier, graded in rows.iterator(chunk_size=1000):
        number = identifier % (1 << 32)
        seen = contracts.observed(number) if contracts.states(number) else {}
        if any(not _as_seen(named, seen.get(named.task)) for named in grade_from(decode(bytes(graded))).named):
            yield f"the contract of candidate {number} of run {run.number} was graded by other scores than it has"


def _as_seen(named: Named, seen: Observed | None) -> bool:
    """Whether a task was graded by what was measured of it; what was not measured is the same nothing."""
    measured = (UNKNOWN, UNKNOWN) if seen is None else (seen.before, seen.after)
    pairs = zip((named.before, named.after), measured, strict=True)
    return all(told == found or (isnan(told) and isnan(found)) for told, found in pairs)


def _counters(run: Run, population: Population) -> Iterator[str]:
    seen = sum(member.measured for member in population.members.values() if member.number)
    trajectories = Trajectory.objects.filter(of_run(run.pk, "round"))
    evaluations = trajectories.count()
    found: dict[str, Any] = {"born": len(population.members), "measured": seen, "evaluations": evaluations}
    found["best"] = population.best
    found["rounds"] = Round.objects.filter(of_run(run.pk)).count()
    found["spent"] = trajectories.aggregate(spent=Sum("seconds"))["spent"] or 0.0
    compared = Effect.objects.filter(of_run(run.pk, "round"), kind="compare", attempts__gt=0, answer__isnull=False)
    found["looks"] = compared.exclude(round__kind="conclude").count()
    if run.state != RunState.OPEN:
        found["reserved"] = 0
    found["best_score"] = None if population.best is None else population.score(population.best)
    for name, value in found.items():
        shown = getattr(run, name)
        if not _same(shown, value) if isinstance(value, float) else shown != value:
            yield f"run {run.number} shows {getattr(run, name)} as {name}, its records give {value}"


def _same(shown: float | None, folded: float | None) -> bool:
    if shown is None or folded is None:
        return shown is folded
    return isclose(shown, folded, rel_tol=1e-9, abs_tol=1e-12)
