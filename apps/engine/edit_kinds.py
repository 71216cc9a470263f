"""Kinds of edits among which a method draws: a diff, a whole program, or a crossover of two programs.

ShinkaEvolve: Lange, Imajuku and Cetin, arXiv 2509.19349 (2025), its patch types.
"""

from collections.abc import Sequence
from random import Random

from apps.engine.asking import Asking, Material
from apps.engine.variation.text import FullRewrite, SearchReplace

DIFF = Asking(form=SearchReplace())
FULL = Asking(form=FullRewrite())
CROSS = Asking(template="crossover", form=FullRewrite(), role="crossover")


def drawn_kind(weights: Sequence[float], material: Material, dice: Random) -> tuple[Asking, Material]:
    """DIFF, FULL or CROSS by weight; a crossover takes one of the inspirations as its other parent.

    Where there is no inspiration, it is one of the others; where these have no weight either, a diff.
    """
    diff, full, cross = weights
    shares = (diff, full, cross if material.inspirations else 0.0)
    kind = dice.choices((DIFF, FULL, CROSS), shares)[0] if sum(shares) > 0 else DIFF
    return (CROSS, _mated(material, dice)) if kind is CROSS else (kind, material)


def _mated(material: Material, dice: Random) -> Material:
    mate = dice.choice(material.inspirations)
    rest = [each for each in material.inspirations if each is not mate]
    return Material([*material.parents, mate], rest, material.sections)
