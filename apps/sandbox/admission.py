"""What a job must look like before any of it is written into a sandbox."""

from pathlib import PurePosixPath

from .contract import Attempt, Job, Judging, Limits, Program, Scorer

_MAX_FILES = 1_000
_MAX_SCORER_BYTES = 32 << 20


def check(job: Job | Judging) -> None:
    """Raises ValueError for a job that cannot be run as it is."""
    if not job.tasks:
        raise ValueError("a job needs at least one task")
    if isinstance(job, Job):
        check_attempt(job)
    elif len(job.answers) != len(job.tasks):
        raise ValueError(f"{len(job.answers)} answers to {len(job.tasks)} tasks")
    if job.scorer is not None:
        _check_files(job.scorer, _MAX_SCORER_BYTES)


def check_attempt(attempt: Attempt | Job) -> None:
    """The same for what the candidate's side alone needs."""
    _check_limits(attempt.limits)
    _check_files(attempt.program, attempt.limits.file_mb << 20)


def _check_limits(limits: Limits) -> None:
    for name in Limits.__dataclass_fields__:
        if not getattr(limits, name) > 0:
            raise ValueError(f"limit {name} must be positive")


def _check_files(program: Program | Scorer, allowed: int) -> None:
    if not program.entry.partition(":")[2]:
        raise ValueError(f"entry {program.entry!r} is not file.py:function")
    if len(program.files) > _MAX_FILES:
        raise ValueError(f"{len(program.files)} files, {_MAX_FILES} are allowed")
    total = sum(map(len, program.files.values()))
    if total > allowed:
        raise ValueError(f"files of {total} bytes together, {allowed} are allowed")
    for name in program.files:
        _check_name(name)


def _check_name(name: str) -> None:
    """Any relative name that stays below its folder, spelled in one way only."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or str(path) != name or name == ".":
        raise ValueError(f"file name {name!r} is not a plain relative path")
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise ValueError(f"file name {name!r} cannot be written")
