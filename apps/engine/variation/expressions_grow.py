"""Random expression trees: Koza, Genetic Programming (1992), chapter 6."""

from random import Random

from apps.engine.variation.expressions import Tree, tree
from apps.engine.variation.expressions_read import Language

SHALLOWEST, DEEPEST = 2, 6  # of the first trees
DIGITS = 4  # of random numbers: texts stay short, and a machine's last bit does not reach them


def ramped(language: Language, rng: Random) -> Tree:
    """Ramped half-and-half: a limit of depth from 2 to 6, and full or grown up to there with equal chance."""
    depth = rng.randint(SHALLOWEST, DEEPEST)
    return full(language, depth, rng) if rng.random() < 0.5 else grown(language, depth, rng)


def full(language: Language, depth: int, rng: Random) -> Tree:
    """A tree all of whose leaves lie at this depth."""
    if depth == 0:
        return leaf(language, rng)
    name, operands = rng.choice(language.functions)
    return tree(name, *(full(language, depth - 1, rng) for _ in range(operands)))


def grown(language: Language, depth: int, rng: Random) -> Tree:
    """A tree of at most this depth: at each node any function or leaf, with equal chance."""
    leaves = len(language.variables) + len(language.constants) + (language.sigma > 0)
    if depth == 0 or rng.randrange(len(language.functions) + leaves) >= len(language.functions):
        return leaf(language, rng)
    name, operands = rng.choice(language.functions)
    return tree(name, *(grown(language, depth - 1, rng) for _ in range(operands)))


def leaf(language: Language, rng: Random) -> Tree:
    """A variable, a constant or a random number, each with equal chance; the number 1.0 where there is none of them."""
    choices = (*language.variables, *language.constants, *([""] if language.sigma else []))
    label = rng.choice(choices) if choices else "1.0"
    return tree(label or repr(float(f"{rng.gauss(0.0, language.sigma):.{DIGITS}g}")))
