"""Hill climbing: change the best candidate a little, keep what scores better.

The oldest local search, and the baseline that every method has to beat at equal budget. Numbers move by a log-normal
step whose size follows the one-fifth success rule: Rechenberg, Evolutionsstrategie (1973).
"""

from apps.engine.recipe import Recipe
from apps.engine.variation.steps import AdaptiveStep
from apps.engine.vary import adaptive, remembered

STEP = AdaptiveStep()

RECIPE = Recipe(vary=adaptive(STEP), memory=remembered(STEP))
