"""The scorer of a project whose evaluator ran beside the candidate: it takes down what came out, as plain data."""

from typing import Any


def read(asked: Any, expected: Any, output: Any, seed: int) -> dict[str, Any]:
    """The verdict that came out of the jail. Whatever ran in there may have written it."""
    if not isinstance(output, dict):
        return {"incorrect": "the evaluation left no verdict"}
    if "incorrect" in output:
        return {"incorrect": str(output["incorrect"])}
    return {"score": output.get("score"), "metrics": output.get("metrics"), "feedback": output.get("feedback")}
