"""Bandit over operators: hill climbing that learns, while it runs, which way of varying pays.

The operator with the highest upper confidence bound on its credit makes the next child. Credit is an operator's share
in the largest recent gains, by rank: Fialho, Schoenauer and Sebag, Toward Comparison-Based Adaptive Operator Selection,
GECCO (2010), their sum-of-ranks bandit. What does not apply to the seed (numbers where there are none) is left out.

window is how many children count as recent; decay how much less each further rank counts; exploration how readily an
operator without credit is tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from random import Random
from typing import Any, ClassVar

from apps.engine.effects import Choose, Propose, Refused
from apps.engine.population import Judged, Memory
from apps.engine.recipe import Context, GoesBy, Recipe, Steps
from apps.engine.records import Chosen
from apps.engine.selection import Tournament
from apps.engine.setup import Setup
from apps.engine.variation.credit import by_upper_bound, gain_of
from apps.engine.variation.crossover import Crossover
from apps.engine.variation.line import LineStep
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.variation.places import MovePlaces
from apps.engine.variation.protocol import Operator
from apps.engine.variation.statements import MutateStatements

ATTEMPTS = 3
TRIALS = 8  # draws after which an operator that found nothing is taken not to apply
LARGEST_WINDOW = 10_000

ALONE: Mapping[str, Operator] = {
    "numbers_small": PerturbNumbers(0.02),
    "numbers_medium": PerturbNumbers(0.1),
    "numbers_large": PerturbNumbers(0.5),
    "places_small": MovePlaces(0.01, 2),
    "places_medium": MovePlaces(0.05, 2),
    "places_large": MovePlaces(0.5, 2),
    "statements": MutateStatements(),
}
IN_PAIRS: Mapping[str, Crossover | LineStep] = {"crossover": Crossover(), "line_step": LineStep()}


@dataclass(frozen=True, slots=True)
class Ordered:
    """The operators, the one to try first at the beginning; equal ones in an order that is drawn."""

    decay: float
    exploration: float
    name: ClassVar[str] = "upper_bound"

    def draw(self, memory: Mapping[str, Any], rng: Random, n: int) -> list[str]:
        operators = rng.sample(memory["operators"], len(memory["operators"]))
        return by_upper_bound(operators, memory["window"], self.decay, self.exploration)


def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
    """A child by the first operator that finds something to vary in the base."""
    rule = Ordered(ctx.parameters["decay"], ctx.parameters["exploration"])
    operators = yield Choose("memory", rule)
    for _ in range(ATTEMPTS):
        found = yield from _drawn(ctx, parents[0], operators)
        if found is None:
            return None
        operator, edit, mates = found
        try:
            child: int = yield Propose((parents[0].number, *mates), edit, operator)
        except Refused:
            continue  # the next attempt stands at another position and draws anew
        return child
    return None


def _drawn(
    ctx: Context, base: Chosen, operators: Sequence[str]
) -> Steps[tuple[str, Mapping[str, str], tuple[int, ...]] | None]:
    """Operator, edit and further parents."""
    for operator in operators:
        if operator in ALONE:
            edit = ALONE[operator].edit(base.texts, ctx.edits, ctx.random("vary"))
            mates: tuple[int, ...] = ()
        else:
            (mate,) = yield Choose("candidate", Tournament(2))
            edit = IN_PAIRS[operator].edit(base.texts, mate.texts, ctx.edits, ctx.random("cross"))
            mates = (mate.number,)
        if edit:
            return operator, edit, mates
    return None


def applying(setup: Setup) -> list[str]:
    """Names of the operators that find something to vary in the seed; pairs are tried wherever anything is."""
    dice = Random(0)
    alone = [
        name
        for name, operator in ALONE.items()
        if any(operator.edit(setup.texts, setup.edits, dice) for _ in range(TRIALS))
    ]
    return [*alone, *IN_PAIRS] if alone else []


def memory(setup: Setup) -> Memory:
    """{"operators": names, "window": the latest [operator, gain]}."""
    size = setup.parameters["window"]

    def learn(memory: Mapping[str, Any], judged: Judged) -> Mapping[str, Any]:
        if judged.operator not in memory["operators"] or judged.decision not in ("keep", "drop"):
            return memory
        window = [*memory["window"], [judged.operator, gain_of(judged)]]
        return {**memory, "window": window[-size:]}

    return Memory({"operators": applying(setup), "window": []}, learn)


def fits(setup: Setup) -> str:
    """An operator that applies, and settings that make sense."""
    window, decay = setup.parameters["window"], setup.parameters["decay"]
    if not 1 <= window <= LARGEST_WINDOW:
        return f"window is {window}; choose 1 to {LARGEST_WINDOW:,} children."
    if not 0 < decay <= 1:
        return f"decay is {decay}; it has to be above 0 and at most 1."
    exploration = setup.parameters["exploration"]
    if not (isfinite(exploration) and exploration >= 0):
        return f"exploration is {exploration}; it has to be 0 or more."
    if not applying(setup):
        return (
            "none of its operators applies: nothing that may be edited holds a number or a Python statement. Put "
            "EVOLVE-BLOCK markers around what is to change, or make a component editable as a whole."
        )
    return ""


RECIPE = Recipe(
    vary=vary,
    memory=memory,
    fits=fits,
    parameters={"window": 100, "decay": 0.5, "exploration": 0.5},
    goes_by=GoesBy("operators", "what each operator earned"),
)
