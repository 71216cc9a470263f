"""Hill climbing: perturb the best candidate, keep what scores better.

The oldest local search; the baseline that every method has to beat at equal budget. Numbers move by a log-normal step
whose size follows the one-fifth success rule (Rechenberg 1973, Evolutionsstrategie).
"""
