"""The round of genetic programming: first random trees, then children of parents that live."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from apps.engine.archives.living import Living
from apps.engine.effects import Choose, Propose
from apps.engine.population import Archive
from apps.engine.recipe import Context, Outcome, Recipe, Round, Steps, Vary, concluded
from apps.engine.records import Chosen
from apps.engine.selection import Seed
from apps.engine.setup import Setup
from apps.engine.variation.expressions import Tree, written
from apps.engine.variation.expressions_grow import ramped
from apps.engine.variation.expressions_read import Expression, Language, NoExpression, expression_of
from apps.engine.variation.expressions_vary import Rates, bred
from apps.engine.vary import standing

MOST = 10_000  # of a population, and of those that one draw looks at
PARAMETERS = {"population": 100, "tournament": 3, "crossover": 0.9, "mutation": 0.1}

type Mates = Callable[[Context], Steps[list[Chosen]]]
type Traits = Callable[[Context, Language, Sequence[Chosen], Random], Mapping[str, Any]]


def nothing(ctx: Context, language: Language, parents: Sequence[Chosen], rng: Random) -> Mapping[str, Any]:
    """No traits."""
    return {}


def breeding(mates: Mates) -> Round:
    """Rounds 1 to `population` vary the seed into random trees, later ones the two candidates that mates chooses."""

    def round(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
        parents = (yield Choose("candidate", Seed())) if _founding(ctx) else (yield from mates(ctx))
        child = (yield from recipe.vary(ctx, parents)) if parents else None
        return (yield from concluded(recipe, ctx, child))

    return round


def trees(traits: Traits = nothing) -> Vary:
    """Proposes a random tree in a founding round, else a child of two by crossover and mutation.

    traits are what the child carries, made from those of its parents; a founder has none.
    """

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        try:
            places = [expression_of(parent.texts, ctx.edits) for parent in parents]
        except NoExpression:
            return None  # a person made one of the parents into something else
        base = places[0]

        def draw() -> Propose:
            rng = ctx.random("breed")
            tree = ramped(base.language, rng) if _founding(ctx) else _child(ctx, places, rng)
            carried = traits(ctx, base.language, () if _founding(ctx) else parents, rng)
            edit = {base.path: with_tree(parents[0].texts[base.path], base, tree)}
            operator = "random_tree" if _founding(ctx) else "breed_trees"
            return Propose(_numbers(parents), edit, operator, traits=carried)

        return (yield from standing(draw))

    return vary


def _founding(ctx: Context) -> bool:
    return bool(ctx.round <= ctx.parameters["population"])


def _numbers(parents: Sequence[Chosen]) -> tuple[int, ...]:
    """Each parent once, the base first."""
    return tuple(dict.fromkeys(parent.number for parent in parents))


def _child(ctx: Context, places: Sequence[Expression], rng: Random) -> Tree:
    return bred(places[0].tree, places[1].tree, places[0].language, rates(ctx), rng)


def rates(ctx: Context) -> Rates:
    """The rates of a run."""
    return Rates(ctx.parameters["crossover"], ctx.parameters["mutation"])


def with_tree(text: str, place: Expression, tree: Tree) -> str:
    """The text with a tree in the expression's place."""
    before, after = text[: place.at.start], text[place.at.end :]
    space = " " if before[-1:].isalnum() else ""  # return-x
    return before + space + written(tree) + after


def varies_an_expression(setup: Setup) -> str:
    """The complaint of a method that breeds trees, or ""."""
    try:
        expression_of(setup.texts, setup.edits)
    except NoExpression as error:
        return str(error)
    return _wrong_number(setup.parameters)


def _wrong_number(parameters: Mapping[str, Any]) -> str:
    for name in ("population", "tournament", "pool"):
        if not 1 <= parameters.get(name, 1) <= MOST:
            return f"{name} has to be at least 1 and at most {MOST:,}, not {parameters[name]}"
    for name in ("crossover", "mutation"):
        if not 0 <= parameters[name] <= 1:
            return f"{name} is a probability, not {parameters[name]}"
    return ""


def living(setup: Setup) -> Archive:
    """The archive of a method that breeds trees: as many as its population."""
    return Living(setup.parameters["population"], setup.parameters["tournament"])
