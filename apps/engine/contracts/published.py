"""The published table of verdicts, without a test: what evoweb compares its own words with, and never uses.

Agentic Harness Engineering, evolve.py: flipped are the tasks that failed before and pass now, regressed the reverse.
An edit that does nothing passes for partly effective in more than half of the rounds where tasks are flaky.
"""

from collections.abc import Collection

from apps.engine.contracts.grading import Word


def published_word(
    predicted: Collection[str], at_risk: Collection[str], flipped: Collection[str], regressed: Collection[str]
) -> Word:
    """The word for an edit by the published table."""
    came, harm = len(set(predicted) & set(flipped)), bool(set(at_risk) & set(regressed))
    if harm:
        return "mixed" if came else "harmful"
    if not came:
        return "ineffective"
    return "effective" if came == len(set(predicted)) else "partly effective"
