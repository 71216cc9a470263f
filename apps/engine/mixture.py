"""Variation by whatever applies: crossover now and then, else one of several operators."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from apps.engine.effects import Propose, Refused
from apps.engine.recipe import Context, Steps, Vary
from apps.engine.records import Chosen
from apps.engine.variation.anything import ARMS
from apps.engine.variation.crossover import Crossover
from apps.engine.variation.protocol import Operator

ATTEMPTS = 3

type Drawn = tuple[tuple[int, ...], Mapping[str, str], str]  # parents, edit, operator
type Traits = Callable[[Context], Mapping[str, Any]]


def no_traits(ctx: Context) -> Mapping[str, Any]:
    """Children carry nothing."""
    return {}


def mixed(operators: Sequence[Operator] = ARMS, crossed: float = 0.0, traits: Traits = no_traits) -> Vary:
    """Edits the first parent: with probability crossed by crossover with the second, else by an operator.

    The operators are tried in random order until one finds something to vary; a refused edit is drawn again.
    """

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        for _ in range(ATTEMPTS):
            rng = ctx.random("vary")
            drawn = _crossed(ctx, parents, rng) if rng.random() < crossed else None
            drawn = drawn or _varied(ctx, parents[0], operators, rng)
            if drawn is None:
                return None
            try:
                child: int = yield Propose(*drawn, traits=traits(ctx))
            except Refused:
                continue  # the next attempt stands at another position and draws anew
            return child
        return None

    return vary


def _crossed(ctx: Context, parents: Sequence[Chosen], rng: Random) -> Drawn | None:
    if len(parents) < 2 or parents[0].number == parents[1].number:
        return None
    edit = Crossover().edit(parents[0].texts, parents[1].texts, ctx.edits, rng)
    return ((parents[0].number, parents[1].number), edit, Crossover.name) if edit else None


def _varied(ctx: Context, base: Chosen, operators: Sequence[Operator], rng: Random) -> Drawn | None:
    for operator in rng.sample(operators, len(operators)):
        edit = operator.edit(base.texts, ctx.edits, rng)
        if edit is not None:
            return (base.number,), edit, operator.name
    return None
