"""Filling $names in a template. What is filled in is never read again, so no text can bring a placeholder with it."""

from collections.abc import Collection, Mapping
from string import Template

DOLLAR = "Write $$ for a dollar sign."


def filled(name: str, text: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders replaced; name is what a ValueError about it calls it."""
    check(name, text, values.keys())
    return Template(text).substitute(values)


def check(name: str, text: str, known: Collection[str]) -> None:
    """Raises ValueError for a placeholder that is not among the known ones, and for a lone dollar sign."""
    template = Template(text)
    if not template.is_valid():
        raise ValueError(
            f"template {name!r}: line {_invalid_line(text)} holds a $ that begins no placeholder. {DOLLAR}"
        )
    unknown = [each for each in template.get_identifiers() if each not in known]
    if unknown:
        may = ", ".join(f"${each}" for each in sorted(known)) or "no placeholder"
        raise ValueError(f"template {name!r} holds ${unknown[0]}; it may hold {may}. {DOLLAR}")


def _invalid_line(text: str) -> int:
    at = next(found.start() for found in Template.pattern.finditer(text) if found["invalid"] is not None)
    return text.count("\n", 0, at) + 1
