"""Is a source text that exhausts the parser."""

PROGRAM = "def run(asked):\n    return " + "(" * 100_000 + ")" * 100_000

EXPECT = {"memory", "syntax"}
