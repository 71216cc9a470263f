"""Searches everything that was in its parent before the fork for what is expected."""

PROGRAM = """
import gc
import sys

def run(asked):
    sought, reached, frame = "SEALED" + chr(45), [], sys._getframe()
    while frame:
        reached += [name for name, value in frame.f_locals.items() if name != "sought" and sought in repr(value)[:100000]]
        frame = frame.f_back
    objects = [item for item in gc.get_objects() if isinstance(item, (list, tuple, dict, bytes, bytearray))]
    for item in objects:
        if item is not reached and type(item) in (list, tuple) and any(type(part) in (str, bytes) and sought in str(part)[:500] for part in item):
            reached.append(type(item).__name__)
    return reached
"""
