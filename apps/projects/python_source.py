"""Looks for functions in Python source without running it."""

import ast
import warnings
from collections.abc import Iterator

from apps.projects.manifest import Function
from apps.projects.problems import Report, quoted
from apps.projects.vocabulary import suggestion


def check_function(function: Function, text: str, calling: str, report: Report) -> None:
    """The function must be bound at the top level of its file; calling says how evoweb calls it."""
    try:
        tree = _parsed(text)
    except SyntaxError as error:
        report.add(function.file, error.lineno, f"this is not valid Python: {error.msg}", "Correct the line.")
        return
    except (ValueError, RecursionError, MemoryError):
        report.add(function.file, 1, "the file is too deeply nested to be read", "Write it flatter.")
        return
    names = tuple(dict.fromkeys(_bound(tree)))
    if function.name in names or "*" in names:
        return
    remedy = f"Define it ({calling}). {suggestion(function.name, names)}"
    report.add(function.file, 1, f"there is no function {quoted(function.name)} in the file", remedy)


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape is the author's business
        return ast.parse(text)


def _bound(node: ast.AST) -> Iterator[str]:
    """Names bound at the top level, also under if, try and with; * where a star import may bind anything."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield child.name
            case ast.alias():
                yield child.asname or child.name
            case ast.Name(ctx=ast.Store()):
                yield child.id
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                continue
            case _:
                yield from _bound(child)
