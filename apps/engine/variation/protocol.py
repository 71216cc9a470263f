"""What an operator is: a pure way to make new texts from a parent's."""

from collections.abc import Mapping
from random import Random
from typing import Protocol


class Operator(Protocol):
    """Varies one parent.

    texts holds the parent's texts by path, edits each path's mode: "whole", "regions" or "protected" (also where it is
    missing). The answer holds the complete new text of each file that changes, or is None where nothing can be varied.
    Equal arguments and equal states of rng give equal answers. Raises RegionError where markers do not pair up.
    """

    @property
    def name(self) -> str: ...

    def edit(self, texts: Mapping[str, str], edits: Mapping[str, str], rng: Random) -> dict[str, str] | None: ...
