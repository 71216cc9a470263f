"""A seed that stands, and whose neighbours fail in every way: the last digit decides how."""

# EVOLVE-BLOCK-START
STEP = 0.505
# EVOLVE-BLOCK-END


def run(number):
    way = int(abs(STEP) * 1000) % 10
    if way == 0:
        raise ValueError("stumbled")
    if way == 1:
        return float("nan")
    if way == 2:
        return object()
    if way == 3:
        return "no number"
    while way == 4:
        pass
    return STEP
