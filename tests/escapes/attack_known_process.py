"""Reads the environment and memory of a process whose number on the host it was told."""

PROGRAM = """
def run(asked):
    try:
        return [open("/proc/%d/environ" % asked["victim"], "rb").read().decode()]
    except OSError:
        return []
"""

REAL = True  # without a sandbox it gets through
