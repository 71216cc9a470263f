"""Rounds on islands: which island a round belongs to, and what its children carry."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

from apps.engine.archives.islands import TRAIT
from apps.engine.asking import Asking, Material, ask_for_edit, measured
from apps.engine.effects import Rule
from apps.engine.prompting import sections as show
from apps.engine.recipe import Context, Outcome, Recipe, Round, Steps, Vary, grow_from
from apps.engine.records import Chosen
from apps.engine.setup import Setup

MOST = 100  # islands; more than any budget fills


def island(ctx: Context) -> int:
    """The islands take turns."""
    return ctx.round % int(ctx.parameters["islands"])


def homeland(ctx: Context) -> Mapping[str, Any]:
    """The trait of a child; none is needed where there is one island."""
    return {TRAIT: island(ctx)} if ctx.parameters["islands"] > 1 else {}


def on_islands(rule: Callable[[int, Mapping[str, Any]], Rule]) -> Round:
    """The default round with a selection rule made of the round's island and the method's parameters."""

    def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
        return (yield from grow_from(recipe, ctx, rule(island(ctx), ctx.parameters)))

    return turn


def asked_at_home(how: Asking) -> Vary:
    """A model's edit of the first parent, which lives on the round's island; the other parents inspire it."""

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        seen = yield from measured(ctx, parents[0].number)
        others = {each.number: each for each in parents[1:] if each.number != parents[0].number}
        material = Material(parents[:1], tuple(others.values()), [show.feedback(seen)])
        return (yield from ask_for_edit(ctx, how, material, traits=homeland(ctx)))

    return vary


def no_islands(setup: Setup, interval: str = "interval", migrants: str = "migrants") -> str:
    """Why the parameters, of which two go by these names, make no islands, in a sentence for a person, or ""."""
    given = setup.parameters
    if not 1 <= given["islands"] <= MOST:
        return f"{given['islands']} islands make no sense. Choose 1 to {MOST}."
    if given[interval] < 1:
        return "the interval between migrations is counted in candidates. Choose at least 1."
    if not 0 <= given[migrants] < inf:
        return "there are no negative migrants. Choose 0 for islands that never meet."
    return ""
