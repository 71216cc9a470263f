"""Returns something that is no data."""

PROGRAM = """
def run(asked):
    return {"file": open("/dev/null"), "function": run}
"""

EXPECT = {"invalid_output"}
