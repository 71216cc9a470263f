"""What methods reach on the landscapes, over a few seeds."""

from functools import cache
from statistics import fmean

from apps.engine import registry
from apps.engine.testing.landscapes import CLIMBER, MEAN, best_after

SEEDS = range(6)
CANDIDATES = 250


def mean_of(recipe, land, candidates=CANDIDATES, **changes):
    """The best score, mean over the seeds."""
    return fmean(best_after(land.world(recipe, seed, **changes), (candidates,))[0] for seed in SEEDS)


@cache
def reached(name, land, candidates=CANDIDATES, axes=MEAN):
    """What a method with its defaults reaches."""
    return mean_of(registry.get(name), land, candidates, axes=axes)


@cache
def climbed(land):
    """What the bare climber reaches."""
    return mean_of(CLIMBER, land)
