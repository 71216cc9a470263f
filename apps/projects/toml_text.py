"""Parameters as people write them: a line of TOML each."""

import json
from collections.abc import Mapping
from typing import Any

from apps.projects.problems import Report
from apps.projects.toml_reader import Document


def written(values: Mapping[str, Any]) -> str:
    """One line per value; texts, numbers, true and false, and lists of them look alike in JSON and in TOML."""
    return "\n".join(f"{name} = {word(value)}" for name, value in values.items())


def word(value: Any) -> str:
    """One value as TOML."""
    return json.dumps(value, ensure_ascii=False)


def read(text: str) -> dict[str, Any]:
    """The values in lines of TOML. Raises PackageError naming the line."""
    report = Report()
    values = Document("line", text, report).root.values()
    report.settle()
    return values
