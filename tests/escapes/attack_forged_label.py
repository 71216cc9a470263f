"""Claims a failure label that does not exist, with text that is no Unicode."""

PROGRAM = r"""
import os
import struct

def run(asked):
    os.write(3, struct.pack(">BI", 1, 8) + b"\xff\x00\xfe\x00abcd")
    os._exit(0)
"""

EXPECT = {"error"}


def check(measured):
    assert "\0" not in measured.detail
    assert measured.detail.encode()
