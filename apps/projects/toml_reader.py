"""Reads a TOML document key by key; what is missing, unknown or of the wrong type becomes a problem with its line."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import inf, isfinite, nan
from typing import Any

from apps.projects.folder import one_line
from apps.projects.problems import Report, quoted
from apps.projects.toml_lines import Path, line_of, locate
from apps.projects.vocabulary import Bound, suggestion

_KINDS: dict[type, str] = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list in brackets",
    dict: "a table",
}
_MISSING: Any = object()


class Document:
    """A TOML file: its values, and where each stands."""

    def __init__(self, file: str, text: str, report: Report) -> None:
        """Raises PackageError at once if the text is not TOML."""
        self.file = file
        self.report = report
        self._text = text.replace("\r\n", "\n")
        self._values = self._parse()

    @property
    def root(self) -> "Table":
        return Table(self, self._values, ())

    def without(self, key: str) -> "Table":
        """The table of that name, taken out of the document."""
        table = self.root.table(key)
        self._values.pop(key, None)
        return table

    def add_texts(self, path: tuple[str, str], texts: Sequence[str]) -> None:
        """Append texts to a list in a table, each once, as if they stood in the document."""
        name, key = path
        table = self._values.setdefault(name, {})
        if isinstance(table, dict) and isinstance(table.get(key, []), list):
            table[key] = list(dict.fromkeys([*table.get(key, []), *texts]))

    def lay_over(self, values: Mapping[str, Any]) -> None:
        """From now on the document is written on top of these values: what it says itself wins."""
        self._values = _merged(values, self._values)

    def problem(self, path: Path, what: str, remedy: str = "") -> None:
        self.report.add(self.file, line_of(self._lines, path), what, remedy)

    def line(self, path: Path) -> int | None:
        return line_of(self._lines, path)

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return locate(self._text)

    def _parse(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = int(place[1]) if place else self._text.rstrip().count("\n") + 1
            what = re.sub(r" \(at .*\)$", "", str(error))
            self.report.add(
                self.file, line, f"this is not valid TOML: {what}", "Text needs quotes; see https://toml.io."
            )
        except RecursionError:
            self.report.add(self.file, 1, "values are nested too deeply", "Flatten them.")
        self.report.settle()
        raise AssertionError("settle raises here")


class Table:
    """One table of a document. Every getter answers a value of its type, a harmless one after reporting a problem."""

    def __init__(self, document: Document, values: Mapping[str, Any], path: Path) -> None:
        self._document = document
        self._values = values
        self._known: list[str] = []
        self.path = path

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def problem(self, key: str, what: str, remedy: str = "") -> None:
        self._document.problem((*self.path, key), what, remedy)

    def line(self, key: str) -> int | None:
        return self._document.line((*self.path, key))

    def text(self, key: str, default: str | None = None, longest: int = 100) -> str:
        """One line of text, in its composed form."""
        value = self._take(key, str, default)
        if not isinstance(self._values.get(key), str):
            return value or ""
        text = unicodedata.normalize("NFC", value).strip()
        if not text or not one_line(text) or len(text) > longest:
            self.problem(
                key, f"{key} must be one line of 1 to {longest} characters, not {quoted(value)}", "Shorten it."
            )
            return ""
        return text

    def prose(self, key: str, longest: int) -> str:
        """Text of any number of lines; empty where there is none."""
        value = str(self._take(key, str, ""))
        if len(value) > longest or "\0" in value:
            self.problem(key, f"{key} has {len(value):,} characters", f"Write at most {longest:,}.")
            return ""
        return value.strip()

    def word(self, key: str, known: tuple[str, ...], default: str) -> str:
        """One of the known words."""
        value = self._take(key, str, default)
        if value not in known:
            self.problem(key, f"unknown {key} {quoted(value)}", suggestion(value, known))
            return default
        return str(value)

    def number(self, key: str, bound: Bound) -> Any:
        """A number within its bounds, of the type of its default."""
        kind = type(bound.default)
        value = self._take(key, kind, bound.default)
        if bound.least <= value <= bound.most:
            return value
        self.problem(key, f"{key} is {value}", f"Write {_KINDS[kind]} from {bound.least} to {bound.most}.")
        return bound.default

    def real(self, key: str) -> float:
        """A finite number that must be there; NaN after reporting a problem."""
        value: float | None = self._take(key, float, None)
        if value is not None and not isfinite(value):
            self.problem(key, f"{key} is {value}", "Write a finite number.")
        return nan if value is None or not isfinite(value) else value

    def flag(self, key: str, default: bool | None) -> bool | None:
        """True or false; None only where that is the default."""
        value: bool | None = self._take(key, bool, default, required=False)
        return value

    def texts(self, key: str) -> list[str]:
        """A list of one-line texts, each once."""
        values = self._take(key, list, [])
        for value in values:
            if not isinstance(value, str) or not one_line(value):
                self.problem(key, f"{key} holds {quoted(value)}", "Write a list of texts in quotes.")
                return []
            if values.count(value) > 1:
                self.problem(key, f"{key} names {quoted(value)} more than once", "Name it once.")
                return []
        return list(values)

    def raw(self, key: str, default: Any) -> Any:
        """Whatever stands there."""
        return self._take(key, object, default)

    def table(self, key: str) -> "Table":
        return Table(self._document, self._take(key, dict, {}), (*self.path, key))

    def tables(self, key: str) -> list["Table"]:
        """The tables written as [[key]]."""
        values = self._take(key, list, [])
        if not all(isinstance(value, dict) for value in values):
            self.problem(key, f"{key} must be written as tables", f"Begin each with [[{key}]] on a line of its own.")
            return []
        return [Table(self._document, value, (*self.path, key, index)) for index, value in enumerate(values)]

    def values(self) -> dict[str, Any]:
        """Everything in the table; all its keys count as known."""
        self._known.extend(self._values)
        return dict(self._values)

    def close(self) -> None:
        """Report keys that nobody asked for."""
        for key in self._values:
            if key not in self._known:
                self.problem(key, f"unknown key {quoted(key)}", suggestion(key, tuple(dict.fromkeys(self._known))))

    def _take(self, key: str, kind: type, default: Any, required: bool = True) -> Any:
        self._known.append(key)
        value = self._values.get(key, _MISSING)
        if value is _MISSING:
            if default is None and required:
                self.problem(key, f"{key} is missing", f"Add it{self._place()}.")
            return default
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return _as_float(value)
        if isinstance(value, kind) and (kind is bool or kind is object or not isinstance(value, bool)):
            return value
        self.problem(key, f"{key} must be {_KINDS[kind]}, not {quoted(value)}", "Change its value.")
        return default

    def _place(self) -> str:
        names = [part for part in self.path if isinstance(part, str)]
        return f" under [{'.'.join(names)}]" if names else " at the top, before the first [table]"


def _merged(below: Any, above: Any) -> Any:
    """Tables are merged key by key; anything else above hides what is below."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    return {
        **below,
        **{key: _merged(below[key], value) if key in below else value for key, value in above.items()},
    }


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:  # TOML's numbers have any length
        return inf if value > 0 else -inf
