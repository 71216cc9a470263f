"""Changes what the next candidate would find in a shared interpreter."""

PROGRAM = """
import builtins
import json
import sys

def run(asked):
    builtins.len = builtins.sum = builtins.sorted = lambda *parts: 42
    json.dumps = json.JSONEncoder.encode = lambda *parts, **options: "[]"
    for name in list(sys.modules):
        if name not in ("builtins", "sys"):
            sys.modules[name] = None
    sys.path[:] = []
    return []
"""

EXPECT = {"", "crashed", "error"}  # its own encoding may break
