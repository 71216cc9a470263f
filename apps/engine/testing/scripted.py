"""A simulated model: a pure function of what it is asked and of dice. It can do one thing, and that is edit numbers.

It looks for the last `C = [...]` of the first message, moves one of the numbers, and answers in the form that it is
asked for: SEARCH/REPLACE where the prompt shows such a block, else the whole program in a fence. As crossover it first
takes each number from there or from the `C = [...]` before, with equal chances. What is asked with a schema is answered
with the least that fits it; anything else with a sentence.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from apps.engine.effects import Ask
from apps.engine.records import Reply

type Model = Callable[[Ask, Random], Reply]

_NUMBERS = re.compile(r"C = \[[^\]\n]*\]")
_LEAST: Mapping[str, Any] = {"string": "so", "number": 0.5, "integer": 1, "boolean": True, "array": [], "null": None}


def number_mover(step: float = 0.5) -> Model:
    """A model whose edits move one number by a normal step of that size."""

    def answer(asked: Ask, dice: Random) -> Reply:
        return Reply(_text(asked, dice, step), asked.model, tokens=100, cost=0.001)

    return answer


def _text(asked: Ask, dice: Random, step: float) -> str:
    if asked.schema is not None:
        return json.dumps(least(asked.schema))
    told = "\n".join(message.text for message in asked.prompt.messages)
    found = _NUMBERS.findall(asked.prompt.messages[0].text)
    if not found or asked.role not in ("mutate", "crossover", "repair"):
        return "The numbers are too far from what is wanted."
    before = found[-1]
    mixed = crossed(before, found[-2], dice) if asked.role == "crossover" and len(found) > 1 else before
    after = moved(mixed, dice, step)
    if "<<<<<<< SEARCH" in told + asked.prompt.system:
        return f"One number moves.\n<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n"
    return f"One number moves.\n```python\n# EVOLVE-BLOCK-START\n{after}\n# EVOLVE-BLOCK-END\n```\n"


def moved(line: str, dice: Random, step: float) -> str:
    """The line with one of its numbers moved."""
    numbers = numbers_in(line)
    numbers[dice.randrange(len(numbers))] += dice.gauss(0, step)
    return line_of(numbers)


def crossed(line: str, other: str, dice: Random) -> str:
    """The line with about half of its numbers from another one."""
    pairs = zip(numbers_in(line), numbers_in(other), strict=True)
    return line_of([mine if dice.random() < 0.5 else theirs for mine, theirs in pairs])


def numbers_in(text: str) -> list[float]:
    """The numbers of the last `C = [...]` of a text; [] where there is none, or something else stands in it."""
    found = _NUMBERS.findall(text)
    try:
        return [float(part) for part in found[-1][len("C = [") : -1].split(",")] if found else []
    except ValueError:
        return []


def line_of(numbers: Sequence[float]) -> str:
    """C = [...] with these numbers."""
    return f"C = [{', '.join(f'{number:.6f}' for number in numbers)}]"


def least(schema: Mapping[str, Any]) -> Any:
    """The least JSON that fits a schema of objects and plain values."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: least(schema["properties"][name]) for name in schema.get("required", ())}
    return _LEAST[schema["type"]]
