"""Structural mutation of Python: statements and expressions, without a model.

The operators of genetic improvement and of mutation testing: delete, copy and exchange statements (Petke et al.,
Genetic Improvement of Software: A Comprehensive Survey, IEEE TEVC 22, 2018), exchange operators and operands (Offutt
et al., An Experimental Determination of Sufficient Mutant Operators, ACM TOSEM 5, 1996).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, ClassVar

from apps.engine.variation import python_expressions, python_statements
from apps.engine.variation.python_edits import first_sound
from apps.engine.variation.python_tree import parse
from apps.engine.variation.regions import editable
from apps.engine.variation.splices import Splice, spliced

type Draw = Callable[[str, Any, Random], list[Splice]]

_OF_STATEMENTS: tuple[Draw, ...] = (python_statements.swap, python_statements.delete, python_statements.duplicate)
_OF_EXPRESSIONS: Mapping[type[Any], Draw] = {
    python_expressions.Symbol: python_expressions.another_operator,
    python_expressions.Pair: python_expressions.swap_operands,
    python_expressions.Copy: python_expressions.copy_sibling,
    python_expressions.Amount: python_expressions.wrap,
}


@dataclass(frozen=True, slots=True)
class MutateStatements:
    """Makes count small changes of structure, one after another, each drawn uniformly over kinds and then over places.

    What does not compile is drawn again; None where nothing came of it.
    """

    count: int = 1
    name: ClassVar[str] = "mutate_statements"

    def edit(self, texts: Mapping[str, str], edits: Mapping[str, str], rng: Random) -> dict[str, str] | None:
        changed: dict[str, str] = {}
        for _ in range(self.count):
            changed |= first_sound({**texts, **changed}, edits, rng, places, _mutated)
        return {path: text for path, text in changed.items() if text != texts[path]} or None


def _mutated(text: str, kinds: Sequence[tuple[Draw, tuple[Any, ...]]], rng: Random) -> str:
    """The text with one small change."""
    draw, sites = rng.choice(kinds)
    return spliced(text, draw(text, rng.choice(sites), rng))


@lru_cache(maxsize=32)
def places(text: str, edit: str) -> tuple[tuple[Draw, tuple[Any, ...]], ...]:
    """Each kind of change with the places where it can be made; nothing where the text is no Python."""
    regions = editable(text, edit)
    tree = parse(text) if regions else None
    if tree is None:
        return ()
    statements = tuple(python_statements.statements(tree, regions))
    expressions = python_expressions.expressions(tree, regions)
    found: list[tuple[Draw, tuple[Any, ...]]] = [(draw, statements) for draw in _OF_STATEMENTS]
    for kind, draw in _OF_EXPRESSIONS.items():
        found.append((draw, tuple(site for site in expressions if type(site) is kind)))
    return tuple((draw, sites) for draw, sites in found if sites)
