"""What goes into a sandbox and what comes out: plain data, no Django, no behaviour.

Scores are as the project's scorer gave them; turning "lower is better" round happens at the border, in `rounds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FAILURES = (
    "syntax",  # the program does not compile
    "no_entry",  # the named function is not there
    "error",  # the program raised
    "timeout",  # wall clock
    "cpu",  # processor seconds
    "memory",
    "crashed",  # died or left without a result
    "output_limit",  # more bytes than allowed
    "invalid_output",  # not data: not JSON, too deep, not finite where it must be
    "incorrect",  # the scorer says that the answer is wrong and has no score
    "scorer_error",  # the scorer raised or gave no number: the evaluator's fault, recorded against nobody's skill
    "scorer_timeout",
    "prompt_refused",  # a model measures through it, and its server will never take what the candidate wants to ask
    "unmeasurable",  # failed three times on infrastructure
)


class Stopped(Exception):
    """Raised by a `beat`: the lease is lost, a latch was set, the job must not go on."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may use. Seconds are per task, the rest is for all processes of the candidate together or each."""

    wall_seconds: float = 10.0
    cpu_seconds: float = 10.0
    memory_mb: int = 512  # address space of each process, and what all of them may hold together
    processes: int = 16
    file_mb: int = 16  # one file, and all scratch space together
    open_files: int = 64
    output_kb: int = 256  # bytes of one task's answer


@dataclass(frozen=True, slots=True)
class Runtime:
    """The interpreter and packages of a project, built once and mounted read-only (see runtime.py)."""

    key: str  # hash of interpreter and packages
    python: Path  # interpreter as the sandbox starts it
    mounts: tuple[tuple[Path, str], ...] = ()  # (host path, path inside), read-only
    environment: Mapping[str, str] = field(default_factory=dict)
    preload: tuple[str, ...] = ()  # modules imported once in the warm parent


@dataclass(frozen=True, slots=True)
class Program:
    """The candidate: files by relative path, and the function that answers a task, as `file.py:function`."""

    files: Mapping[str, bytes]
    entry: str


@dataclass(frozen=True, slots=True)
class Scorer:
    """The project's evaluator, as `file.py:function`; called as function(input, expected, output, seed).

    It returns a number, or a dict with "score" (number) and optionally "metrics" (str -> number) and "feedback" (text);
    or a dict with "incorrect" (text): why the answer has no score.
    The candidate never sees these files nor anything expected.
    """

    files: Mapping[str, bytes]
    entry: str
    wall_seconds: float = 10.0
    memory_mb: int = 1024

    # Two scorers with the same key may share a process.
    key: str = ""


@dataclass(frozen=True, slots=True)
class TaskItem:
    """One task of a job: canonical JSON bytes of input and expected answer, and the seed of this measurement."""

    key: str
    input: bytes
    expected: bytes
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """One candidate to be measured on some tasks, in order. Without a scorer its answers are collected, not judged."""

    id: str
    program: Program
    scorer: Scorer | None
    tasks: tuple[TaskItem, ...]
    limits: Limits
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class Judging:
    """Answers that are there already, to be judged in order: what a model replied to what a candidate asked."""

    id: str
    scorer: Scorer
    tasks: tuple[TaskItem, ...]
    answers: tuple[bytes, ...]  # JSON text, one for each task
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One candidate to be run once on one task, watched by a person. Never scored, so it knows no expected answer."""

    id: str
    program: Program
    input: bytes  # canonical JSON
    seed: int
    limits: Limits
    runtime: Runtime


@dataclass(slots=True)
class Sight:
    """What was seen of an attempt so far. Text and names are hostile; figures are the highest seen."""

    out: bytearray = field(default_factory=bytearray)  # the first bytes of standard output
    err: bytearray = field(default_factory=bytearray)
    said: tuple[int, int] = (0, 0)  # bytes in all, of output and of errors
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0  # bytes; 0: it ended before anybody looked
    processes: int = 0
    files: int = 0  # bytes in its scratch folder, its own program included
    left: list[tuple[str, int]] = field(default_factory=list)  # (name, bytes) of files that it made or changed
    left_whole: bool = True


@dataclass(frozen=True, slots=True)
class Tried:
    """How an attempt ended: as Measured, without a score. `infrastructure` says what broke on our side, if anything."""

    failure: str = ""
    detail: str = ""
    output: bytes = b""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    infrastructure: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One task's result. Either score is a finite float and failure is "", or score is None and failure says why.

    Of a job without a scorer both are empty where there is an answer.
    """

    task: str
    score: float | None
    failure: str = ""
    detail: str = ""  # what was reached or raised, at most 2,000 characters, hostile text
    metrics: Mapping[str, float] = field(default_factory=dict)
    feedback: str = ""  # from the scorer, at most 4,000 characters
    output: bytes = b""  # JSON text of what the candidate returned, as it came
    seconds: float = 0.0  # wall
    cpu_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished job. `infrastructure` is empty, or says what broke on our side: then there are no results."""

    job: str
    results: tuple[Measured, ...] = ()
    infrastructure: str = ""
