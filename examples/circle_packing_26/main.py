"""26 circles in the unit square: where they are, and how large each may be there."""

from math import dist

# EVOLVE-BLOCK-START
# fmt: off
CENTRES = [
    # the middle
    [0.5000, 0.5000],
    # a ring of eight
    [0.8000, 0.5000], [0.7121, 0.7121], [0.5000, 0.8000], [0.2879, 0.7121],
    [0.2000, 0.5000], [0.2879, 0.2879], [0.5000, 0.2000], [0.7121, 0.2879],
    # a ring of sixteen, cut off by the walls
    [0.9900, 0.5000], [0.9900, 0.7679], [0.9900, 0.9900], [0.7679, 0.9900],
    [0.5000, 0.9900], [0.2321, 0.9900], [0.0100, 0.9900], [0.0100, 0.7679],
    [0.0100, 0.5000], [0.0100, 0.2321], [0.0100, 0.0100], [0.2321, 0.0100],
    [0.5000, 0.0100], [0.7679, 0.0100], [0.9900, 0.0100], [0.9900, 0.2321],
    # one left over
    [0.0100, 0.0100],
]
# fmt: on


def radii(centres):
    """Every circle reaches to the nearest wall; then each overlapping pair is scaled down until it touches."""
    sizes = [min(x, y, 1 - x, 1 - y) for x, y in centres]
    for i, here in enumerate(centres):
        for j in range(i + 1, len(centres)):
            gap = dist(here, centres[j])
            if sizes[i] + sizes[j] > gap:
                scale = gap / (sizes[i] + sizes[j])
                sizes[i] *= scale
                sizes[j] *= scale
    return sizes


# EVOLVE-BLOCK-END


def run(count):
    """count circles as [x, y, radius]."""
    sizes = radii(CENTRES)
    return [[x, y, size] for (x, y), size in zip(CENTRES, sizes, strict=True)][:count]
