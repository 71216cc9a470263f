"""The few kernel calls that Python does not offer, through libc."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38


def check(result: int, what: str) -> int:
    """The result, or OSError with the kernel's errno."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, argument: int = 0, pointer: object = 0) -> None:
    check(_libc.prctl(option, ctypes.c_ulong(argument), pointer, 0, 0), f"prctl {option}")


def syscall(number: int, *arguments: object) -> int:
    return check(_libc.syscall(number, *arguments), f"system call {number}")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = (source.encode(), target.encode(), kind.encode() if kind else None)
    check(_libc.mount(*encoded, ctypes.c_ulong(flags), options.encode()), f"mount {target}")


def unshare(flags: int) -> None:
    check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def give_up_privileges() -> None:
    """No program that is started from here on can gain rights through setuid or file capabilities."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def hide_memory() -> None:
    """Processes of the same user can neither attach to this one nor read its memory, files or environment in /proc."""
    prctl(PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Grandchildren that lose their parent become our children, so that they can be found and killed."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
