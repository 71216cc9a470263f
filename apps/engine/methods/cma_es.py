"""CMA-ES: all numbers of the seed at once, drawn from a distribution that learns which directions pay.

Hansen and Ostermeier, Completely Derandomized Self-Adaptation in Evolution Strategies, Evolutionary Computation 9
(2001), with restarts (Auger and Hansen, CEC 2005). For what is decided by numbers that depend on each other: a
program's constants, a configuration. Structure stays as it is in the seed.

sigma is the first step, as a share of the numbers' size; population the candidates of a generation (0: the usual 4 + 3
ln n); low and high are limits of all numbers (equal: the seed tells, see variation/coordinates.py).
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from apps.engine.effects import Choose, Propose, Refused
from apps.engine.population import Memory
from apps.engine.recipe import Context, Recipe, Steps
from apps.engine.records import Chosen
from apps.engine.selection import Seed
from apps.engine.setup import Setup
from apps.engine.variation.adaptation import MOST, Sample, Search, wrong_setting
from apps.engine.variation.coordinates import Coordinate, coordinates, placed
from apps.engine.variation.numbers import PerturbNumbers

ATTEMPTS = 3


def axes(texts: Mapping[str, str], edits: Mapping[str, str], parameters: Mapping[str, Any]) -> tuple[Coordinate, ...]:
    """The coordinates of the seed."""
    return coordinates(texts, edits, parameters["low"], parameters["high"])


def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
    """The seed with the numbers of a drawn place; a plain step of one number where rounding brings nothing new."""
    base = parents[0]
    for attempt in range(ATTEMPTS):
        (drawn,) = yield Choose("memory", Sample())
        edit: Mapping[str, str] | None = placed(base.texts, axes(base.texts, ctx.edits, ctx.parameters), drawn["at"])
        if not edit and attempt == ATTEMPTS - 1:
            edit, drawn = PerturbNumbers().edit(base.texts, ctx.edits, ctx.random("vary")), {}
        if not edit:
            continue
        try:
            child: int = yield Propose((base.number,), edit, "sample_numbers", traits=drawn)
        except Refused:
            continue
        return child
    return None


def memory(setup: Setup) -> Memory:
    """A search that begins at the seed's numbers."""
    start = [axis.start for axis in axes(setup.texts, setup.edits, setup.parameters)]
    search = Search(start, setup.parameters["sigma"], setup.parameters["population"])
    return Memory(search, lambda search, judged: search.learn(judged))


def fits(setup: Setup) -> str:
    """Numbers to vary, not too many, and settings that make sense."""
    if wrong := wrong_setting(setup.parameters["sigma"], setup.parameters["population"]):
        return wrong
    low, high = setup.parameters["low"], setup.parameters["high"]
    if not (isfinite(low) and isfinite(high) and low <= high):
        return f"the limits {low} and {high} are no interval. Choose low below high, or both 0 for none."
    found = len(axes(setup.texts, setup.edits, setup.parameters))
    if not found:
        return (
            "there is no number in what may be edited, and this method varies nothing else. Put EVOLVE-BLOCK markers "
            "around the numbers to vary, or choose a method that changes structure."
        )
    if found > MOST:
        return f"there are {found:,} numbers in what may be edited; at most {MOST:,} can be varied at once. Mark fewer."
    return ""


RECIPE = Recipe(
    vary=vary,
    select=Seed(),
    memory=memory,
    fits=fits,
    parameters={"sigma": 0.1, "population": 0, "low": 0.0, "high": 0.0},
)
