def score(input, expected, output, seed):
    return -abs(output - 3.14159) if output is not None else -1e9
