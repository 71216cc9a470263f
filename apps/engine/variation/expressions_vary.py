"""Crossover and mutation of expression trees. What would grow beyond the limits is drawn again, TRIES times in all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from apps.engine.variation.expressions import Tree, nodes, replaced, tree
from apps.engine.variation.expressions_grow import grown, leaf
from apps.engine.variation.expressions_read import Language

DEEPEST = 17  # Koza, Genetic Programming (1992), chapter 6
LARGEST = 500  # nodes: our own limit, so that texts stay readable; Koza limits only the depth
INNER = 0.9  # how often a function is drawn rather than a leaf, where there is one: Koza, the same chapter
MUTANT = 4  # depth of what a subtree mutation grows
TRIES = 8


def crossed(first: Tree, second: Tree, language: Language, rng: Random) -> Tree:
    """Subtree crossover: a part of the first gives way to a part of the second. The first itself where none fits.

    Nothing foreign is transplanted: it may mean something only where it stands.
    """
    giving = _transplantable(second, language)
    for _ in range(TRIES if giving else 0):
        child = replaced(first, _point(first, rng), _drawn(giving, rng))
        if fits(child):
            return child
    return first


def mutated(whole: Tree, language: Language, rng: Random) -> Tree:
    """Subtree, point or hoist mutation, with equal chance: Poli, Langdon, McPhee, A Field Guide to GP (2008), 5.2."""
    for _ in range(TRIES):
        child = rng.choice(MUTATIONS)(whole, language, rng)
        if child != whole and fits(child):
            return child
    return whole


def subtree_mutated(whole: Tree, language: Language, rng: Random) -> Tree:
    """A part gives way to a grown tree of depth MUTANT at most."""
    return replaced(whole, _point(whole, rng), grown(language, MUTANT, rng))


def point_mutated(whole: Tree, language: Language, rng: Random) -> Tree:
    """One node gives way to another with as many operands, which stay."""
    at = rng.randrange(whole.size)
    old = list(nodes(whole))[at]
    if not old.operands:
        return replaced(whole, at, leaf(language, rng))
    alike = [name for name, operands in language.functions if operands == len(old.operands)]
    return replaced(whole, at, tree(rng.choice(alike), *old.operands))


def hoisted(whole: Tree, language: Language, rng: Random) -> Tree:
    """A part gives way to a part of itself."""
    at = _point(whole, rng)
    inside = list(nodes(list(nodes(whole))[at]))
    return replaced(whole, at, rng.choice(inside))


MUTATIONS: tuple[Callable[[Tree, Language, Random], Tree], ...] = (subtree_mutated, point_mutated, hoisted)


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a child comes from two parents rather than one, and how often it is mutated after that."""

    crossover: float = 0.9
    mutation: float = 0.1


def bred(first: Tree, second: Tree, language: Language, rates: Rates, rng: Random) -> Tree:
    """A child of the first parent. One that would be its copy is mutated: measuring it again would tell nothing."""
    child = crossed(first, second, language, rng) if rng.random() < rates.crossover else first
    if child == first or rng.random() < rates.mutation:
        child = mutated(child, language, rng)
    return child


def fits(whole: Tree) -> bool:
    """Whether a tree is within the limits of depth and size."""
    return whole.depth <= DEEPEST and whole.size <= LARGEST


def _point(whole: Tree, rng: Random) -> int:
    """The number of a node, a function INNER of the time."""
    found = list(nodes(whole))
    inner = [at for at, node in enumerate(found) if node.operands]
    outer = [at for at, node in enumerate(found) if not node.operands]
    return rng.choice(inner if inner and rng.random() < INNER else outer)


def _drawn(giving: Sequence[Tree], rng: Random) -> Tree:
    inner = [node for node in giving if node.operands]
    outer = [node for node in giving if not node.operands]
    wanted = inner if inner and rng.random() < INNER else outer
    return rng.choice(wanted or giving)


@lru_cache(maxsize=1024)
def _transplantable(whole: Tree, language: Language) -> tuple[Tree, ...]:
    """The parts of a tree that hold nothing foreign, in the order of nodes()."""
    own = language.knows(whole)
    below = [_transplantable(operand, language) for operand in whole.operands]
    # An operand is clean if it is its own first part. Size tells, and identity would not: parts may be remembered from
    # an equal tree, and what is remembered must not decide what a round draws.
    clean = own and all(
        parts and parts[0].size == operand.size for parts, operand in zip(below, whole.operands, strict=True)
    )
    return (*([whole] if clean else []), *(node for parts in below for node in parts))
