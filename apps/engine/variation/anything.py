"""The operators that are tried where nothing is known of what is varied, and whether any of them finds work there."""

from collections.abc import Mapping
from random import Random

from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.variation.protocol import Operator
from apps.engine.variation.statements import MutateStatements

# With weights. Steps of several sizes serve where the best size is not known and changes as a run goes on. Most changes
# of structure break something, so they are tried less often, wherever there is anything else to vary.
ARMS: tuple[tuple[float, Operator], ...] = (
    (1.0, PerturbNumbers(0.02)),
    (1.0, PerturbNumbers(0.1)),
    (1.0, PerturbNumbers(0.5)),
    (0.5, MutateStatements()),
)
TRIALS = 8


def arms(texts: Mapping[str, str], edits: Mapping[str, str]) -> tuple[tuple[float, Operator], ...]:
    """Those of ARMS that find something to vary in these texts."""
    dice = Random(0)
    return tuple(
        (weight, operator)
        for weight, operator in ARMS
        if any(operator.edit(texts, edits, dice) is not None for _ in range(TRIALS))
    )


def nothing_to_vary(texts: Mapping[str, str], edits: Mapping[str, str]) -> str:
    """A complaint for a person where none of ARMS finds anything, else ""."""
    if arms(texts, edits):
        return ""
    return (
        "nothing that may be edited holds a number or a Python statement. Put EVOLVE-BLOCK markers around what is to "
        "change, or make a component editable as a whole."
    )
