"""Packs items that arrive one after another: each goes at once, and for good, into the bin of the highest priority."""

from functools import cache
from heapq import heappop, heappush

FREE = [0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0]  # shares of a bin, the points of the curve


def curve(values, share):
    """The height at a share of 0 to 1 of the line through the points (FREE, values)."""
    at = 1
    while FREE[at] < share:
        at += 1
    way = (share - FREE[at - 1]) / (FREE[at] - FREE[at - 1])
    return values[at - 1] + way * (values[at] - values[at - 1])


# EVOLVE-BLOCK-START
# How much a bin is liked, by the share of it that would stay free: the fuller the better, which is best fit.
LIKED = [1.0, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92]
LARGE = 0.0  # how much large items like free room
UNTOUCHED = 0.0  # how much it counts for a bin that it is still empty


def priority(item, gap, capacity):
    """A number, the higher the better, for an item in a bin with room for gap; an empty bin has all its capacity."""
    size = item / capacity
    left = (gap - item) / capacity
    score = curve(LIKED, left)
    score += LARGE * size * left
    if gap == capacity:
        score += UNTOUCHED
    return score


# EVOLVE-BLOCK-END


def run(instance):
    """The number of its bin for each item of {"capacity", "items"}. Equal priorities: the bin that was opened first.

    Bins are told apart by their gap only, so one bin of each gap, the oldest, stands for all.
    """
    capacity = instance["capacity"]
    liked = cache(lambda item, gap: priority(item, gap, capacity))
    by_gap = [[] for _ in range(capacity + 1)]  # heaps of bin numbers
    by_gap[capacity].append(0)  # there is always one empty bin, the next
    placed = []
    for item in instance["items"]:
        fitting = [(liked(item, gap), -by_gap[gap][0], gap) for gap in range(item, capacity + 1) if by_gap[gap]]
        _, _, gap = max(fitting)
        bin = heappop(by_gap[gap])
        heappush(by_gap[gap - item], bin)
        if gap == capacity:
            by_gap[capacity].append(bin + 1)
        placed.append(bin)
    return placed
