"""How unlike two trees are."""

from apps.engine.variation.expressions import Tree

SHARE = 0.5  # what a level counts beside the one above it; exact in binary, so that sums are


def distance(one: Tree | None, other: Tree | None) -> float:
    """0 for equal trees: laid over each other from the root, 1 for the root if it differs, SHARE for each node below.

    Ekárt and Németh, A metric for genetic programs and fitness sharing, EuroGP (2000), with K = 2 and labels that are
    either equal or not. None is a place where the other tree goes on alone.
    """
    if one is None and other is None:
        return 0.0
    mine, theirs = one.operands if one else (), other.operands if other else ()
    here = float(one is None or other is None or one.label != other.label)
    wide = max(len(mine), len(theirs))
    below = sum(distance(_at(mine, place), _at(theirs, place)) for place in range(wide))
    return here + SHARE * below


def _at(operands: tuple[Tree, ...], place: int) -> Tree | None:
    return operands[place] if place < len(operands) else None
