"""Insertion: one more argument or item, said in words of the program itself.

Most of what a change brings stands somewhere in the same program already: Barr et al., The Plastic Surgery Hypothesis,
FSE 2014. So what is inserted is drawn from the expressions of what may be edited, each of them as likely, however often
it is said. Rows of data, displays that hold nothing but literals, stay as long as they are: who reads them counts.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import ClassVar, NamedTuple

from apps.engine.variation.python_edits import first_sound
from apps.engine.variation.python_tree import Tree, code_nodes, parse
from apps.engine.variation.regions import Region, editable
from apps.engine.variation.splices import Splice, spliced, within

LONGEST = 40  # characters of an ingredient: longer ones are statements in disguise
_SAID = (ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Call)


class Item(NamedTuple):
    """A place right behind an argument or item, and what can be said there."""

    behind: int
    ingredients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InsertExpression:
    """Adds an argument or an item behind a drawn one. What does not compile is drawn again."""

    name: ClassVar[str] = "insert_expression"

    def edit(self, texts: Mapping[str, str], edits: Mapping[str, str], rng: Random) -> dict[str, str] | None:
        return first_sound(texts, edits, rng, places, _inserted) or None


def _inserted(text: str, items: Sequence[Item], rng: Random) -> str:
    item = rng.choice(items)
    return spliced(text, [Splice(Region(item.behind, item.behind), f", {rng.choice(item.ingredients)}")])


@lru_cache(maxsize=32)
def places(text: str, edit: str) -> tuple[Item, ...]:
    """Where something can be inserted, in the order of the text; nowhere where the text is no Python."""
    regions = editable(text, edit)
    tree = parse(text) if regions else None
    if tree is None:
        return ()
    ingredients = tuple(sorted(set(_ingredients(tree, regions))))
    items = [tree.span(item) for node in code_nodes(tree.root) for item in _items(node)]
    return tuple(Item(item.end, ingredients) for item in items if within(item, regions))


def _items(node: ast.AST) -> Sequence[ast.expr]:
    """Arguments by position, or the items of a display that is more than a row of data."""
    match node:
        case ast.Call(args=items) if not any(isinstance(item, ast.GeneratorExp) for item in items):
            return items
        case ast.List(elts=items, ctx=ast.Load()) | ast.Tuple(elts=items, ctx=ast.Load()) | ast.Set(elts=items):
            return [] if all(_is_data(item) for item in items) else items
    return []


def _is_data(item: ast.expr) -> bool:
    return not any(isinstance(node, (ast.Name, ast.Call)) for node in ast.walk(item))


def _ingredients(tree: Tree, regions: Sequence[Region]) -> Iterator[str]:
    for node in code_nodes(tree.root):
        if isinstance(node, _SAID) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            at = tree.span(node)
            said = at.of(tree.text)
            if within(at, regions) and len(said) <= LONGEST and said.isprintable():
                yield said
