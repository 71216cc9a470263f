"""Announces an answer of four gigabytes, to make its reader allocate them."""

PROGRAM = """
import os
import struct
import time

def run(asked):
    os.write(3, struct.pack(">BI", 0, 0xFFFFFFFF))
    time.sleep(3600)
"""

EXPECT = {"output_limit"}
