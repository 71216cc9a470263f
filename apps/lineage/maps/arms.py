"""The models of a run as the arms of a bandit: how often each was drawn, what came of it, and what that cost."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isinf
from statistics import fmean

from apps.engine import registry
from apps.engine.canonical import decode
from apps.engine.population import Judged
from apps.engine.setup import FALLBACK, Voice, ensembles_from
from apps.engine.variation.model_credit import COST, MODEL, arms
from apps.lineage.maps.operators import Operators
from apps.lineage.maps.reading import Placed
from apps.records.models import Run

BANDIT = "shinka"
FOLDED = 20_000  # candidates that the bandit's state is worked out from; what is older has faded


@dataclass(frozen=True, slots=True)
class Arm:
    """A model. Shares are between 0 and 1, gains internal.

    cost: of all its candidates, in the currency of the prices; None where it is not known of one. bound: what the
    bandit draws by, None where there is none; untried: it is drawn next whatever the others have.
    """

    name: str
    drawn: int
    of_all: float
    kept: float | None
    better: int
    mean: float | None
    most: float | None
    failed: float | None
    cost: float | None
    bound: float | None
    untried: bool

    @property
    def each_better(self) -> float | None:
        """What one candidate cost that is better than its parent."""
        return None if self.cost is None or not self.better else self.cost / self.better


@dataclass
class Models:
    """The models that proposed candidates in a run."""

    run: Run
    operators: Operators

    @cached_property
    def arms(self) -> list[Arm]:
        """Every model that may propose, and those that did; the one of the highest bound, or most used, first."""
        rows: dict[str, list[Placed]] = defaultdict(list)
        for row in self.operators.read.rows.values():
            if row.model:
                rows[row.model].append(row)
        names = {voice.model for voice in self._voices} | set(rows)
        total = sum(map(len, rows.values()))
        found = [self._arm(name, rows.get(name, []), total) for name in sorted(names)]
        return sorted(found, key=lambda arm: (not arm.untried, -(arm.bound or 0.0), -arm.drawn))

    @property
    def bandit(self) -> bool:
        """Whether the method draws by what models have earned; else by their weights."""
        return bool(self.run.method == BANDIT)

    @property
    def _voices(self) -> Sequence[Voice]:
        return ensembles_from(decode(bytes(self.run.ensembles))).get(FALLBACK, ())

    @cached_property
    def _bounds(self) -> dict[str, float]:
        """By which the bandit draws next, worked out from candidates by birth: the order of verdicts, about."""
        if not self.bandit:
            return {}
        given = registry.get(BANDIT).settings(decode(bytes(self.run.parameters)))
        state = arms(voice.model for voice in self._voices)
        for row in list(self.operators.read.rows.values())[-FOLDED:]:
            state = state.after(self._judged(row), given["fade"])
        return state.bounds(given["exploration"], given["thrift"])

    def _judged(self, row: Placed) -> Judged:
        base = self.operators.read.rows.get(row.base) if row.base is not None else None
        traits = {MODEL: row.model} | ({} if row.cost is None else {COST: row.cost})
        return Judged(row.number, row.score, row.verdict, row.operator, traits, base.score if base else None)

    def _arm(self, name: str, rows: Sequence[Placed], total: int) -> Arm:
        gains = [gain for row in rows if (gain := self.operators.gain(row)) is not None]
        judged, measured = [row for row in rows if row.verdict], [row for row in rows if row.measured]
        costs = [row.cost for row in rows]
        bound = self._bounds.get(name)
        return Arm(
            name=name,
            drawn=len(rows),
            of_all=len(rows) / total if total else 0.0,
            kept=sum(row.kept for row in judged) / len(judged) if judged else None,
            better=sum(gain > 0 for gain in gains),
            mean=fmean(gains) if gains else None,
            most=max(gains, default=None),
            failed=sum(bool(row.failure) for row in measured) / len(measured) if measured else None,
            cost=None if None in costs else sum(cost for cost in costs if cost is not None),
            bound=None if bound is None or isinf(bound) else bound,
            untried=bound is not None and isinf(bound),
        )
