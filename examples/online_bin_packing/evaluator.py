"""Minus the bins that a packing takes beyond the lower bound L2, in per cent of it. 0 is the best that can be."""

from itertools import accumulate
from statistics import pstdev

WORST = -1e6  # for what is no packing: below a bin for each item


def score(input, expected, output, seed):
    """input is {"capacity", "items"}, output the number of its bin for each item."""
    capacity, items = input["capacity"], input["items"]
    fault = fault_of(output, items, capacity)
    if fault:
        return {"score": WORST, "feedback": fault}
    bins, bound = len(set(output)), l2_bound(items, capacity)
    excess = 100 * (bins - bound) / bound
    metrics = {"bins": bins, "bound": bound, "excess": excess, **style(output, items, capacity)}
    return {"score": -excess, "metrics": metrics, "feedback": f"{bins} bins, at least {bound} are needed"}


def fault_of(placed, items, capacity):
    """Why this is no packing of the items, or ""."""
    if not isinstance(placed, list) or len(placed) != len(items):
        return f"a list of {len(items)} bin numbers was expected, one for each item"
    fill = [0] * len(items)
    for number, (bin, item) in enumerate(zip(placed, items, strict=True)):
        if type(bin) is not int or not 0 <= bin < len(items):
            return f"item {number} has no bin number from 0 to {len(items) - 1}"
        fill[bin] += item
        if fill[bin] > capacity:
            return f"item {number} does not fit: it would fill bin {bin} to {fill[bin]} of {capacity}"
    return ""


def l2_bound(items, capacity):
    """So many bins are needed at least, for whole-numbered items of 1 to capacity.

    L2 of Martello and Toth, Lower bounds and reduction procedures for the bin packing problem, Discrete Applied
    Mathematics 28 (1990): for each alpha from 0 to half the capacity, items above capacity - alpha have a bin each to
    themselves, those above half of it a bin each, and those from alpha to half of it what these leave free, or more.
    """
    half = capacity // 2
    amounts = [0] * (capacity + 1)
    for item in items:
        amounts[item] += 1
    number = [0, *accumulate(amounts)]  # [w]: of items below w
    volume = [0, *accumulate(size * amount for size, amount in enumerate(amounts))]

    def bound(alpha):
        large = number[-1] - number[half + 1]
        medium = number[capacity - alpha + 1] - number[half + 1]
        room = medium * capacity - (volume[capacity - alpha + 1] - volume[half + 1])
        small = volume[half + 1] - volume[alpha]
        return large + max(0, -((room - small) // capacity))

    return max(bound(alpha) for alpha in range(half + 1))


def style(placed, items, capacity):
    """How the packing was made: what tells two good ones apart.

    full: share of bins without a gap. spread: standard deviation of the gaps, in shares of a bin. early: share of bins
    that were opened for an item although one that was open had room for it.
    """
    gaps, early = {}, 0
    for bin, item in zip(placed, items, strict=True):
        if bin not in gaps:
            early += max(gaps.values(), default=0) >= item
            gaps[bin] = capacity
        gaps[bin] -= item
    last = list(gaps.values())
    return {"full": last.count(0) / len(last), "spread": pstdev(last) / capacity, "early": early / len(last)}
