"""Leaves links to places outside, for whoever cleans up to follow."""

PROGRAM = """
import os

def run(asked):
    for number, target in enumerate((asked["witness"], "/", "/usr", "/box/lib", "/proc/1/fd/0", asked["secret_file"])):
        os.symlink(target, "link%d" % number)
    os.mkdir("folder")
    os.symlink(asked["witness"], "folder/inner")
    return []
"""
