"""Searches everything that was in its parent before the fork for what is expected."""

PROGRAM = """
import gc
import sys

def run(asked):
    sought, reached, frame = "SEALED" + chr(45), [], sys._getframe()
    while frame:
        values = frame.f_locals.items()
        reached += [name for name, value in values if name != "sought" and sought in repr(value)[:100000]]
        frame = frame.f_back
    objects = [item for item in gc.get_objects() if isinstance(item, (list, tuple, dict, bytes, bytearray))]
    for item in objects:
        texts = [str(part)[:500] for part in item if type(part) in (str, bytes)] if type(item) in (list, tuple) else []
        if any(sought in text for text in texts):
            reached.append(type(item).__name__)
    return reached
"""
