"""Writes into the interpreter, the packages and our own programs."""

PROGRAM = """
import json
import os
import sys

def run(asked):
    reached = []
    for folder in (*sys.path, os.path.dirname(json.__file__), "/box/packages", "/box/lib/inside", "/box/python/lib"):
        for name in ("json.py", "sitecustomize.py", "__init__.py"):
            try:
                path = os.path.join(folder, name)
                if not path.startswith(os.getcwd()):
                    open(path, "a").write("raise SystemExit")
                    reached.append(path)
            except OSError:
                continue
    return reached
"""
