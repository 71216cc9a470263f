"""The scorers that an evaluator may import, and how they come into a project."""

import ast
from functools import cache
from pathlib import Path

NAME = "evoweb_scorers"


@cache
def library() -> dict[str, str]:
    """Text of the package's files by path, as they lie beside an evaluator that imports it."""
    folder = Path(__file__).parent
    return {str(file.relative_to(folder)): file.read_text() for file in sorted(folder.glob(f"{NAME}/*.py"))}


def imports_library(text: str) -> bool:
    """Whether a Python text imports the package anywhere. False for a text that is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    return any(name.partition(".")[0] == NAME for name in named)
