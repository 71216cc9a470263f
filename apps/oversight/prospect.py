"""What is to be expected of a candidate, in a sentence: of taking it, and of measuring the best of many once more."""

from collections.abc import Sequence
from math import sqrt

from django.db.models import Avg, F

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


def again(run: Run, best: float, noise: float, tasks: int) -> float:
    """The score that the run's best is likely to have when it is measured again. noise: of one task between repeats.

    Statistics of the run's scores are taken by the database, so that they cost as little for 50,000 candidates.
    """
    scored = CandidateEdit.objects.filter(of_run(run.pk), score__isnull=False)
    middle = scored.aggregate(middle=Avg("score"))["middle"]
    upper = scored.filter(score__gte=middle).aggregate(square=Avg((F("score") - middle) * (F("score") - middle)))
    return shrunk(best, middle, sqrt(upper["square"] or 0.0), noise / sqrt(tasks))


def short(value: float) -> str:
    """A number as a sentence bears it: three digits."""
    return number(float(f"{value:.3g}"))


def _percent(share: float) -> str:
    if share > 1 - _ALMOST:
        return "more than 99 %"
    return "less than 1 %" if share < _ALMOST else f"{share:.0%}".replace("%", " %")
