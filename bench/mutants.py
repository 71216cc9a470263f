"""Programs broken on purpose, one place at a time: which of them do a task's tests catch?"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy

MOST = 3  # mutants of one kind and program

_TURNED: dict[type, type] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_OTHER: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}


def mutants(program: str, name: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of each broken form of the function of that name; the rest of the program stays."""
    tree = ast.parse(program)
    for kind, places in _KINDS.items():
        for at in range(min(MOST, len(list(places(_function(tree, name)))))):
            broken = deepcopy(tree)
            list(places(_function(broken, name)))[at]()
            yield kind, ast.unparse(ast.fix_missing_locations(broken))


def _function(tree: ast.Module, name: str) -> ast.FunctionDef:
    """The last definition of that name."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name][-1]


type Break = Callable[[], None]


def _empty(function: ast.FunctionDef) -> Iterator[Break]:
    def act() -> None:
        function.body = [ast.Pass()]

    yield act


def _no_return(function: ast.FunctionDef) -> Iterator[Break]:
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]

    def act() -> None:
        for node in returns:
            node.value = None

    if returns:
        yield act


def _constants(function: ast.FunctionDef) -> Iterator[Break]:
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield _setter(node, "value", node.value + 1)


def _comparisons(function: ast.FunctionDef) -> Iterator[Break]:
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _TURNED:
            yield _setter(node, "ops", [_TURNED[type(node.ops[0])](), *node.ops[1:]])


def _operators(function: ast.FunctionDef) -> Iterator[Break]:
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OTHER:
            yield _setter(node, "op", _OTHER[type(node.op)]())


def _setter(node: ast.AST, field: str, value: object) -> Break:
    return lambda: setattr(node, field, value)


_KINDS: dict[str, Callable[[ast.FunctionDef], Iterator[Break]]] = {
    "empty body": _empty,
    "nothing returned": _no_return,
    "constant + 1": _constants,
    "comparison turned": _comparisons,
    "other operator": _operators,
}
