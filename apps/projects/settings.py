"""How a project's candidates are run and evolved, as evoweb.toml says."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """Columns of Project. limits and evaluator_limits are complete: a later change of a default changes no project.

    worker says which role answers what candidates ask, and within which limits; empty where no model is measured.
    rubric says which role judges answers by which text and levels; empty where an evaluator scores.
    """

    limits: Mapping[str, Any]
    evaluator_limits: Mapping[str, Any]
    packages: tuple[str, ...]
    preload: tuple[str, ...]
    variables: Mapping[str, str]
    method: str
    parameters: Mapping[str, Any]
    budget: Mapping[str, float]
    mode: str
    parallel: int
    contracts: Mapping[str, Any]
    seed: int = 0
    worker: Mapping[str, Any] = field(default_factory=dict)
    rubric: Mapping[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """The values by column."""
        return asdict(self)
