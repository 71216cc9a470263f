"""Are two success rates the same?"""

from math import comb


def fisher_p(successes_a: int, n_a: int, successes_b: int, n_b: int) -> float:
    """Two-sided exact p (Fisher 1935): the tables of these margins that are no more probable than the one observed.

    Counted in whole numbers, so that tables of equal probability are equal. Raises ValueError for impossible counts.
    """
    if not (0 <= successes_a <= n_a and 0 <= successes_b <= n_b and n_a and n_b):
        raise ValueError(f"impossible counts: {successes_a} of {n_a}, {successes_b} of {n_b}")
    successes = successes_a + successes_b
    possible = range(max(0, successes - n_b), min(successes, n_a) + 1)
    ways = {count: comb(n_a, count) * comb(n_b, successes - count) for count in possible}
    return sum(way for way in ways.values() if way <= ways[successes_a]) / sum(ways.values())
