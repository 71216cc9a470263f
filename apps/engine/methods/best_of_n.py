"""Best of n: draw n edits of the seed, none built on another, and take the best.

The floor under every claim of evolution: what the same operators and the same budget reach without any selection
between draws. Random search: Brooks, A Discussion of Random Methods for Seeking Maxima, Operations Research 6 (1958).
"""

from apps.engine.recipe import Recipe
from apps.engine.selection import Seed
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.vary import edited_by

RECIPE = Recipe(select=Seed(), vary=edited_by((1.0, PerturbNumbers())))
