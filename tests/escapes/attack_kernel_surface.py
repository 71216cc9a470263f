"""Tries the parts of the kernel where most holes were found: keys, io_uring, bpf, userfaultfd, perf."""

PROGRAM = """
import ctypes
import platform

X86 = {"keyctl": 250, "add_key": 248, "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "io_uring_setup": 425}
ARM = {"keyctl": 219, "add_key": 217, "bpf": 280, "userfaultfd": 282, "perf_event_open": 241, "io_uring_setup": 425}

def run(asked):
    libc = ctypes.CDLL(None, use_errno=True)
    reached = []
    for name, number in (X86 if platform.machine() == "x86_64" else ARM).items():
        libc.syscall(number, 0, 0, 0, 0, 0)
        if ctypes.get_errno() != 1:
            reached.append(name)
    return reached
"""

REAL = True  # without a sandbox it gets through
