"""Two runs side by side: what was asked of each, what it came to, what it cost, and how its best score grew."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from apps.common.templatetags.pages import number, seconds, signed, thousands
from apps.engine import registry
from apps.engine.canonical import decode
from apps.lineage.maps.reading import Reading
from apps.oversight.dossier import sign_of
from apps.records.models import Run
from apps.rounds.chart import Tick, round_ticks
from apps.rounds.selectors import per_minute

WORDS = {"keep": "kept", "promote": "promoted", "drop": "dropped", "hold": "on hold", "revert": "reverted", "": "open"}
VALUE = 80  # characters of a parameter that are shown


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that both runs have, in words. difference: where the two may be compared as numbers."""

    name: str
    a: str
    b: str
    difference: str = ""

    @property
    def differs(self) -> bool:
        return self.a != self.b


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that belong together."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Curve:
    """Best so far of one run. path: in a square of 1000."""

    name: str
    style: int
    path: str
    last: float


@dataclass(frozen=True, slots=True)
class Overlay:
    """Both curves, in the project's own direction."""

    curves: list[Curve]
    ticks: list[Tick]
    last: int


@dataclass
class Pair:
    """Runs a and b, each with what was read of it."""

    a: Run
    b: Run
    read_a: Reading
    read_b: Reading

    @property
    def sign(self) -> int:
        return sign_of(self.a.project)

    @property
    def whole(self) -> bool:
        return self.read_a.whole and self.read_b.whole

    @property
    def same_project(self) -> bool:
        return bool(self.a.project_id == self.b.project_id)

    @property
    def comparable(self) -> bool:
        """Whether their scores may be compared: one protocol, and so one metric, one scorer, the same tasks."""
        return bool(self.a.protocol_id == self.b.protocol_id) and sign_of(self.a.project) == sign_of(self.b.project)

    @property
    def other_code(self) -> bool:
        """Whether engine, method or operators were others: with the same method, that is worth to know."""
        return self.a.method == self.b.method and bytes(self.a.code) != bytes(self.b.code)

    @property
    def unequal(self) -> bool:
        """Whether one had more to spend."""
        return (self.a.candidates, self.a.seconds) != (self.b.candidates, self.b.seconds)

    @cached_property
    def parts(self) -> list[Part]:
        """The tables, those without a row left out."""
        parts = [
            Part("Asked for", self._asked()),
            Part("Parameters", self._parameters()),
            Part(capfirst(self.a.project.metric), self._scores() if self.comparable else []),
            Part("Spent", self._spent()),
            Part("Verdicts", self._counted(_verdicts(self.read_a), _verdicts(self.read_b))),
            Part("Failures", self._counted(_failures(self.read_a), _failures(self.read_b))),
        ]
        return [part for part in parts if part.rows]

    @cached_property
    def overlay(self) -> Overlay | None:
        """The best so far of both; None where scores are not compared or there are none."""
        curves = [_curve(run, self.sign) for run in (self.a, self.b)] if self.comparable else []
        values = [score for curve in curves for _, score in curve]
        if not values:
            return None
        ticks, last = round_ticks(values), max(self.a.born, self.b.born, 2) - 1
        drawn = [
            Curve(name, style, _path(curve, run.born - 1, last, ticks), curve[-1][1])
            for style, (name, run, curve) in enumerate(zip("ab", (self.a, self.b), curves, strict=True))
            if curve
        ]
        high, low = ticks[-1], ticks[0]
        return Overlay(drawn, [Tick(round(100 * (high - tick) / (high - low), 3), tick) for tick in ticks], last)

    def _asked(self) -> list[Row]:
        told: list[tuple[str, Callable[[Run], str]]] = [
            ("Project", lambda run: run.project.name),
            ("Method", lambda run: run.method),
            ("Budget, candidates", lambda run: thousands(run.candidates)),
            ("Budget, seconds", lambda run: "no limit" if run.seconds is None else seconds(run.seconds)),
            ("Rounds at a time", lambda run: str(run.parallel)),
            ("Seed of draws", lambda run: str(run.seed)),
            ("Mode", lambda run: vars(run).get("mode") or "–"),
            ("State", lambda run: str(run.state)),
        ]
        return [Row(name, tell(self.a), tell(self.b)) for name, tell in told]

    def _parameters(self) -> list[Row]:
        a, b = _settings(self.a), _settings(self.b)
        return [Row(name, _shown(a, name), _shown(b, name)) for name in sorted({*a, *b})]

    def _scores(self) -> list[Row]:
        a, b = (dict(decode(bytes(run.result))) if run.result else {} for run in (self.a, self.b))
        seeds = [self._own(vars(run).get("seed_score")) for run in (self.a, self.b)]
        told: list[tuple[str, float | None, float | None]] = [
            ("The seed", seeds[0], seeds[1]),
            ("Best as selected", self._own(self.a.best_score), self._own(self.b.best_score)),
            ("Best, measured again", a.get("corrected_score"), b.get("corrected_score")),
            ("On gate tasks", a.get("gate_score"), b.get("gate_score")),
        ]
        return [
            Row(name, number(one), number(other), _gap(one, other))
            for name, one, other in told
            if (one, other) != (None, None)
        ]

    def _spent(self) -> list[Row]:
        a, b = self.a, self.b
        return [
            Row("Candidates measured", thousands(a.measured), thousands(b.measured)),
            Row("Evaluations", thousands(a.evaluations), thousands(b.evaluations)),
            Row("Execution", seconds(a.spent), seconds(b.spent)),
            Row("From start to end", seconds(_lasted(a)), seconds(_lasted(b))),
            Row("Candidates a minute", _rate(a), _rate(b)),
            Row("Looks of the promotion test", str(a.looks), str(b.looks)),
        ]

    def _counted(self, a: Mapping[str, int], b: Mapping[str, int]) -> list[Row]:
        names = sorted({*a, *b}, key=lambda name: (-a.get(name, 0) - b.get(name, 0), name))
        return [Row(name, _count(self.read_a, a, name), _count(self.read_b, b, name)) for name in names]

    def _own(self, score: float | None) -> float | None:
        return None if score is None else self.sign * score


def _settings(run: Run) -> dict[str, Any]:
    """Parameters with the method's defaults, where this version has the method."""
    given = dict(decode(bytes(run.parameters)))
    return dict(registry.get(run.method).parameters) | given if run.method in registry.names() else given


def _shown(settings: Mapping[str, Any], name: str) -> str:
    return str(settings[name])[:VALUE] if name in settings else "–"


def _gap(one: float | None, other: float | None) -> str:
    return "" if one is None or other is None else signed(float(f"{one - other:.3g}"))


def _lasted(run: Run) -> float:
    return float(((run.ended or timezone.now()) - run.created).total_seconds())


def _rate(run: Run) -> str:
    rate = per_minute(run)
    return "–" if rate is None else f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _verdicts(read: Reading) -> Counter[str]:
    return Counter(WORDS.get(row.verdict, row.verdict) for row in read.rows.values())


def _failures(read: Reading) -> Counter[str]:
    return Counter(row.failure for row in read.rows.values() if row.failure)


def _count(read: Reading, counts: Mapping[str, int], name: str) -> str:
    count = counts.get(name, 0)
    return f"{count:,} · {100 * count / len(read.rows):.0f} %" if count else "0"


def _curve(run: Run, sign: int) -> list[tuple[int, float]]:
    snapshot = getattr(run, "snapshot", None)
    found = decode(bytes(snapshot.curve)) if snapshot else []
    return [(int(born), sign * score) for born, score in found if isfinite(score)]


def _path(curve: Sequence[tuple[int, float]], end: int, last: int, ticks: Sequence[float]) -> str:
    def at(born: float) -> str:
        return f"{1000 * born / last:.1f}"

    def up(score: float) -> str:
        return f"{1000 * (ticks[-1] - score) / (ticks[-1] - ticks[0]):.1f}"

    steps = "".join(f"H{at(born)}V{up(score)}" for born, score in curve[1:])
    return f"M{at(curve[0][0])} {up(curve[0][1])}{steps}H{at(end)}"
