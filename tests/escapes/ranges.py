"""Where attacks are run, what they are aimed at, and the marks by which their success is recognised."""

import importlib
import json
import pkgutil
import secrets
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from apps.sandbox.contract import Job, Limits, Measured, Program, Runtime, Scorer, TaskItem
from apps.sandbox.pool import Pool

EVALUATOR = "KNOWN = '{}'\ndef score(asked, expected, output, seed):\n    return output == expected\n"
LIMITS = Limits(wall_seconds=1.0, cpu_seconds=0.6, memory_mb=256, processes=12, file_mb=8, open_files=64, output_kb=256)


def attacks() -> list[ModuleType]:
    """One module per attack."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return [importlib.import_module(name) for name in names if name.startswith("attack_")]


@dataclass
class Targets:
    """Where the attacks aim, and the marks by which success is recognised."""

    secret: str = field(default_factory=lambda: "SEALED-" + secrets.token_hex(12))
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="evoweb-escapes-")))
    asked: dict[str, Any] = field(default_factory=dict)
    victim: subprocess.Popen[bytes] | None = None

    def unchanged(self) -> bool:
        """Whether everything on the host is as it was."""
        files = sorted(path.name for path in (self.folder / "witness").iterdir())
        assert self.victim is not None
        state = Path(f"/proc/{self.victim.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return files == ["kept"] and (self.folder / "secret").read_text() == self.secret and state == "S"

    def aim(self, confined: bool) -> bytes:
        return json.dumps({**self.asked, "confined": confined}).encode()


@dataclass
class Range:
    """Where attacks are run: one slot, a scorer that gives 1 for the sealed answer, and what everybody is asked."""

    pool: Pool
    runtime: Runtime
    targets: Targets
    confined: bool

    def run(self, source: str) -> Measured:
        """One program on one task. Infrastructure that breaks is a failure of the test."""
        evaluator = EVALUATOR.format(self.targets.secret).encode()
        scorer = Scorer({"evaluator.py": evaluator}, "evaluator.py:score", wall_seconds=5)
        task = TaskItem("task", self.targets.aim(self.confined), json.dumps(self.targets.secret).encode())
        program = Program({"program.py": source.encode()}, "program.py:run")
        outcome = self.pool.run(Job("job", program, scorer, (task,), LIMITS, self.runtime))
        assert outcome.infrastructure == ""
        return outcome.results[0]
