"""Null run: hill climbing with edits that change nothing that could matter.

The noise floor that is reported beside every result: whatever it gains, it gained by selecting among measurements of
one and the same behaviour. The control of a placebo: Fisher, The Design of Experiments (1935).
"""

from apps.engine.recipe import Recipe
from apps.engine.variation.noop import NoOp
from apps.engine.vary import edited_by

RECIPE = Recipe(vary=edited_by((1.0, NoOp())))
