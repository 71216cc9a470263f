"""Returns while its threads go on."""

PROGRAM = """
import threading

def spin():
    while True:
        pass

def run(asked):
    for _ in range(4):
        threading.Thread(target=spin, daemon=False).start()
    return []
"""
