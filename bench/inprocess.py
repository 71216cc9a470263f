"""An example scored in this very process, without sandbox or journal: for searches of many thousand candidates.

Texts are compiled and run as they are, so only what operators made of an example's own seed belongs here.

python -m bench.inprocess EXAMPLE [CANDIDATES] [SEEDS] climbs it so, and tells what the best scores on each split.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.common import EXAMPLES, table

if TYPE_CHECKING:
    from apps.projects.tasklist import PackagedTask

type Answer = Callable[[Any], Any]

FAILED = float("-inf")  # ranks below every score, as a failed measurement does
_BROKEN = (ArithmeticError, AttributeError, LookupError, NameError, RecursionError, SyntaxError, TypeError, ValueError)


class Example:
    """An example of one program and one evaluator that needs no other file.

    texts is the seed by path, edits what may be edited of it: what operators take.
    """

    def __init__(self, name: str) -> None:
        from apps.projects.package import read_package

        self._package = read_package(EXAMPLES / name)
        self.texts = {path: content.decode() for path, content in self._package.files.items()}
        self.edits = {component.path: component.edit for component in self._package.components}
        self._program, _, self._answer = self._package.entry.partition(":")
        file, _, function = self._package.evaluator_entry.partition(":")
        scorer: dict[str, Any] = {"__name__": "evaluator"}
        exec(compile(self._package.evaluator[file], file, "exec"), scorer)
        self._score = scorer[function]

    def tasks(self, split: str) -> int:
        """How many tasks the split has."""
        return len(self._package.of(split))

    def score(self, texts: Mapping[str, str], split: str = "validation") -> float:
        """Mean score over the tasks of a split, which has some; FAILED where the program breaks."""
        program: dict[str, Any] = {"__name__": "candidate"}
        try:
            exec(compile(texts[self._program], self._program, "exec"), program)
            return fmean(self._scored(program[self._answer], task) for task in self._package.of(split))
        except _BROKEN:
            return FAILED

    def _scored(self, answer: Answer, task: "PackagedTask") -> float:
        found = self._score(json.loads(task.input), json.loads(task.expected), answer(json.loads(task.input)), 0)
        return float(found["score"] if isinstance(found, dict) else found)


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
    splits = [split for split in ("validation", "gate", "sealed") if example.tasks(split)]
    rows = [("the seed itself", "", *(example.score(example.texts, split) for split in splits))]
    for seed in range(int(sys.argv[3]) if len(sys.argv) > 3 else 3):
        begun = time.perf_counter()
        best = climb(example, candidates, seed)
        speed = candidates / (time.perf_counter() - begun)
        rows.append((str(seed), f"{speed:.0f}", *(example.score(best, split) for split in splits)))
    table(("seed", "candidates/s", *splits), rows)


if __name__ == "__main__":
    main()
