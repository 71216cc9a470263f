"""Returns an infinite number, which no record can hold."""

PROGRAM = """
def run(asked):
    return [1.0, float("inf")]
"""

EXPECT = {"invalid_output"}
