"""Returns an answer that contains itself, twice."""

PROGRAM = """
def run(asked):
    value = []
    value += [value, value]
    return value
"""

EXPECT = {"cpu", "invalid_output", "memory", "timeout"}
