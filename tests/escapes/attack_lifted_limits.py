"""Lifts its own limits, and lowers those of its parent so that nothing can be forked any more."""

PROGRAM = """
import os
import resource

KINDS = (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU)

def run(asked):
    reached = []
    for kind in KINDS:
        try:
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            reached.append(kind)
        except (OSError, ValueError):
            pass
    for pid in (1, os.getppid()):
        for kind in (*KINDS, resource.RLIMIT_NOFILE):
            try:
                resource.prlimit(pid, kind, (0, 0))
                reached.append("parent %d" % kind)
            except (OSError, ValueError):
                pass
    return reached
"""
