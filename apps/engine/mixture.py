"""Variation by whatever applies: crossover now and then, else one of several operators."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from apps.engine.effects import Propose
from apps.engine.recipe import Context, Steps, Vary
from apps.engine.records import Chosen
from apps.engine.variation.anything import ARMS
from apps.engine.variation.crossover import Crossover
from apps.engine.variation.line import LineStep
from apps.engine.vary import Weighted, standing, varied

type Traits = Callable[[Context], Mapping[str, Any]]


def no_traits(ctx: Context) -> Mapping[str, Any]:
    """Children carry nothing."""
    return {}


def mixed(operators: Sequence[Weighted] = ARMS, crossed: float = 0.0, traits: Traits = no_traits) -> Vary:
    """Edits the first parent: with probability crossed by crossover with the second, else by an operator.

    The operator is drawn as `varied` does. A refused edit is drawn again.
    """

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        def draw() -> Propose | None:
            rng = ctx.random("vary")
            made = _crossed(ctx, parents, rng) if rng.random() < crossed else None
            made = made or varied(ctx, parents[0], operators, rng)
            return None if made is None else replace(made, traits=traits(ctx))

        return standing(draw)

    return vary


def _crossed(ctx: Context, parents: Sequence[Chosen], rng: Random) -> Propose | None:
    if len(parents) < 2 or parents[0].number == parents[1].number:
        return None
    couplings: list[LineStep | Crossover] = [LineStep(), Crossover()]
    rng.shuffle(couplings)
    for coupling in couplings:
        edit = coupling.edit(parents[0].texts, parents[1].texts, ctx.edits, rng)
        if edit is not None:
            return Propose((parents[0].number, parents[1].number), edit, coupling.name)
    return None
