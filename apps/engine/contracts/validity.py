"""What a contract may say: bounded texts, tasks that methods may see, chances that are chances."""

from collections.abc import Collection, Iterable
from typing import Any

from apps.engine.effects import Contract

LONGEST_TEXT = 20_000  # characters of the hypothesis, and of the evidence
MOST_TASKS = 1_000  # that each part of a contract may name


def complaint(contract: Contract, tasks: Collection[str]) -> str:
    """Why the contract may not stand, in a sentence for its author; "" where it may.

    tasks are the keys that methods may see. The contract may come from a model: nothing is taken for granted.
    """
    named = {
        "the predicted fixes": contract.predicted_fixes,
        "the tasks at risk": contract.at_risk,
        "the probabilities": contract.probabilities,
    }
    for what, text in (("hypothesis", contract.hypothesis), ("evidence", contract.evidence)):
        if said := _text(what, text):
            return said
    for where, keys in named.items():
        if said := _tasks(where, keys, tasks):
            return said
    return _chances(contract.probabilities.items())


def _text(what: str, text: Any) -> str:
    if not isinstance(text, str):
        return f"the {what} of the contract is no text"
    if len(text) > LONGEST_TEXT:
        return f"the {what} of the contract has {len(text)} characters; {LONGEST_TEXT} are allowed"
    try:
        text.encode()
    except UnicodeEncodeError:
        return f"the {what} of the contract holds characters that are no text"
    return ""


def _tasks(where: str, keys: Collection[Any], tasks: Collection[str]) -> str:
    if len(keys) > MOST_TASKS:
        return f"{where} name {len(keys)} tasks; {MOST_TASKS} are allowed"
    unknown = next((key for key in keys if key not in tasks), None)
    return "" if unknown is None else f"{where} name {str(unknown)[:100]!r}, which is no task that methods may see"


def _chances(chances: Iterable[tuple[str, Any]]) -> str:
    for task, chance in chances:
        number = isinstance(chance, int | float) and not isinstance(chance, bool)
        if not number or not 0 <= chance <= 1:  # also where it is no number at all
            shown = f"{chance!r}" if isinstance(chance, float) else "something else"
            return f"the probability of {task!r} is {shown}; it must be a number from 0 to 1"
    return ""
