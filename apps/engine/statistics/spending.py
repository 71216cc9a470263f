"""Sharing an error budget among looks whose number nobody knows beforehand."""


def spending(alpha: float, look: int) -> float:
    """Level of the look-th test (1, 2, …): alpha / (k (k + 1)), so that all looks together stay below alpha."""
    return alpha / (look * (look + 1))
