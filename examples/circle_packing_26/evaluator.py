"""Sum of the radii of 26 circles in the unit square, scored strictly.

What the candidate says about its sum is not asked for. Where circles overlap or leave the square, by however little,
all radii shrink by the worst violation until none is left; then the sum is computed here.
"""

from itertools import combinations
from math import dist, fsum, isfinite

# Rounding in `gap` is below 6e-16, so a gap of SURE or more is no overlap in exact arithmetic either.
SURE = 1e-15


def score(input, expected, output, seed):
    """input is the number of circles, output a list of [x, y, radius]."""
    fault = fault_of(output, input)
    if fault:
        return {"score": 0.0, "feedback": fault}
    centres = [(float(x), float(y)) for x, y, _ in output]
    raw = [float(radius) for _, _, radius in output]
    radii = strict(centres, raw)
    lost = max(before - after for before, after in zip(raw, radii, strict=True))
    metrics = {"raw": fsum(raw), "strict": fsum(radii), "shrunk_by": lost}
    feedback = f"all radii shrunk by {lost:.3g}" if lost > 1e-12 else ""
    return {"score": metrics["strict"], "metrics": metrics, "feedback": feedback}


def fault_of(circles, count):
    """Why these are no circles in the square, or ""."""
    if not isinstance(circles, list) or len(circles) != count:
        return f"a list of {count} circles [x, y, radius] was expected"
    for number, circle in enumerate(circles):
        if not isinstance(circle, list) or len(circle) != 3 or not all(map(is_number, circle)):
            return f"circle {number} is not [x, y, radius] in finite numbers"
        x, y, radius = circle
        if not (0 <= x <= 1 and 0 <= y <= 1 and 0 <= radius <= 1):
            return f"circle {number} has its centre outside of the square or an impossible radius"
    return ""


def is_number(value):
    return type(value) in (int, float) and abs(value) < 1e300 and isfinite(value)


def strict(centres, radii):
    """The radii, all reduced by the worst violation until there is none."""
    while (gap := smallest_gap(centres, radii)) < SURE:
        # A little more than the violation: a step below the rounding of a radius would go on for ever.
        radii = [max(0.0, radius - (2 * SURE - gap)) for radius in radii]
    return radii


def smallest_gap(centres, radii):
    """The smallest distance of a circle from a wall or another one, negative where they overlap; a point needs none."""
    circles = list(zip(centres, radii, strict=True))
    walls = [min(x, y, 1 - x, 1 - y) - radius for (x, y), radius in circles if radius]
    pairs = [dist(here, there) - (r + s) for (here, r), (there, s) in combinations(circles, 2) if r + s]
    return min(walls + pairs, default=1.0)
