"""Minus the mean squared distance between the measured and the computed track, in square metres; 0 is perfect."""

from math import fsum, inf

WORST = -1e9  # for what is no track: below everything that flies


def score(input, expected, output, seed):
    """expected and output are lists of [x, y]."""
    try:
        squares = [(x - there[0]) ** 2 + (y - there[1]) ** 2 for (x, y), there in zip(output, expected, strict=True)]
        mean = fsum(squares) / len(squares)
    except (TypeError, ValueError, OverflowError) as error:
        return {"score": WORST, "feedback": f"not a list of {len(expected)} positions [x, y]: {error}"}
    if not mean < inf:
        return {"score": WORST, "feedback": "the track leaves the numbers"}
    return {"score": max(-mean, WORST), "metrics": {"worst_metres": max(squares) ** 0.5}}
