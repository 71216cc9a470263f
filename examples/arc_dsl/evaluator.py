"""Were the grids found, in two tries each? 1 for an exact grid; else at most a tenth, for the share of right cells."""

TRIES = 2  # as ARC allows
CLOSE = 0.1


def score(input, expected, output, seed):
    """expected is one grid for each that is asked for, output lists of tries; the first TRIES of each count."""
    fault = fault_of(output, expected)
    if fault:
        return {"score": 0.0, "feedback": fault}
    shares = [
        max((share(grid, wanted) for grid in tries[:TRIES]), default=0.0)
        for tries, wanted in zip(output, expected, strict=True)
    ]
    total = sum(1.0 if part == 1 else CLOSE * part for part in shares)
    exact = sum(part == 1 for part in shares)
    metrics = {"exact": exact / len(shares), "cells": sum(shares) / len(shares)}
    return {"score": total / len(shares), "metrics": metrics}


def fault_of(output, expected):
    """Why these are no tries, or ""."""
    if not isinstance(output, list) or len(output) != len(expected):
        return f"a list of tries was expected for each of {len(expected)} grids"
    if not all(isinstance(tries, list) and all(map(is_grid, tries)) for tries in output):
        return "a try is a grid: a list of rows of colours"
    return ""


def is_grid(value):
    return isinstance(value, list) and all(isinstance(row, list) for row in value)


def share(grid, wanted):
    """The share of cells that are right; 0 for a grid of another size."""
    if [len(row) for row in grid] != [len(row) for row in wanted]:
        return 0.0
    pairs = [(a, b) for here, there in zip(grid, wanted, strict=True) for a, b in zip(here, there, strict=True)]
    return sum(type(a) is int and a == b for a, b in pairs) / len(pairs)
