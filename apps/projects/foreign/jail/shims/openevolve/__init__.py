"""Stands in for the openevolve package inside the sandbox: the names that evaluators import."""

from .evaluation_result import EvaluationResult

__all__ = ["EvaluationResult"]
