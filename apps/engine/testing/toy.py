"""Toy problems: numbers whose distance to a secret is the score, and an expression that has to follow a formula."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apps.engine.recipe import Recipe
from apps.engine.records import Result
from apps.engine.setup import Setup
from apps.engine.testing.regression import by_formula

SECRET = (1.5, -2.0, 0.75, 3.0)
SEED_TEXT = "# EVOLVE-BLOCK-START\nC = [0.5, -0.5, 0.25, 1.0]\n# EVOLVE-BLOCK-END\n"
TEXTS = {"main.py": SEED_TEXT}
TASKS = ("task",)
SMALL = {
    "population": 10,
    "chains": 2,
    "steps": 1,
    "structures": 5,
    "numbers": 50,
}  # parameters whose usual values would outlast a test, where a method has them


def distance(texts: Mapping[str, str], task: str, _before: int) -> Result:
    """Minus the squared distance of the numbers in C to the secret; a text without them is a failure."""
    found = re.search(r"C = \[([^\]]*)\]", texts["main.py"])
    try:
        numbers = [float(part) for part in found[1].split(",")] if found else []
    except ValueError:
        numbers = []
    if len(numbers) != len(SECRET):
        return Result(task, None, "error")
    return Result(task, -sum((a - b) ** 2 for a, b in zip(numbers, SECRET, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class Toy:
    """The texts of a seed, and what measuring them gives."""

    texts: Mapping[str, str]
    score: Callable[[Mapping[str, str], str, int], Result]


_PARABOLA = by_formula(
    "x*x*x*x + x*x", {"x": tuple(step / 10 for step in range(-10, 11))}, {"+": 2, "-": 2, "*": 2}, 1.0, seed="x + 0.5"
)
NUMBERS = Toy(TEXTS, distance)
EXPRESSION = Toy(_PARABOLA.texts, _PARABOLA.score)
TOYS = (NUMBERS, EXPRESSION)


def parameters(recipe: Recipe) -> dict[str, int]:
    """The recipe's own parameters, made small."""
    return {name: value for name, value in SMALL.items() if name in recipe.parameters}


def toy_for(recipe: Recipe) -> Toy:
    """The first toy problem that the recipe says it fits. Raises AssertionError with its complaints if none."""
    complaints = [recipe.fits(_setup(recipe, toy)) for toy in TOYS]
    fitting = [toy for toy, complaint in zip(TOYS, complaints, strict=True) if not complaint]
    assert fitting, f"the method fits no toy problem: {'; '.join(complaints)}"
    return fitting[0]


def _setup(recipe: Recipe, toy: Toy) -> Setup:
    edits = dict.fromkeys(toy.texts, "regions")
    return Setup(toy.texts, edits, TASKS, parameters=recipe.settings(parameters(recipe)))
