"""A library of two-step programs: each tries itself on the pairs that a task shows, and the best two answer."""

from dsl import (
    LARGEST,
    below,
    bottom,
    by_colours,
    commonest,
    complete_columns,
    complete_diagonal,
    complete_rows,
    crop,
    double,
    exchange,
    fall_down,
    fall_left,
    fall_right,
    fall_up,
    fill,
    flip_columns,
    flip_rows,
    half_turn,
    in_both,
    in_either,
    in_itself,
    in_none,
    in_one,
    invert,
    keep,
    largest,
    left,
    lift,
    mirror_down,
    mirror_left,
    mirror_right,
    mirror_up,
    only_largest,
    paint,
    plain,
    rarest,
    right,
    smallest,
    top,
    transpose,
    triple,
    turn,
    twice_down,
    twice_right,
    without_commonest,
    without_rarest,
)

# EVOLVE-BLOCK-START
# fmt: off
PROGRAMS = [
    # every row of two is a program
    fall_down, keep,
    only_largest, mirror_left,
    transpose, twice_right,
    complete_columns, paint(3),
    fall_left, complete_rows,
    keep, keep,
    right, mirror_up,
    turn, double,
    crop, top,
    in_both, fill(4),
    keep, fall_up,
    paint(1), lift,
    smallest, triple,
    commonest, in_either,
    without_rarest, paint(6),
    in_none, complete_diagonal,
    largest, below,
    plain, left,
    paint(8), flip_rows,
    exchange, paint(2),
    flip_columns, keep,
    twice_down, by_colours,
    fall_right, in_itself,
    rarest, invert,
    without_commonest, mirror_right,
    bottom, half_turn,
    fill(1), keep,
    in_one, mirror_down,
]
# fmt: on
# EVOLVE-BLOCK-END

MOST = 40  # programs
TRIES = 2


def run(task):
    """Two tries for each grid that is asked for, from {"shown": [[before, after], ...], "asked": [grid, ...]}."""
    shown = [(frozen(before), frozen(after)) for before, after in task["shown"]]
    programs = list(zip(PROGRAMS[::2], PROGRAMS[1::2], strict=False))[:MOST]
    best = sorted(programs, key=lambda program: fit(program, shown), reverse=True)[:TRIES]
    return [[thawed(done) for program in best if (done := result(program, frozen(grid)))] for grid in task["asked"]]


def fit(program, shown):
    """How many pairs in a row are explained, and how many cells of the first that is not."""
    for count, (before, after) in enumerate(shown):
        done = result(program, before)
        if done != after:
            return count + alike(done, after)
    return len(shown)


def result(program, grid):
    """The grid after all steps; None where one makes no sense or leaves the size of ARC's grids."""
    for step in program:
        grid = step(grid)
        if not grid or len(grid) > LARGEST or len(grid[0]) > LARGEST:
            return None
    return grid


def alike(done, after):
    """The share of equal cells, below 1; 0 for another size."""
    if not done or (len(done), len(done[0])) != (len(after), len(after[0])):
        return 0
    return sum(a == b for here, there in zip(done, after, strict=True) for a, b in zip(here, there, strict=True)) / (
        len(after) * len(after[0]) + 1
    )


def frozen(grid):
    return tuple(map(tuple, grid))


def thawed(grid):
    return list(map(list, grid))
