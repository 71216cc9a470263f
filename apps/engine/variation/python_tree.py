"""A syntax tree of Python whose nodes know their place in the text, so that an edit can be a splice of the text.

The standard parser with offsets serves as a concrete syntax tree: a splice keeps comments and layout, needs no code
generation, and parses about twenty times faster than a tree that stores them (250 lines: 7 against 117 ms).
"""

import ast
import re
import warnings
from collections.abc import Iterator

from apps.engine.variation.regions import Region

LARGEST = 400_000  # characters; longer texts are not parsed
_BOM = "\ufeff"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class Tree:
    """A parsed text. Offsets are in characters."""

    def __init__(self, text: str, root: ast.Module) -> None:
        self.text = text
        self.root = root
        self._lines = [(found.start(), found[0]) for found in _LINE.finditer(text)]
        if text.startswith(_BOM):
            self._lines[0] = (1, self._lines[0][1][1:])

    def span(self, node: ast.expr | ast.stmt) -> Region:
        """Where the node stands, without parentheses around it and without decorators."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return Region(self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset))

    def lines(self, first: int, last: int) -> Region:
        """From the beginning of one line to the end of another, its line end left out. Lines count from 1."""
        start, line = self._lines[last - 1]
        return Region(self._lines[first - 1][0], start + len(line.rstrip("\r\n")))

    def _offset(self, line: int, column: int) -> int:
        """column counts bytes of UTF-8, as ast does."""
        start, content = self._lines[line - 1]
        return start + (column if content.isascii() else len(content.encode()[:column].decode()))


def parse(text: str) -> Tree | None:
    """The tree of a text; None where it is too long, nested too deeply or not Python."""
    if len(text) > LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Tree(text, ast.parse(text.removeprefix(_BOM)))
    except _UNPARSABLE:
        return None


def compiles(text: str) -> bool:
    """Is the text a module that Python takes? It is not run."""
    if len(text) > LARGEST:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text.removeprefix(_BOM), "<candidate>", "exec", dont_inherit=True)
    except _UNPARSABLE:
        return False
    return True


def code_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """All nodes in the order of the text, but nothing inside f-strings and the patterns of `case`."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.JoinedStr, ast.pattern)):
            yield node
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
