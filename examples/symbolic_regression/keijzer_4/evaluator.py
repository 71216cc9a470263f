"""How well the values of a function fit: 1 / (1 + NRMSE) over the training points. 1 is exact, 0 is no function there.

NRMSE is the root of the mean squared error over the standard deviation of the target. Points held out are measured the
same way but score nothing.
"""

from math import fsum, isfinite

HIT = 0.01  # a point is hit by a value within this of the target (Koza, Genetic Programming, 1992)
WORST = 1e9  # of any NMSE; what is worse, or no number, is this bad


def score(input, expected, output, seed):
    """expected has the targets at the "train" and the "held_out" points, output the function's values there."""
    fault = fault_of(output, expected)
    if fault:
        return {"score": 0.0, "feedback": fault}
    targets, values = expected["train"], output["train"]
    hits = sum(is_number(value) and abs(value - target) <= HIT for value, target in zip(values, targets, strict=True))
    error = nmse(values, targets)
    metrics = {
        "nmse": error,
        "hits": hits,
        "solved": int(hits == len(targets)),
        "held_out_nmse": nmse(output["held_out"], expected["held_out"]),
        "nodes": output["size"],
        "depth": output["depth"],
    }
    holes = values.count(None)
    if holes:
        return {"score": 0.0, "metrics": metrics, "feedback": f"no finite number at {holes} of {len(values)} points"}
    return {"score": 1 / (1 + error**0.5), "metrics": metrics}


def fault_of(output, expected):
    """Why these are no values of a function at the points, or ""."""
    if not isinstance(output, dict) or not all(is_count(output.get(name)) for name in ("size", "depth")):
        return "values with the size and depth of their expression were expected"
    for part, targets in expected.items():
        values = output.get(part)
        if not isinstance(values, list) or len(values) != len(targets):
            return f'a list of {len(targets)} values was expected for "{part}"'
        if not all(value is None or is_number(value) for value in values):
            return f'values for "{part}" are finite numbers or null'
    return ""


def is_count(value):
    return type(value) is int and value > 0


def is_number(value):
    return type(value) in (int, float) and abs(value) < 1e300 and isfinite(value)


def nmse(values, targets):
    """The mean squared error over the variance of the targets, at most WORST."""
    if None in values:
        return WORST
    mean = fsum(targets) / len(targets)
    variance = fsum((target - mean) ** 2 for target in targets)
    # Beyond 1e100 squares would leave the numbers.
    errors = [min(abs(value - target), 1e100) for value, target in zip(values, targets, strict=True)]
    return min(fsum(error * error for error in errors) / variance, WORST)
