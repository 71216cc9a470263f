"""Imports evoweb, Django and whatever else evoweb has installed."""

PROGRAM = """
import importlib

def run(asked):
    reached = []
    for name in ("django", "celery", "redis", "anthropic", "apps.sandbox.contract", "pip", "inside", "inside.zygote"):
        try:
            importlib.import_module(name)
            reached.append(name)
        except ImportError:
            continue
    return reached
"""
