"""A pool, and a short way to say what runs on it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox.contract import Job, Limits, Measured, Program, Runtime, Scorer, TaskItem
from apps.sandbox.isolation import Isolation
from apps.sandbox.pool import Pool
from apps.sandbox.probe import require
from apps.sandbox.runtime import prepare

LIMITS = Limits(wall_seconds=2.0, cpu_seconds=1.0, memory_mb=256, file_mb=8)
EQUAL = "def score(asked, expected, output, seed):\n    return float(output == expected)\n"

MakeJob = Callable[..., Job]
Measure = Callable[..., Measured]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def isolation(home: Path) -> Isolation:
    """Fails where nothing isolates."""
    return require(home)


@pytest.fixture(scope="session")
def runtime(home: Path) -> Runtime:
    return prepare((), home)


@pytest.fixture(scope="module")
def pool(home: Path, isolation: Isolation) -> Iterator[Pool]:
    with Pool(1, home, isolation) as pool:
        yield pool


@pytest.fixture(scope="session")
def make_job(runtime: Runtime) -> MakeJob:
    """A job from source texts: `make_job(program, [(input, expected), …], scorer=…, name=…, **limits)`."""

    def make(
        program: str | dict[str, bytes],
        tasks: list[tuple[Any, Any]] | None = None,
        scorer: str = EQUAL,
        name: str = "job",
        **options: Any,
    ) -> Job:
        files = program if isinstance(program, dict) else {"program.py": program.encode()}
        pairs = enumerate(tasks or [(None, None)])
        items = [TaskItem(str(n), json.dumps(i).encode(), json.dumps(e).encode(), 100 + n) for n, (i, e) in pairs]
        of_scorer = {key: options.pop(key) for key in ("wall_seconds_scorer",) if key in options}
        judge = Scorer({"scorer.py": scorer.encode()}, "scorer.py:score", of_scorer.get("wall_seconds_scorer", 5.0))
        used = options.pop("runtime", runtime)
        return Job(name, Program(files, "program.py:run"), judge, tuple(items), replace(LIMITS, **options), used)

    return make


@pytest.fixture
def measure(pool: Pool, make_job: MakeJob) -> Measure:
    """The result of one program on one task."""

    def run(program: str | dict[str, bytes], asked: Any = None, expected: Any = None, **options: Any) -> Measured:
        outcome = pool.run(make_job(program, [(asked, expected)], **options))
        assert outcome.infrastructure == ""
        return outcome.results[0]

    return run
