"""Candidates that cannot be any good, for the self-test of an evaluator that runs the program itself."""

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence

from apps.projects.components import PackagedComponent

_NOTHING = "\n\ndef {name}(*_, **__):\n    return None\n"


def sabotaged(components: Sequence[PackagedComponent]) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """What they are, and their files."""
    files = {component.path: component.content for component in components}
    edited = [component for component in components if component.edit != "protected"]
    yield "a candidate with nothing in it", files | {component.path: b"" for component in edited}
    yield "a candidate that answers nothing", files | {component.path: _silenced(component) for component in edited}


def _silenced(component: PackagedComponent) -> bytes:
    """A Python program whose functions return nothing; any other text backwards."""
    text = component.content.decode()
    names = _functions(text) if component.path.endswith(".py") else []
    if not names:
        return text[::-1].encode()
    return (text + "".join(_NOTHING.format(name=name) for name in names)).encode()


def _functions(text: str) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
