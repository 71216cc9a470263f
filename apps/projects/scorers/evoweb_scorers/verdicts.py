"""What every scorer returns."""

from typing import NotRequired, TypedDict


class Verdict(TypedDict):
    """score is 1.0 for a right answer and 0.0 for any other; metrics say how near it came."""

    score: float
    feedback: str
    metrics: NotRequired[dict[str, float]]


def verdict(right: bool, feedback: str = "", **metrics: float) -> Verdict:
    """A right answer, or a wrong one with the reason. The reason never tells what was expected."""
    told: Verdict = {"score": float(right), "feedback": feedback}
    if metrics:
        told["metrics"] = metrics
    return told
