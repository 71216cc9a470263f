"""Sharing an error budget among looks whose number nobody knows beforehand."""

DECAY = 1.5
_SUM = 2.612375348685488  # of k^-1.5 over all looks: ζ(1.5)


def spending(alpha: float, look: int, confirmed: int = 0) -> float:
    """Level of the look-th test (1, 2, …), where confirmed of the looks before it ended in a promotion.

    alpha · (confirmed + 1) · γ(k), γ(k) = k^-1.5 / ζ(1.5): the rule LOND of Javanmard and Montanari, Online Rules for
    Control of False Discovery Rate and False Discovery Exceedance, Annals of Statistics 46 (2018), section 2. Of the
    promotions of a run at most the share alpha is false, on average; where nothing is better, the chance of any
    promotion at all is at most alpha.

    Why: a false promotion at look k is one of at least confirmed + 1, so it adds at most 1 / (confirmed + 1) to the
    false share, with a chance of at most the level: alpha γ(k) together, and the γ add up to 1. That asks of a p value
    that it is valid whatever was seen before. A look measures anew, so it is, for the tasks of the gate. Until the
    first promotion not even that is needed: then it is a sum over looks that may have anything to do with each other.
    """
    return float(alpha * (confirmed + 1) * look**-DECAY / _SUM)
