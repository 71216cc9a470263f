"""Hill climbing by racing: a child that is clearly worse on its first tasks is not measured on the others.

What is saved on bad edits buys more of them. Only the measuring differs from hill climbing: Maron and Moore, The Racing
Algorithm, Artificial Intelligence Review 11 (1997). With one task there is nothing to save.
"""

from apps.engine.measurement import racing
from apps.engine.recipe import Recipe
from apps.engine.variation.steps import AdaptiveStep
from apps.engine.vary import adaptive, remembered

STEP = AdaptiveStep()

RECIPE = Recipe(vary=adaptive(STEP), memory=remembered(STEP), measure=racing)
