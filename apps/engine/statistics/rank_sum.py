"""Are the values of one side as often above those of the other as below?"""

from collections.abc import Sequence


def rank_sum_p(a: Sequence[float], b: Sequence[float]) -> float:
    """Two-sided p of the rank sum test (Mann and Whitney 1947); 1 where all values are equal.

    Exact for small samples without ties, else by the normal approximation corrected for ties. Raises ValueError where a
    side has no values.
    """
    from scipy.stats import mannwhitneyu  # here: it takes half a second to import, and few processes compare methods

    if not a or not b:
        raise ValueError("both sides need values")
    if len({*a, *b}) == 1:
        return 1.0
    return float(mannwhitneyu(a, b, alternative="two-sided").pvalue)
