"""An example scored in this very process, without sandbox or journal: for searches of many thousand candidates.

Texts are compiled and run as they are, so only what operators made of an example's own seed belongs here.

python -m bench.inprocess EXAMPLE [CANDIDATES] [SEEDS] climbs it so, and tells what the best scores on each split.
"""

import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from random import Random
from statistics import fmean
from typing import Any

from bench.common import EXAMPLES, table

type Answer = Callable[[Any], Any]

FAILED = float("-inf")  # ranks below every score, as a failed measurement does
LONGEST = 20.0  # seconds of CPU that one task may take: a changed program may not end by itself
_BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    RecursionError,
    SyntaxError,
    TimeoutError,
    TypeError,
    ValueError,
)


class Example:
    """An example of one program and one evaluator that needs no other file.

    texts is the seed by path, edits what may be edited of it: what operators take. Scores are turned so that higher is
    better.
    """

    def __init__(self, name: str) -> None:
        from apps.projects.package import read_package

        self.package = read_package(EXAMPLES / name)
        self.texts = {path: content.decode() for path, content in self.package.files.items()}
        self.edits = {component.path: component.edit for component in self.package.components}
        self._sign = 1.0 if self.package.direction == "maximise" else -1.0
        self._program, _, self._answer = self.package.entry.partition(":")
        file, _, function = self.package.evaluator_entry.partition(":")
        scorer: dict[str, Any] = {"__name__": "evaluator"}
        exec(compile(self.package.evaluator[file], file, "exec"), scorer)
        self._score = scorer[function]
        self._tasks = {task.key: task for task in self.package.tasks}
        self._compiled: tuple[str, Any] = ("", None)
        signal.signal(signal.SIGVTALRM, _too_long)

    def keys(self, split: str) -> tuple[str, ...]:
        """Keys of the split's tasks, in order."""
        return tuple(task.key for task in self.package.of(split))

    def score(self, texts: Mapping[str, str], split: str = "validation") -> float:
        """Mean score over the tasks of a split, which has some; FAILED where the program breaks."""
        found = [self.told(texts, key) for key in self.keys(split)]
        return FAILED if None in found else fmean(told["score"] for told in found if told)

    def told(self, texts: Mapping[str, str], key: str) -> dict[str, Any] | None:
        """What the evaluator says of a program on one task, `score` among it; None where the program breaks."""
        task = self._tasks[key]
        given = json.loads(task.input)
        signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
        try:
            answer = self._program_of(texts)[self._answer](given)
            found = self._score(json.loads(task.input), json.loads(task.expected), answer, 0)
            told = dict(found) if isinstance(found, dict) else {"score": found}
            return told | {"score": self._sign * float(told["score"])}
        except _BROKEN:
            return None
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _program_of(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """The program's names, run anew for each task as the sandbox does."""
        text = texts[self._program]
        if self._compiled[0] != text:
            self._compiled = (text, compile(text, self._program, "exec"))
        program: dict[str, Any] = {"__name__": "candidate"}
        exec(self._compiled[1], program)
        return program


def _too_long(*_: object) -> None:
    raise TimeoutError


def climb(example: Example, candidates: int, seed: int) -> dict[str, str]:
    """The best texts of a bare hill climb that moves one number at a time."""
    from apps.engine.methods.hill_climb import STEP

    best, texts, memory = example.score(example.texts), example.texts, STEP.initial()
    for number in range(candidates):
        edit = STEP.edit(texts, example.edits, Random(f"{seed}/{number}"), sigma=STEP.sigma(memory))
        score = example.score({**texts, **edit}) if edit else FAILED
        memory = STEP.update(memory, score > best)
        if edit and score > best:
            best, texts = score, {**texts, **edit}
    return texts


def main() -> None:
    example = Example(sys.argv[1])
    candidates = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    splits = [split for split in ("validation", "gate", "sealed") if example.keys(split)]
    rows = [("the seed itself", "", *(example.score(example.texts, split) for split in splits))]
    for seed in range(int(sys.argv[3]) if len(sys.argv) > 3 else 3):
        begun = time.perf_counter()
        best = climb(example, candidates, seed)
        speed = candidates / (time.perf_counter() - begun)
        rows.append((str(seed), f"{speed:.0f}", *(example.score(best, split) for split in splits)))
    table(("seed", "candidates/s", *splits), rows)


if __name__ == "__main__":
    main()
