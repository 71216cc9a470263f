"""The names of optimize_anything that an evaluator uses: log; everything that would start a search refuses."""

from typing import Any

import standin

LOGGED: list[str] = []

optimize_anything = standin.refuse


def log(*words: Any, sep: str = " ", end: str = "") -> None:
    """Told to the model beside the score."""
    LOGGED.append(sep.join(map(str, words)) + end)


def __getattr__(name: str) -> Any:
    return standin.unused(__name__, name)
