"""Evidence: intervals, tests and what they can see. Tasks are the unit, not repeats; among methods, seeds are.

For experiments: `interquartile_mean`, `interquartile_interval`, `probability_of_improvement`, `paired_p`, `holm`,
`fisher_p`. For judges: `kappa`, `kappa_interval`.
"""

from apps.engine.statistics.bootstrap import bootstrap
from apps.engine.statistics.chances import sum_of_chances
from apps.engine.statistics.difficulty import Difficulty
from apps.engine.statistics.effect_size import smallest_effect, smallest_effect_of
from apps.engine.statistics.fisher import fisher_p
from apps.engine.statistics.holm import holm
from apps.engine.statistics.improvement import probability_of_improvement
from apps.engine.statistics.interval import Interval
from apps.engine.statistics.kappa import MODERATE, kappa, kappa_interval
from apps.engine.statistics.outlook import Outlook, outlook
from apps.engine.statistics.quartiles import interquartile_interval, interquartile_mean
from apps.engine.statistics.rank_sum import rank_sum_p
from apps.engine.statistics.shrinkage import above, shrunk
from apps.engine.statistics.sign_flip import EXACT_UP_TO, paired_p, sign_flip_p, smallest_p
from apps.engine.statistics.spending import spending

__all__ = [
    "EXACT_UP_TO",
    "MODERATE",
    "Difficulty",
    "Interval",
    "Outlook",
    "above",
    "bootstrap",
    "fisher_p",
    "holm",
    "interquartile_interval",
    "interquartile_mean",
    "kappa",
    "kappa_interval",
    "outlook",
    "paired_p",
    "probability_of_improvement",
    "rank_sum_p",
    "shrunk",
    "sign_flip_p",
    "smallest_effect",
    "smallest_effect_of",
    "smallest_p",
    "spending",
    "sum_of_chances",
]
