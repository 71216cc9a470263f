"""The processes of this supervisor: none outlives it, none is left behind by another, none stays a zombie."""

import asyncio
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from evoweb.supervisor.programs import BASE, Program

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LOG_BYTES = 10 * 2**20

_libc = ctypes.CDLL(None, use_errno=True)


class Process:
    """A running program, the leader of a session of its own."""

    def __init__(self, program: Program, popen: "subprocess.Popen[bytes]", buried: Callable[[int], None]) -> None:
        self.pid = popen.pid
        self._program = program
        self._popen = popen
        self._pidfd = os.pidfd_open(popen.pid)
        self._buried = buried

    async def ended(self) -> int:
        """Wait until it has ended. Its exit code; the number of the signal that ended it, negated."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._pidfd, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(self._pidfd)
        return self._bury()

    async def end(self) -> None:
        """Make it end: TERM, and KILL when its grace is over. Does nothing once it has ended."""
        if self._popen.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self._program.grace):
                await self.ended()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self.ended()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def _bury(self) -> int:
        # Before waiting for it: until then the number cannot be anyone else's. Orphans are cleared elsewhere, too, but
        # not every kernel tells who they are.
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._popen.wait()
        os.close(self._pidfd)
        self._buried(self.pid)
        return code


class Family:
    """Starts programs, and puts an end to what they leave behind."""

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        logs.mkdir(exist_ok=True)
        self._logs = logs
        self._environment = environment
        self._own: set[int] = set()
        if _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self.clear_orphans)

    def start(self, program: Program) -> Process:
        """Start it. Raises OSError when there is no such program."""
        with _log(self.log_of(program)).open("ab") as log:
            popen = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=None if program.talks else log,
                stderr=log,
                cwd=BASE,
                env=self._environment,
                pass_fds=program.fds,
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops its programs in order
                preexec_fn=_die_with(os.getpid()),
            )
        self._own.add(popen.pid)
        return Process(program, popen, self._bury)

    def log_of(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"

    def clear_orphans(self) -> None:
        """Kill and reap processes whose parent died; as their subreaper this process is their parent now."""
        for pid in _children() - self._own:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)  # not dead yet: then there will be another SIGCHLD

    def _bury(self, pid: int) -> None:
        self._own.discard(pid)
        self.clear_orphans()


def _die_with(parent: int) -> Callable[[], None]:
    def die_with() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return die_with


def _children() -> set[int]:
    """The processes whose parent this one is. Empty on kernels that do not tell."""
    try:
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    except FileNotFoundError:
        return set()


def _log(path: Path) -> Path:
    """The log to write to; a long one makes room for a new one."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path
