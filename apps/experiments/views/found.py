"""What the address of an experiment's page names, if the person may see it."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from apps.accounts.requests import actor_of
from apps.experiments import plan, selectors
from apps.experiments.models import Experiment
from apps.log.models import LogHead


def experiment_of(request: HttpRequest, key: int) -> Experiment:
    """The experiment. Raises Http404."""
    return get_object_or_404(selectors.visible(actor_of(request)), pk=key)


def watched(experiment: Experiment) -> dict[int, int]:
    """Where the logs of its projects stand: what comes later is what the page's sockets must hear."""
    projects = [ground.project for ground in plan.from_bytes(experiment.plan).grounds]
    heads = dict(LogHead.objects.filter(project__in=projects).values_list("project", "sequence"))
    return {project: heads.get(project, 0) for project in projects}
