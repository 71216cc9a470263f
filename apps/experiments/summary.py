"""What an experiment says so far: curves and a ranked table per project, and over all projects on one scale.

Only **closed seeds** count: those on which the runs of all methods are over. So a partial result compares methods on
the same seeds, and one method's head start shows nothing. Statistics are those of Agarwal et al., Deep Reinforcement
Learning at the Edge of the Statistical Precipice, NeurIPS 2021: interquartile means over runs with stratified bootstrap
intervals, and the probability of improvement; the test is a sign-flip test over seeds, with Holm's correction.

Over projects a score is put on one scale: 0 is the seed candidate, 1 the best that any run of the experiment reached.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from random import Random
from statistics import fmean
from typing import Any

from apps.engine.canonical import decode, encode
from apps.engine.statistics import (
    Interval,
    holm,
    interquartile_interval,
    paired_p,
    probability_of_improvement,
)
from apps.experiments.models import OVER, CellState
from apps.experiments.outcome import Outcome, checkpoints
from apps.experiments.plan import Plan

BANDS = 25  # intervals along a curve

type Three = tuple[float, float, float]  # estimate, and the ends of its 95 % interval
type Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Run:
    """A cell as the summary sees it. outcome: of those that ended in order."""

    project: int
    label: str
    seed: int
    state: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Row:
    """One method on one project, or over all. Scores are internal, or between 0 and 1 over all projects.

    better: probability that a run of it ends above one of the baseline. p: of the paired test against the baseline,
    adjusted after Holm. gate: on gate tasks. failed: share of its candidates; evaluations and seconds: a run's mean.
    """

    label: str
    runs: int
    broken: int
    cut: int
    score: Three | None
    better: Three | None
    p: float | None
    adjusted: float | None
    successes: int | None
    gate: Three | None
    failed: float | None
    evaluations: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Best so far of one method, at numbers of candidates measured: (measured, estimate, low, high)."""

    label: str
    points: tuple[tuple[int, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One project, or all of them (project is None). seeds: how many are closed; rows: the best first."""

    project: int | None
    seeds: int
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]
    seed_score: float | None
    best: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """All boards; with several projects the one over all of them first. codes: versions of the engine that ran."""

    boards: tuple[Board, ...]
    codes: int


def summarise(plan: Plan, runs: Sequence[Run], minimised: Collection[int] = ()) -> Summary:
    """The summary of an experiment's cells. minimised: keys of the projects that minimise, whose targets are turned."""
    fields = [_Field.of(plan, ground.project, runs, minimised) for ground in plan.grounds]
    boards = [_board(plan, field.project, [field], _as_it_is) for field in fields]
    if len(fields) > 1:
        boards.insert(0, _board(plan, None, [field for field in fields if field.seeds], _Field.scaled))
    return Summary(tuple(boards), len({run.outcome.code for run in runs if run.outcome}))


def to_bytes(summary: Summary) -> bytes:
    """Canonical bytes of a summary."""
    return encode(asdict(summary))


def from_bytes(data: bytes | memoryview) -> Summary:
    """The summary behind its bytes."""
    said = decode(bytes(data))
    return Summary(tuple(_board_of(board) for board in said["boards"]), said["codes"])


def _board_of(said: Mapping[str, Any]) -> Board:
    rows = tuple(Row(**{name: _as_tuple(value) for name, value in row.items()}) for row in said["rows"])
    curves = tuple(Curve(curve["label"], tuple(map(tuple, curve["points"]))) for curve in said["curves"])
    return Board(**{**said, "rows": rows, "curves": curves})


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Field:
    """The closed seeds of one project. table: outcomes by label and seed; target: internal, as scores are."""

    project: int
    seeds: tuple[int, ...]
    table: Mapping[str, Mapping[int, Outcome]]
    states: Mapping[str, Sequence[str]]
    target: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, plan: Plan, project: int, runs: Sequence[Run], minimised: Collection[int]) -> "_Field":
        order = {seed: at for at, seed in enumerate(plan.seeds)}  # so that nothing depends on which run ended first
        mine = sorted((run for run in runs if run.project == project), key=lambda run: order[run.seed])
        over = {(run.label, run.seed) for run in mine if run.state in OVER}
        seeds = tuple(seed for seed in plan.seeds if all((label, seed) in over for label in plan.labels))
        table: dict[str, dict[int, Outcome]] = {label: {} for label in plan.labels}
        for run in mine:
            if run.seed in seeds and run.state == CellState.DONE and run.outcome is not None:
                table[run.label][run.seed] = run.outcome
        found = [outcome for by_seed in table.values() for outcome in by_seed.values()]
        starts = [outcome.seed_score for outcome in found if outcome.seed_score is not None]
        states = {label: [run.state for run in mine if run.label == label] for label in plan.labels}
        high = max((outcome.final for outcome in found if outcome.final is not None), default=None)
        target = plan.target(project)
        if target is not None and project in minimised:
            target = -target
        return cls(project, seeds, table, states, target, _mean(starts), high)

    def finals(self, label: str, scale: Scale) -> dict[int, float]:
        """Final score by seed."""
        found = self.table[label].items()
        return {seed: scale(outcome.final) for seed, outcome in found if outcome.final is not None}

    def at(self, label: str, index: int, scale: Scale) -> list[float]:
        """Best so far at a checkpoint, of each run that had a score by then."""
        found = (outcome.curve[index] for outcome in self.table[label].values())
        return [scale(score) for score in found if score is not None]

    def scaled(self, score: float) -> float:
        """A score on the scale from the seed candidate to the best of all runs."""
        if self.low is None or self.high is None or self.high <= self.low:
            return 0.0
        return (score - self.low) / (self.high - self.low)


def _as_it_is(_: _Field, score: float) -> float:
    return score


def _mean(values: Sequence[float]) -> float | None:
    """Of equal values exactly that value, which a sum may miss by its last bit."""
    if not values or min(values) == max(values):
        return values[0] if values else None
    return fmean(values)


type Scaled = Callable[[_Field, float], float]


def _board(plan: Plan, project: int | None, fields: Sequence[_Field], scaled: Scaled) -> Board:
    whole = len(fields) == 1 and project is not None
    side = _Side(plan, fields, scaled, with_gate=whole)
    rows = _tested([side.row(label) for label in plan.labels])
    ranked = sorted(rows, key=lambda row: (row.score is None, -(row.score or (0.0,))[0], plan.labels.index(row.label)))
    return Board(
        project=project,
        seeds=min((len(field.seeds) for field in fields), default=0),
        rows=tuple(ranked),
        curves=tuple(curve for label in plan.labels if (curve := side.curve(label)).points),
        seed_score=fields[0].low if whole else 0.0,
        best=fields[0].high if whole else 1.0,
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """Methods side by side on some projects."""

    plan: Plan
    fields: Sequence[_Field]
    scaled: Scaled
    with_gate: bool

    def strata(self, label: str) -> list[dict[int, float]]:
        """Final scores by seed, project by project."""
        return [field.finals(label, partial(self.scaled, field)) for field in self.fields]

    def row(self, label: str) -> Row:
        strata, base = self.strata(label), self.strata(self.plan.baseline)
        outcomes = [outcome for field in self.fields for outcome in field.table[label].values()]
        states = [state for field in self.fields for state in field.states[label]]
        measured = sum(outcome.measured for outcome in outcomes)
        return Row(
            label=label,
            runs=len(outcomes),
            broken=states.count(CellState.FAILED),
            cut=states.count(CellState.SHORT),
            score=_interval([list(stratum.values()) for stratum in strata], self._dice(label, "score")),
            better=None if label == self.plan.baseline else _better(strata, base, self._dice(label, "better")),
            p=None if label == self.plan.baseline else _p(strata, base),
            adjusted=None,
            successes=self._successes(label),
            gate=self._gate(outcomes, label),
            failed=sum(outcome.failed for outcome in outcomes) / measured if measured else None,
            evaluations=fmean(outcome.evaluations for outcome in outcomes) if outcomes else None,
            seconds=fmean(outcome.seconds for outcome in outcomes) if outcomes else None,
        )

    def curve(self, label: str) -> Curve:
        places = checkpoints(self.plan.candidates)
        every = max(1, len(places) // BANDS)
        chosen = sorted({*range(0, len(places), every), len(places) - 1})
        known: dict[tuple[tuple[float, ...], ...], Three] = {}  # a best that stands still gives the same interval
        points = []
        for index in chosen:
            values = [field.at(label, index, partial(self.scaled, field)) for field in self.fields]
            key = tuple(map(tuple, values))
            if key not in known:
                if (found := _interval(values, self._dice(label, "curve"))) is None:
                    continue
                known[key] = found
            points.append((places[index], *known[key]))
        return Curve(label, tuple(points))

    def _successes(self, label: str) -> int | None:
        """How many runs reached the target; None where no project has one."""
        aimed = [field for field in self.fields if field.target is not None]
        if not aimed or len(aimed) < len(self.fields):
            return None
        return sum(
            score >= (field.target or 0.0) for field in aimed for score in field.finals(label, _unscaled).values()
        )

    def _gate(self, outcomes: Sequence[Outcome], label: str) -> Three | None:
        found = [outcome.gate for outcome in outcomes if outcome.gate is not None]
        if not self.with_gate or len(found) < len(outcomes):
            return None
        return _interval([found], self._dice(label, "gate"))

    def _dice(self, label: str, what: str) -> Random:
        projects = "/".join(str(field.project) for field in self.fields)
        return Random(f"{self.plan.identity.hex()}/{label}/{what}/{projects}")


def _unscaled(score: float) -> float:
    return score


def _tested(rows: Sequence[Row]) -> list[Row]:
    """The rows with p adjusted for how many methods are tested against the baseline."""
    tested = [row for row in rows if row.p is not None]
    adjusted = dict(zip([row.label for row in tested], holm([row.p or 0.0 for row in tested]), strict=True))
    return [replace(row, adjusted=adjusted.get(row.label)) for row in rows]


def _interval(strata: Sequence[Sequence[float]], dice: Random) -> Three | None:
    if not strata or not all(strata):
        return None
    return _three(interquartile_interval(strata, dice))


def _better(strata: Sequence[dict[int, float]], base: Sequence[dict[int, float]], dice: Random) -> Three | None:
    """On the seeds that both have."""
    both = [_paired(mine, other) for mine, other in zip(strata, base, strict=True)]
    if not both or not all(both):
        return None
    return _three(
        probability_of_improvement([[a for a, _ in p] for p in both], [[b for _, b in p] for p in both], dice)
    )


def _p(strata: Sequence[dict[int, float]], base: Sequence[dict[int, float]]) -> float | None:
    """Two-sided, of the mean difference over seeds; over several projects a seed's difference is its mean there."""
    pairs = list(zip(strata, base, strict=True))
    if not pairs:
        return None
    seeds = set.intersection(*(mine.keys() & other.keys() for mine, other in pairs))
    differences = [fmean(mine[seed] - other[seed] for mine, other in pairs) for seed in sorted(seeds)]
    return paired_p(differences) if differences else None


def _paired(mine: Mapping[int, float], other: Mapping[int, float]) -> list[tuple[float, float]]:
    return [(mine[seed], other[seed]) for seed in mine if seed in other]


def _three(found: Interval) -> Three:
    return found.mean, found.low, found.high
