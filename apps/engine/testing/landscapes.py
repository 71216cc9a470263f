"""Landscapes of known shape, for methods whose edits a model makes: one leads to its top, the other away from it.

A candidate is a few numbers, each from 0 to 1 (what lies beyond counts as the end), each with a task of its own that
scores it by itself; the seed lies about the middle. On the smooth landscape every way up leads to the top. On the
deceptive one each task is a trap: the broad slope on which the seed lies leads to 0.8 at 0, the whole 1.0 is at the
other end, behind a valley that nothing points across. Trap functions: Ackley, A Connectionist Machine for Genetic
Hillclimbing (1987); Deb and Goldberg, Analyzing Deception in Trap Functions, FOGA 2 (1993); here of real numbers.

Evaluators tell the mean of the numbers, along which a map may be laid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import Any

from apps.engine.asking import asked
from apps.engine.axes import Axes, Descriptor
from apps.engine.recipe import Recipe
from apps.engine.records import Result
from apps.engine.testing.quick import Quick
from apps.engine.testing.scripted import Model, number_mover, numbers_in
from apps.engine.testing.world import World

NUMBERS = 3
STEP = 0.25  # standard deviation of one edit, small against the valley between the two ends
VALLEY, LURE = 0.7, 0.8  # where a trap is lowest, and how high its false top is
TOP = 0.85  # of the smooth landscape
MEAN = Axes((Descriptor("mean", 0, 1, 10),))
CLIMBER = Recipe(vary=asked(), roles=("mutate",))  # the bare baseline: a model changes the best, what is better stays


def smooth(x: float) -> float:
    """A parabola with its top of 1 at TOP; 0 at the far end."""
    return 1 - ((x - TOP) / TOP) ** 2


def trap(x: float) -> float:
    """LURE at 0, 0 in the valley, 1 at 1."""
    return LURE * (1 - x / VALLEY) if x < VALLEY else (x - VALLEY) / (1 - VALLEY)


@dataclass(frozen=True, slots=True)
class Landscape:
    """A shape that each number is scored by, and how many there are."""

    name: str
    height: Callable[[float], float]
    numbers: int = NUMBERS

    def score(self, texts: Mapping[str, str], task: str, _before: int) -> Result:
        """The height of the number that the task looks at; a text without the numbers is a failure."""
        numbers = [min(1.0, max(0.0, number)) for number in numbers_in(texts["main.py"])]
        if len(numbers) != self.numbers:
            return Result(task, None, "error")
        return Result(task, self.height(numbers[int(task)]), facts={"mean": fmean(numbers)})

    def seed_texts(self, seed: int) -> Mapping[str, str]:
        """A seed between 0.4 and 0.6 in each number."""
        rng = Random(f"{self.name}/{seed}")
        numbers = ", ".join(f"{rng.uniform(0.4, 0.6):.6f}" for _ in range(self.numbers))
        return {"main.py": f"# EVOLVE-BLOCK-START\nC = [{numbers}]\n# EVOLVE-BLOCK-END\n"}

    def world(self, recipe: Recipe, seed: int, model: Model | None = None, **changes: Any) -> World:
        """A run on this landscape, not begun yet."""
        tasks = tuple(str(number) for number in range(self.numbers))
        given: dict[str, Any] = {"axes": MEAN, "model": model or number_mover(STEP)} | changes
        return Quick(recipe, seed, self.seed_texts(seed), self.score, tasks, **given)


SMOOTH, DECEPTIVE = Landscape("smooth", smooth), Landscape("deceptive", trap)


def best_after(world: World, marks: tuple[int, ...], most_rounds: int = 5) -> list[float]:
    """The best score each time that many candidates were measured, or most_rounds rounds for each had ended."""
    found = []
    for mark in marks:
        number = len(world.outcomes)
        while world.measured < mark and number < most_rounds * mark:
            world.round(number)
            number += 1
        found.append(world.population.best_so_far[-1][1])
    return found
