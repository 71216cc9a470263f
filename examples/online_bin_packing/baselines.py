"""First fit and best fit, written plainly, and what they score: python baselines.py prints the table of the README."""

from collections import defaultdict
from statistics import fmean


def first_fit(items, capacity):
    """The bin of each item: the first with room for it."""
    return _packed(items, capacity, lambda fitting: fitting[0][1])


def best_fit(items, capacity):
    """The bin of each item: the fullest with room for it, of equals the first."""
    return _packed(items, capacity, lambda fitting: min(fitting)[1])


def _packed(items, capacity, choose):
    """choose takes (gap, number) of the open bins with room, in the order they were opened."""
    gaps, placed = [], []
    for item in items:
        fitting = [(gap, number) for number, gap in enumerate(gaps) if gap >= item]
        if not fitting:
            gaps.append(capacity)
        placed.append(choose(fitting) if fitting else len(gaps) - 1)
        gaps[placed[-1]] -= item
    return placed


def rows(tasks, l2_bound):
    """The README's table, a row for each set of tasks: mean bins, and the mean excess over the bound."""
    groups = defaultdict(list)
    for task in tasks:
        groups[task["id"].rpartition("-")[0]].append((task["input"]["items"], task["input"]["capacity"]))
    for name, instances in groups.items():
        bounds = [l2_bound(*instance) for instance in instances]
        found = [told([1 + max(rule(*each)) for each in instances], bounds) for rule in (first_fit, best_fit)]
        sizes = f"{len(instances)} of {len(instances[0][0]):,} items"
        yield f"| {name} | {sizes} | {fmean(bounds):.1f} | {' | '.join(found)} |"


def told(bins, bounds):
    """Mean bins, and the mean excess in per cent."""
    excess = fmean(100 * (used - bound) / bound for used, bound in zip(bins, bounds, strict=True))
    return f"{fmean(bins):.1f} ({excess:.2f} %)"


def main():
    from evaluator import l2_bound
    from instances import tasks

    print(*rows(tasks(), l2_bound), sep="\n")


if __name__ == "__main__":
    main()
