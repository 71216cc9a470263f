"""Stands in for the gepa package inside the sandbox: the names that adapters and evaluators import."""

from typing import Any

import standin

from .core.adapter import EvaluationBatch, GEPAAdapter

optimize = standin.refuse

__all__ = ["EvaluationBatch", "GEPAAdapter", "optimize"]


def __getattr__(name: str) -> Any:
    return standin.unused(__name__, name)
