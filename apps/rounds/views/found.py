"""What the address of a page names, if the person may see it."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from apps.accounts.requests import actor_of
from apps.projects.access import visible_projects
from apps.projects.models import Project
from apps.records.models import Run


def project_of(request: HttpRequest, slug: str) -> Project:
    """The project, without its evaluator. Raises Http404."""
    return get_object_or_404(visible_projects(actor_of(request)).defer("evaluator"), slug=slug)


def run_of(project: Project, number: int) -> Run:
    """The project's run of that number. Raises Http404."""
    found = get_object_or_404(project.runs.select_related("baseline_of"), number=number)
    found.project = project
    return found
