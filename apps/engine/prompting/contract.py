"""The contract that a reply carries: what its author expects of the edit."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from apps.engine.contracts.validity import LONGEST_TEXT, MOST_TASKS
from apps.engine.effects import Contract
from apps.engine.replies import json_in
from apps.engine.variation.text.bounds import is_text
from apps.engine.variation.text.fences import blocks

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "hypothesis": ("hypothesis",),
    "evidence": ("evidence",),
    "predicted_fixes": ("predicted_fixes", "predicted fixes", "fixes"),
    "at_risk": ("at_risk", "at risk", "tasks at risk", "risk"),
    "probabilities": ("probabilities", "probability", "chances"),
}
_LABEL = re.compile(r"[ \t>*#_-]*+([A-Za-z][A-Za-z _]{2,20}?)[*_ \t]*:[*_ \t]*(.*)")
# Bounded everywhere: blanks that a name and what follows it may both take cost the cube of their number.
_CHANCE = re.compile(r"([^,;=:\s][^,;=:]{0,199}?)\s{0,3}[=:]\s{0,3}([01](?:\.\d{1,9})?|\.\d{1,9}|\d{1,3}\s{0,3}%)")


def contract_of(reply: str, tasks: Collection[str]) -> Contract:
    """The contract in a reply: a JSON object, or lines such as `Hypothesis: …`. Empty where there is none.

    Only tasks among the given keys count, and chances from 0 to 1: what cannot be measured claims nothing.
    """
    given = next(_objects(reply), None) or _labelled(reply)
    by_name = {task.strip().casefold(): task for task in tasks}
    return Contract(
        _text(given.get("hypothesis")),
        _text(given.get("evidence")),
        _tasks(given.get("predicted_fixes"), by_name),
        _tasks(given.get("at_risk"), by_name),
        _chances(given.get("probabilities"), by_name),
    )


def _objects(reply: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of the reply that hold a field of a contract; the last block first."""
    told = [block.text for block in blocks(reply) if "{" in block.text]
    for text in (*reversed(told[-10:]), reply):
        data = json_in(text)
        if isinstance(data, dict):
            inner = data.get("contract")
            fields = _fields(inner if isinstance(inner, dict) else data)
            if fields:
                yield fields


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    names = {str(key).strip().casefold(): value for key, value in data.items()}
    return {field: names[each] for field, known in _FIELDS.items() for each in known if each in names}


def _labelled(reply: str) -> dict[str, Any]:
    """What follows the fields' names on their lines."""
    found = (_LABEL.fullmatch(line) for line in reply.splitlines() if len(line) <= LONGEST_TEXT)
    return _fields({label[1].replace("_", " ").strip(): label[2] for label in found if label})


def _text(value: Any) -> str:
    return value.strip()[:LONGEST_TEXT] if isinstance(value, str) and is_text(value) else ""


def _tasks(value: Any, by_name: Mapping[str, str]) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    known = (by_name.get(str(name).strip(" \t`'\"").casefold()) for name in names)
    return tuple(dict.fromkeys(task for task in known if task is not None))[:MOST_TASKS]


def _chances(value: Any, by_name: Mapping[str, str]) -> dict[str, float]:
    if isinstance(value, str):
        value = {name.strip(" \t`'\""): chance for name, chance in _CHANCE.findall(value[:LONGEST_TEXT])}
    if not isinstance(value, dict):
        return {}
    chances = {by_name.get(str(name).strip().casefold()): _chance(chance) for name, chance in value.items()}
    return {task: chance for task, chance in list(chances.items())[:MOST_TASKS] if task and chance is not None}


def _chance(value: Any) -> float | None:
    """A number from 0 to 1, also as text or in per cent; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value[:-1]) / 100 if isinstance(value, str) and value.endswith("%") else float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= 1 else None
