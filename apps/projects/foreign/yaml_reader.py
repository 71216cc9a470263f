"""Settings of a YAML file by dotted path, each with its line. Bounded, without aliases, never building objects.

PyYAML's composer gives a tree of nodes; only plain scalars are turned into values, so nothing in the file can run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from apps.projects.problems import Report, quoted

LARGEST = 256_000
_DEEPEST = 12
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it stands. A list is one value."""

    path: str
    value: Any
    line: int


class _TooMuch(Exception):
    """The file is no configuration that a person wrote."""


def read_settings(file: str, text: str, report: Report) -> list[Setting]:
    """All settings in order; the last of equal names, with a note on the others. Problems go to report."""
    try:
        _refuse_aliases(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        found = list(_walk(root, "", 0)) if root is not None else []
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        report.add(file, line, f"this is not valid YAML: {error.problem or error}", "Correct the line.")
        return []
    except (_TooMuch, yaml.YAMLError, ValueError, RecursionError) as error:
        report.add(file, 1, f"this is no configuration that can be read: {error}", "Write it flatter and plainer.")
        return []
    kept: dict[str, Setting] = {}
    for setting in found:
        if setting.path in kept:
            what = f"{quoted(setting.path)} stands here again; line {kept[setting.path].line} counts for nothing"
            report.note(file, setting.line, what)
        kept[setting.path] = setting
    return list(kept.values())


def _refuse_aliases(text: str) -> None:
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken):
            raise _TooMuch(f"it uses the alias *{token.value} in line {token.start_mark.line + 1}")


def _walk(node: yaml.Node, path: str, depth: int) -> Iterator[Setting]:
    if depth > _DEEPEST:
        raise _TooMuch("it is nested too deeply")
    if not isinstance(node, yaml.MappingNode):
        yield Setting(path, _plain(node, depth), node.start_mark.line + 1)
        return
    if len(node.value) > _MOST:
        raise _TooMuch("it has too many keys")
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        inner = f"{path}.{name}" if path else name
        if isinstance(value, yaml.MappingNode) and value.value:
            yield from _walk(value, inner, depth + 1)
        else:
            yield Setting(inner, _plain(value, depth + 1), key.start_mark.line + 1)


def _plain(node: yaml.Node, depth: int) -> Any:
    if depth > _DEEPEST:
        raise _TooMuch("it is nested too deeply")
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, depth + 1) for item in node.value[:_MOST]]
    return {str(key.value): _plain(value, depth + 1) for key, value in node.value[:_MOST]}


def _scalar(node: yaml.ScalarNode) -> Any:
    """Numbers, truth values, nothing, and texts; a date or a tag of Python stays the text that it is."""
    known = ("int", "float", "bool", "null")
    if node.tag.removeprefix("tag:yaml.org,2002:") not in known:
        return str(node.value)
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    finally:
        loader.dispose()
