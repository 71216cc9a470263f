"""One edit, one candidate: a bundle of edits that was kept is told apart by leaving out one part at a time.

The bundle without a part is a candidate like any other, a child of the bundle: it is measured on the same tasks, judged
by the same rule, and may turn out better than the whole. What each part is worth is then read from the measurements
(contracts/leave_one_out.py). It costs a candidate for each part.
"""

from collections.abc import Collection, Mapping

from apps.engine.acceptance import Always
from apps.engine.effects import Choose, Judge, Measure, Propose, Refused
from apps.engine.population import PART
from apps.engine.recipe import Barren, Context, Grown, Outcome, Recipe, Round, Steps
from apps.engine.records import Chosen
from apps.engine.selection.with_base import WithBase
from apps.engine.supervise import AGAIN, SEED
from apps.engine.variation.taking_apart import parts_of

OPERATOR = "leave_one_out"
PARTS = "parts"  # beside PART, the part's name, a trait of a bundle without a part: how many parts there are
MOST_PARTS = 8


def taken_apart(round_: Round) -> Round:
    """A round, and after it the bundle that it kept without each of its parts, if that is better than its base.

    parameters["parts"] is how many parts are told apart at most; 0, the default of all methods, for none. When the
    budget is spent meanwhile, what was measured by then stands.
    """

    def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
        outcome = yield from round_(recipe, ctx)
        if ctx.parameters["parts"] and isinstance(outcome, Grown) and outcome.decision == "keep":
            yield from _if_it_gained(recipe, outcome.candidate, ctx.parameters["parts"])
        return outcome

    return turn


def told_apart(recipe: Recipe, number: int, names: Collection[str], most: int) -> Steps[Outcome]:
    """A candidate without each of its parts of these names, whatever it gained: a person wants to know.

    most is into how many parts it is told apart at most.
    """
    bundle, base = yield Choose("candidate", WithBase(number), 2)
    made = yield from _without_each(recipe, bundle, base, most, names)
    return Grown(number, "told apart") if made else Barren("no part could be left out")


def taken_over(recipe: Recipe, texts: Mapping[str, str], names: Collection[str], most: int) -> Steps[Outcome]:
    """The same for a candidate of a run that has ended, in one that was planted with its base: it stands here first."""
    number = yield Propose((SEED,), texts, AGAIN)
    yield Measure(number)
    yield Judge(number, Always())
    return (yield from told_apart(recipe, number, names, most))


def _if_it_gained(recipe: Recipe, number: int, most: int) -> Steps[None]:
    chosen: list[Chosen] = yield Choose("candidate", WithBase(number), 2)
    scores = [each.score for each in chosen if each.score is not None]
    if len(scores) == 2 and scores[0] > scores[1]:
        bundle, base = chosen
        yield from _without_each(recipe, bundle, base, most)


def _without_each(
    recipe: Recipe, bundle: Chosen, base: Chosen, most: int, names: Collection[str] | None = None
) -> Steps[int]:
    """How many candidates were made; of the parts of these names, of all without any."""
    parts, made = parts_of(base.texts, bundle.texts, most), 0
    for part in parts:
        if names is not None and part.name not in names:
            continue
        traits = {PART: part.name, PARTS: len(parts)}
        try:
            child = yield Propose((bundle.number,), {part.path: part.without}, OPERATOR, traits=traits)
        except Refused:
            continue  # it may not stand without this part, or people were against it
        made += 1
        try:
            yield Measure(child)
            yield Judge(child, recipe.accept)
        except Refused:
            break
    return made


def no_parts(parts: int) -> str:
    """Why bundles cannot be told apart into so many parts, in a sentence for a person, or ""."""
    if parts == 0 or 2 <= parts <= MOST_PARTS:
        return ""
    return f"parts is {parts}; choose 2 to {MOST_PARTS} that a bundle is told apart into, or 0 for never."
