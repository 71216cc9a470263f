"""From text operators to steps of a round: draw an edit, propose it, try again when it is refused."""

from collections.abc import Callable, Sequence
from random import Random

from apps.engine.effects import Choose, Propose, Refused
from apps.engine.population import Memory
from apps.engine.recall import Recall
from apps.engine.recipe import Context, Steps, Vary
from apps.engine.records import Chosen
from apps.engine.setup import Setup
from apps.engine.variation.protocol import Operator
from apps.engine.variation.steps import AdaptiveStep

ATTEMPTS = 3


type Weighted = tuple[float, Operator]


def edited_by(*operators: Weighted) -> Vary:
    """Edits the first parent with one of the operators, drawn as `varied` does; a refused edit is drawn again."""

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        return standing(lambda: varied(ctx, parents[0], operators, ctx.random("vary")))

    return vary


def varied(ctx: Context, base: Chosen, operators: Sequence[Weighted], rng: Random) -> Propose | None:
    """The base edited by an operator drawn by weight or, where that finds nothing to vary, by the first that does."""
    drawn = rng.choices(operators, [weight for weight, _ in operators])[0]
    for weight, operator in (drawn, *operators):
        edit = operator.edit(base.texts, ctx.edits, rng) if weight else None
        if edit is not None:
            return Propose((base.number,), edit, operator.name)
    return None


def standing(draw: Callable[[], Propose | None]) -> Steps[int | None]:
    """The first candidate that stands: what is refused is drawn again. None where nothing is drawn, or nothing stands.

    draw: the next attempt stands at another position of the round, and so draws anew.
    """
    for _ in range(ATTEMPTS):
        proposed = draw()
        if proposed is None:
            return None
        try:
            child: int = yield proposed
        except Refused:
            continue
        return child
    return None


def adaptive(operator: AdaptiveStep) -> Vary:
    """Edits the first parent with a step whose size is the method's memory."""

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        base = parents[0]
        (memory,) = yield Choose("memory", Recall())

        def draw() -> Propose | None:
            edit = operator.edit(base.texts, ctx.edits, ctx.random("vary"), sigma=operator.sigma(memory))
            return None if edit is None else Propose((base.number,), edit, operator.name)

        return (yield from standing(draw))

    return vary


def remembered(operator: AdaptiveStep) -> Callable[[Setup], Memory]:
    """The memory that an adaptive step needs: its size, changed by each success and failure."""
    memory = Memory(operator.initial(), lambda memory, judged: operator.update(memory, judged.decision == "keep"))
    return lambda setup: memory
