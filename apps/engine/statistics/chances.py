"""How many of several independent events come true, when each has a chance of its own."""

import numpy as np
from numpy.typing import ArrayLike

from apps.engine.statistics.numbers import Numbers


def sum_of_chances(chances: ArrayLike) -> Numbers:
    """Chances that 0, 1, … n of n events come true. chances has shape (n,) or, for several cases, (n, cases).

    The Poisson binomial distribution, event by event: Poisson, Recherches sur la probabilité des jugements (1837),
    section 74. The answer has shape (n + 1,) or (n + 1, cases).
    """
    each = np.asarray(chances, dtype=np.float64)
    found = np.zeros((len(each) + 1, *each.shape[1:]))
    found[0] = 1.0
    for count, chance in enumerate(each, 1):
        found[1 : count + 1] = found[1 : count + 1] * (1 - chance) + found[:count] * chance
        found[0] *= 1 - chance
    return found
