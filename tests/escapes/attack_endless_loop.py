"""Never comes back, using the processor."""

PROGRAM = """
def run(asked):
    while True:
        pass
"""

EXPECT = {"cpu", "timeout"}
