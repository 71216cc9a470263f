"""Looks for secrets in its own environment and in that of the first process."""

PROGRAM = """
import os

def run(asked):
    found = [name for name in os.environ if "SECRET" in name or "KEY" in name or "TOKEN" in name]
    try:
        found.append(open("/proc/1/environ", "rb").read().decode())
    except OSError:
        pass
    return found
"""
