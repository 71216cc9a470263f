"""A child of two parents, made of their numbers, their statements or their regions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import ClassVar, NamedTuple

from apps.engine.variation.line import between
from apps.engine.variation.literals import fitted
from apps.engine.variation.numbers import numbers
from apps.engine.variation.python_statements import Statement, indentation, statements
from apps.engine.variation.python_tree import compiles, parse
from apps.engine.variation.regions import editable, outside_unchanged
from apps.engine.variation.splices import Splice, spliced

TRIES = 8
_PYTHON = (".py", ".pyi")


class _Couple(NamedTuple):
    """One file of both parents, alike outside of its regions."""

    path: str
    mode: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Crossover:
    """Takes the first parent and brings in parts of the second, file by file, on the finest level that both share.

    Where the files differ in nothing but numbers, each number comes from either parent with equal chance (uniform
    crossover: Syswerda, Uniform Crossover in Genetic Algorithms, ICGA 1989). Else, in Python, a statement gives way to
    one from the same nesting level of the other parent, both of which the other side lacks; one that begins with the
    same line where there is such. Else each region comes whole from either parent. A child that equals one of its
    parents is drawn again, TRIES times in all.
    """

    name: ClassVar[str] = "crossover"

    def edit(
        self, first_texts: Mapping[str, str], second_texts: Mapping[str, str], edits: Mapping[str, str], rng: Random
    ) -> dict[str, str] | None:
        """As Operator.edit, relative to the first parent; None also where no child differs from both."""
        couples = list(_couples(first_texts, second_texts, edits))
        for _ in range(TRIES if couples else 0):
            child = {couple.path: _crossed(couple, rng) for couple in couples}
            changed = {couple.path: child[couple.path] for couple in couples if child[couple.path] != couple.first}
            if changed and any(child[couple.path] != couple.second for couple in couples):
                return changed
        return None


def _couples(
    first_texts: Mapping[str, str], second_texts: Mapping[str, str], edits: Mapping[str, str]
) -> Iterator[_Couple]:
    for path in sorted(first_texts.keys() & second_texts.keys()):
        couple = _Couple(path, edits.get(path, "protected"), first_texts[path], second_texts[path])
        if couple.first != couple.second and outside_unchanged(couple.first, couple.second, couple.mode):
            yield couple


def _crossed(couple: _Couple, rng: Random) -> str:
    for level in (_numbers, _statements):
        text = level(couple, rng)
        if text is not None:
            return text
    return _regions(couple, rng)


def _numbers(couple: _Couple, rng: Random) -> str | None:
    """Each number from either parent; None where the files differ in more than numbers."""
    mine, theirs = (numbers(text, couple.mode, couple.path) for text in (couple.first, couple.second))
    if between(couple.first, mine) != between(couple.second, theirs):
        return None
    text = couple.first
    for here, there in zip(reversed(mine), reversed(theirs), strict=True):  # from the back: offsets stay true
        if rng.random() < 0.5:
            before, after = text[: here.start], text[here.end :]
            text = before + fitted(before[-1:], there.text, after[:9]) + after
    return text


def _statements(couple: _Couple, rng: Random) -> str | None:
    """One statement given up for one of the other parent; None where no such child compiles."""
    if not couple.path.endswith(_PYTHON):
        return None
    mine, theirs = _own_statements(couple)
    for _ in range(TRIES if mine else 0):
        old = rng.choice(mine)
        fit = _fitting(couple, old, theirs)
        if not fit:
            continue
        text = spliced(couple.first, [Splice(old.at, rng.choice(fit).at.of(couple.second))])
        if outside_unchanged(couple.first, text, couple.mode) and compiles(text):
            return text
    return None


def _own_statements(couple: _Couple) -> tuple[list[Statement], list[Statement]]:
    """The statements of either parent that the other does not have."""
    mine, theirs = (_statements_of(text, couple.mode) for text in (couple.first, couple.second))
    said_first = {each.at.of(couple.first) for each in mine}
    said_second = {each.at.of(couple.second) for each in theirs}
    return (
        [each for each in mine if each.at.of(couple.first) not in said_second],
        [each for each in theirs if each.at.of(couple.second) not in said_first],
    )


def _fitting(couple: _Couple, old: Statement, theirs: Sequence[Statement]) -> list[Statement]:
    """Those that may stand in the place of old: same level, and the same first line if there are such."""

    def look(text: str, statement: Statement) -> tuple[int, str]:
        return statement.depth, indentation(text, statement.at)

    fit = [new for new in theirs if look(couple.second, new) == look(couple.first, old)]
    head = old.at.of(couple.first).splitlines()[0]
    return [new for new in fit if new.at.of(couple.second).splitlines()[0] == head] or fit


def _regions(couple: _Couple, rng: Random) -> str:
    """Each region from either parent, as long as that is still Python where it was."""
    mine, theirs = (editable(text, couple.mode) for text in (couple.first, couple.second))
    taken = [Splice(old, new.of(couple.second)) for old, new in zip(mine, theirs, strict=True) if rng.random() < 0.5]
    text = spliced(couple.first, taken)
    broken = couple.path.endswith(_PYTHON) and not compiles(text)
    return couple.first if broken else text


@lru_cache(maxsize=32)
def _statements_of(text: str, mode: str) -> tuple[Statement, ...]:
    tree = parse(text)
    return tuple(statements(tree, editable(text, mode))) if tree else ()
