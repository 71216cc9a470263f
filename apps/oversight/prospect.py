"""What is to be expected of a candidate, in a sentence: of taking it, and of measuring the best of many once more."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from django.db.models import Avg, F, Subquery

from apps.common.ids import of_run
from apps.common.templatetags.pages import number
from apps.engine.statistics import outlook, shrunk
from apps.records.models import CandidateEdit, Run

_VANISHING = 0.001  # of the larger of gain and loss
_ALMOST = 0.005  # of certainty, which nothing measured reaches


def in_words(differences: Sequence[float]) -> str:
    """From paired differences over tasks; "" for so few that they bound nothing, or where nothing differs."""
    found = outlook(differences) if any(differences) else None
    if found is None:
        return ""
    least = _VANISHING * max(found.gain, found.loss)
    gain, loss = (short(value) if value > least else "0" for value in (found.gain, found.loss))
    return f"Better with a probability of {_percent(found.better)}; expected gain {gain}, expected loss {loss}."


def spread(run: Run) -> dict[str, Subquery]:
    """Columns that `again` needs, to be read with any row: the mean of the run's scores, and how far those above lie.

    Computed by the database, once, so that they cost as little for 50,000 candidates.
    """
    scored = CandidateEdit.objects.filter(of_run(run.pk), score__isnull=False).order_by()
    middle = Subquery(scored.values("run").annotate(mean=Avg("score")).values("mean"))
    above = (F("score") - F("mean")) * (F("score") - F("mean"))
    upper = scored.alias(mean=middle).filter(score__gte=F("mean")).values("run")
    return {"middle": middle, "square": Subquery(upper.annotate(far=Avg(above)).values("far"))}


def again(told: Mapping[str, Any], best: float, noise: float, tasks: int) -> float:
    """The score that a run's best is likely to have when it is measured again.

    told: the columns of `spread`; noise: of one task between repeats.
    """
    return shrunk(best, told["middle"], sqrt(told["square"] or 0.0), noise / sqrt(tasks))


def short(value: float) -> str:
    """A number as a sentence bears it: three digits."""
    return number(float(f"{value:.3g}"))


def _percent(share: float) -> str:
    if share > 1 - _ALMOST:
        return "more than 99 %"
    return "less than 1 %" if share < _ALMOST else f"{share:.0%}".replace("%", " %")
