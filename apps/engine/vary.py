"""From text operators to steps of a round: draw an edit, propose it, try again when it is refused."""

from collections.abc import Sequence
from random import Random
from typing import Any

from apps.engine.effects import Choose, Propose, Refused
from apps.engine.recall import Recall
from apps.engine.recipe import Context, Steps, Vary
from apps.engine.records import Chosen
from apps.engine.variation.protocol import Operator

ATTEMPTS = 3


def edited_by(*operators: tuple[float, Operator]) -> Vary:
    """Edits the first parent with one of the operators, drawn by weight; a refused edit is drawn again."""
    weights = [weight for weight, _ in operators]

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        base = parents[0]
        for _ in range(ATTEMPTS):
            rng = ctx.random("vary")
            operator = rng.choices(operators, weights)[0][1]
            edit = operator.edit(base.texts, ctx.edits, rng)
            if edit is None:
                continue
            try:
                return (yield Propose((base.number,), edit, operator.name))
            except Refused:
                continue  # the next attempt stands at another position and draws anew
        return None

    return vary
