"""From text operators to steps of a round: draw an edit, propose it, try again when it is refused."""

from collections.abc import Callable, Sequence

from apps.engine.effects import Choose, Propose, Refused
from apps.engine.population import Memory
from apps.engine.recall import Recall
from apps.engine.recipe import Context, Steps, Vary
from apps.engine.records import Chosen
from apps.engine.setup import Setup
from apps.engine.variation.protocol import Operator
from apps.engine.variation.steps import AdaptiveStep

ATTEMPTS = 3


def edited_by(*operators: tuple[float, Operator]) -> Vary:
    """Edits the first parent with one of the operators, drawn by weight; a refused edit is drawn again."""
    weights = [weight for weight, _ in operators]

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        base = parents[0]

        def draw() -> Propose | None:
            rng = ctx.random("vary")
            operator = rng.choices(operators, weights)[0][1]
            edit = operator.edit(base.texts, ctx.edits, rng)
            return None if edit is None else Propose((base.number,), edit, operator.name)

        return standing(draw)

    return vary


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
