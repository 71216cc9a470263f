"""What pages that show scores of a judge say about it."""

from django import template

from apps.common.errors import UserError
from apps.projects.models import Project
from apps.records.models import Run
from apps.rounds import agreement
from apps.rounds.agreement import Standing

register = template.Library()


@register.simple_tag
def judge_of(project: Project, run: Run | None = None) -> Standing | None:
    """How far the judge agrees with people by whom that run's scores were given, or those of now would be.

    None where no judge gives them.
    """
    if not project.rubric:
        return None
    if run:
        judge = agreement.of_run(run)
        return agreement.standing(project, judge) if judge else None
    try:
        return agreement.standing(project, agreement.of_now(project))
    except UserError:  # nobody judges now: the page that starts a run says so
        return Standing(project, None)
