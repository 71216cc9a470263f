"""HumanEval and MBPP, scored by their unit tests in the sandbox: what is right passes, what is broken fails, how fast.

    python -m bench.code_tasks HumanEval.jsonl.gz sanitized-mbpp.json [--every 1]

Every canonical solution must pass. Then each is broken in one place at a time (bench/mutants.py): a mutant that passes
is either no worse than the original, or the tests are too weak to tell. --every 5 breaks each fifth problem only.
HumanEval: Chen et al., 2021 (MIT). MBPP, sanitized: Austin et al., 2021 (CC BY 4.0).
"""

import argparse
import ast
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.common import table
from bench.mutants import mutants
from bench.task_sets import SLOTS, Item, failed, lines_of, measure

PATIENCE, IMPATIENCE = 15.0, 3.0  # seconds for a solution, and for what is broken: much of that never ends
EVALUATOR = """\
from evoweb_scorers import unit_tests


def score(input, expected, output, seed):
    return unit_tests(output, **expected)
"""


class Problem(NamedTuple):
    """A task with its canonical solution: a program, the function that is asked for, what its tests are told."""

    key: str
    program: str
    name: str
    expected: dict[str, Any]


def human_eval(file: Path) -> Iterator[Problem]:
    for each in lines_of(file):
        name = each["entry_point"]
        tests = [f"{each['test']}\ncheck({name})"]
        told = {"tests": tests, "setup": each["prompt"], "calls": [name]}
        yield Problem(each["task_id"], each["prompt"] + each["canonical_solution"], name, told)


def mbpp(file: Path) -> Iterator[Problem]:
    """Tests may use modules that the solution imports, and call a function that is named like one of Python's."""
    for each in json.loads(file.read_text()):
        tree = ast.parse(each["code"])
        tests = ast.walk(ast.parse("\n".join(each["test_list"])))
        called = {node.id for node in tests if isinstance(node, ast.Name)}
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        calls = [name for name in names if name in called]
        told = {"tests": each["test_list"], "setup": "\n".join([*each["test_imports"], *imports]), "calls": calls}
        yield Problem(f"MBPP/{each['task_id']}", each["code"], calls[0], told)


def canonical(name: str, problems: list[Problem]) -> tuple[object, ...]:
    results, seconds = measure(EVALUATOR, [_item(each.key, each, each.program, PATIENCE) for each in problems])
    wrong = failed(results)
    for key in wrong:
        print(f"{key}: {results[key].failure} {results[key].feedback} {results[key].detail}")
    return name, len(problems), len(problems) - len(wrong), len(problems) / seconds


def broken(problems: list[Problem]) -> list[tuple[object, ...]]:
    """Kind, mutants, how many fail, share of them; and which ones pass that give nothing back."""
    items, kinds = [], {}
    for each in problems:
        for number, (kind, text) in enumerate(mutants(each.program, each.name)):
            key = f"{each.key} {number}"
            kinds[key] = kind
            items.append(_item(key, each, text, IMPATIENCE))
    results, _ = measure(EVALUATOR, items)
    caught = Counter(kinds[key] for key in failed(results))
    for key, kind in kinds.items():
        if results[key].score == 1.0 and kind in ("empty body", "nothing returned"):
            print(f"{key} passes: {kind}")
    return [(kind, count, caught[kind], caught[kind] / count) for kind, count in Counter(kinds.values()).items()]


def _item(key: str, problem: Problem, program: str, seconds: float) -> Item:
    return Item(key, program, {**problem.expected, "seconds": seconds})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("human_eval", type=Path)
    parser.add_argument("mbpp", type=Path)
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    sets = {"HumanEval": list(human_eval(asked.human_eval)), "MBPP": list(mbpp(asked.mbpp))}
    rows = [canonical(name, problems) for name, problems in sets.items()]
    table(("canonical solutions", "problems", "pass", f"per second ({SLOTS} at once)"), rows)
    for name, problems in sets.items():
        table((f"{name}, broken", "mutants", "fail", "share"), broken(problems[:: asked.every]))


if __name__ == "__main__":
    main()
