"""Mate choice: genetic programming in which each individual looks for the mate of its own, evolving ideal.

PIMP, mating Preferences as Ideal Mating Partners: an individual carries a second tree, its ideal mate. The first parent
wins a tournament; of a pool drawn at random it takes the one that is most like its ideal. The child's ideal comes from
those of both parents by the same crossover and mutation as its tree. Simões, Lourenço and Machado, All You Need Is Sex
for Diversity, EuroGP (2023), arXiv 2303.17441: more diversity than with two tournaments or a random mate, and more
successes in three of six instances. The control is random_mate.

Ours, since only the paper's account of the idea was at hand and not its settings: the size of the pool; likeness of
structure (variation/expressions_distance.py), for the engine runs no candidate and knows its trees, not its curves; the
ideal may undergo any of the three mutations; steady state as in genetic_programming.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from apps.engine.acceptance import Always
from apps.engine.breed import PARAMETERS, breeding, living, rates, trees, varies_an_expression
from apps.engine.effects import Choose
from apps.engine.recipe import Context, Recipe, Steps
from apps.engine.records import Chosen
from apps.engine.selection.living_tournament import LivingTournament
from apps.engine.variation.expressions import Tree, written
from apps.engine.variation.expressions_distance import distance
from apps.engine.variation.expressions_grow import ramped
from apps.engine.variation.expressions_read import Language, NoExpression, expression_of, parsed
from apps.engine.variation.expressions_vary import bred

IDEAL = "ideal"


def winner_and_chosen(ctx: Context) -> Steps[list[Chosen]]:
    """The first parent by tournament, the second by the first one's ideal."""
    first = yield Choose("candidate", LivingTournament(ctx.parameters["tournament"]))
    pool = yield Choose("candidate", LivingTournament(1), ctx.parameters["pool"])
    return [*first, *(_most_alike(ctx, chooser, pool) for chooser in first)]


def _most_alike(ctx: Context, chooser: Chosen, pool: list[Chosen]) -> Chosen:
    """The one of the pool that is most like the chooser's ideal, the first of equals; anyone where it has no ideal."""
    if IDEAL not in chooser.traits:
        return pool[0]
    try:
        wanted = parsed(chooser.traits[IDEAL], expression_of(chooser.texts, ctx.edits).language)
        return min(pool, key=lambda each: distance(wanted, expression_of(each.texts, ctx.edits).tree))
    except NoExpression:
        return pool[0]


def inherited(ctx: Context, language: Language, parents: Sequence[Chosen], rng: Random) -> Mapping[str, Any]:
    """The child's ideal: made of its parents' as its tree is, or a random tree where it has none."""
    if not parents:
        return {IDEAL: written(ramped(language, rng))}
    mine, theirs = (_ideal(parent, language, rng) for parent in parents)
    return {IDEAL: written(bred(mine, theirs, language, rates(ctx), rng))}


def _ideal(parent: Chosen, language: Language, rng: Random) -> Tree:
    """A parent's ideal; a random tree for the seed and for what a person made."""
    return parsed(parent.traits[IDEAL], language) if IDEAL in parent.traits else ramped(language, rng)


RECIPE = Recipe(
    round=breeding(winner_and_chosen),
    vary=trees(inherited),
    accept=Always(),
    archive=living,
    fits=varies_an_expression,
    parameters={**PARAMETERS, "pool": 5},
)
