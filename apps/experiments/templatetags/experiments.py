"""What other pages say of experiments."""

from typing import Any, cast

from django import template

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.experiments import selectors
from apps.experiments.models import Experiment
from apps.records.models import Run

register = template.Library()


@register.simple_tag(takes_context=True)
def experiment_of(context: dict[str, Any], run: Run) -> Experiment | None:
    """The experiment that the run is part of, for who may see it: who sees the run may not see all of its projects."""
    read = vars(run)
    if "experiment" not in read:  # a page says it in two places
        actor = Actor.person(cast(User, context["user"]))
        read["experiment"] = selectors.visible(actor).filter(cells__run=run).only("name").first()
    return cast(Experiment | None, read["experiment"])
