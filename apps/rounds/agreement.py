"""How far a judge agrees with people: it judges outputs that people gave a level, and the levels are compared.

A judge whose levels are no better than chance makes gains of what pleases it. So pages that show scores of a judge say
how far it agrees, by Cohen's kappa with linear weights: a level off counts less than three.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from random import Random
from typing import Any

from apps.engine.canonical import decode, digest, encode
from apps.engine.rubric import Rubric
from apps.engine.statistics import MODERATE, Interval, kappa, kappa_interval
from apps.llm.selectors import ensembles
from apps.log.chain import salted
from apps.projects.models import Project
from apps.projects.vocabulary import FEW_LABELS
from apps.records.models import Run
from apps.rounds import measured
from apps.rounds.models import Agreement

# Landis and Koch, The measurement of observer agreement for categorical data, Biometrics 33 (1977).
WORDS = ((0.0, "poor"), (0.2, "slight"), (MODERATE, "fair"), (0.6, "moderate"), (0.8, "substantial"))
BEST = "almost perfect"
REPEATS = 2  # the second time tells whether the judge agrees with itself

type Levels = tuple[int, int | None, int | None]  # of the person, of the judge, of the judge again; None: none named


@dataclass(frozen=True, slots=True)
class Figures:
    """What levels of people and of a judge come to.

    judged: labels to which the judge gave a level. same: share in which it is the person's. kappa, low, high: with its
    interval (95 %), None where it is not defined or has none. again: labels that were judged twice; steady: share in
    which both times brought the same; own: kappa of the judge with itself.
    """

    labels: int
    judged: int
    same: float | None
    kappa: float | None
    low: float | None
    high: float | None
    again: int
    steady: float | None
    own: float | None

    @property
    def word(self) -> str:
        """What Landis and Koch call such an agreement; empty where there is no figure."""
        if self.kappa is None:
            return ""
        return next((word for most, word in WORDS if self.kappa <= most), BEST)

    @property
    def weak(self) -> bool:
        """Whether it agrees less than moderately, or cannot be told to."""
        return self.kappa is None or self.kappa <= MODERATE

    @property
    def few(self) -> bool:
        """Whether so few labels tell little, whatever the interval says."""
        return self.judged < FEW_LABELS

    @property
    def unsure(self) -> bool:
        """Whether it may agree less than moderately, for all that is known."""
        return self.few or self.low is None or self.low <= MODERATE


def figures(levels: int, rows: Sequence[Levels]) -> Figures:
    """The figures of so many levels of a scale. The bootstrap's draws follow from the rows."""
    pairs = [(person, judge) for person, judge, _ in rows if judge is not None]
    twice = [(one, two) for _, one, two in rows if one is not None and two is not None]
    found = kappa_interval(pairs, levels, Random(digest(encode(list(rows))).hex()))
    low, high = _bounds(found)
    return Figures(
        labels=len(rows),
        judged=len(pairs),
        same=_same(pairs),
        kappa=found.mean if found else None,
        low=low,
        high=high,
        again=len(twice),
        steady=_same(twice),
        own=kappa(twice, levels),
    )


def levels(rubric: Rubric, labels: Sequence[Mapping[str, str]], judged: Sequence[Sequence[int | None]]) -> list[Levels]:
    """Levels of people beside those that the judge gave each time."""
    places = {level.name: at for at, level in enumerate(rubric.levels)}
    return [(places[label["level"]], one, two) for label, (one, two) in zip(labels, judged, strict=True)]


def identity(rubric: Mapping[str, Any], judge: Mapping[str, Any]) -> bytes:
    """Canonical bytes of what decides a judge's levels: rubric and model, as a protocol describes them."""
    return encode([dict(rubric), dict(judge)])


def of_run(run: Run) -> bytes | None:
    """The judge who gave a run's scores; None where an evaluator did."""
    told = decode(bytes(run.protocol.description))
    return digest(identity(told["rubric"], told["models"][-1])) if "rubric" in told else None


def of_now(project: Project) -> bytes:
    """The judge that would judge now. Raises UserError where none would."""
    return digest(described(project))


def described(project: Project) -> bytes:
    """As of_now, what the digest is of."""
    return identity(project.rubric, measured.judge(project, ensembles(project)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a judge's agreement with people. row is None where it was never measured."""

    project: Project
    row: Agreement | None

    @property
    def figures(self) -> Figures | None:
        return Figures(**self.row.figures) if self.row else None

    @property
    def outdated(self) -> bool:
        """Whether people have given other labels since."""
        return self.row is not None and bytes(self.row.labels) != bytes(self.project.labels_digest)

    @property
    def table(self) -> list[tuple[str, list[int]]]:
        """By level of people: how often the judge gave which level, from the lowest."""
        names = [name for name, _ in self.project.rubric["levels"]]
        rows = decode(bytes(self.row.levels)) if self.row else []
        counts = [[0] * len(names) for _ in names]
        for person, judge, _ in rows:
            if judge is not None:
                counts[person][judge] += 1
        return list(zip(names, counts, strict=True))


def standing(project: Project, judge: bytes) -> Standing:
    """The last measurement of that judge's agreement."""
    found = Agreement.objects.filter(project=project, judge=judge, ended__isnull=False, why="")
    return Standing(project, found.order_by("-pk").first())


def said(row: Agreement) -> dict[str, Any]:
    """What the log says of a measurement: figures, and digests of all that they follow from."""
    body = {"agreement": row.pk, **{name: row.figures.get(name) for name in ("labels", "judged", "kappa")}}
    body |= {"judge": bytes(row.judge).hex(), "levels": digest(bytes(row.levels)).hex()}
    if calls := bytes(row.calls):  # earlier measurements do not know theirs
        body |= {"calls": digest(calls).hex(), "given": salted(bytes(row.salt), bytes(row.labels))}
    return body


def kept(found: Figures) -> dict[str, Any]:
    """The figures as a row keeps them."""
    return asdict(found)


def _same(pairs: Sequence[tuple[int, int]]) -> float | None:
    return sum(one == two for one, two in pairs) / len(pairs) if pairs else None


def _bounds(found: Interval | None) -> tuple[float | None, float | None]:
    return (found.low, found.high) if found and isfinite(found.low) else (None, None)
