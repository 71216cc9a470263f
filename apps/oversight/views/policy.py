"""The policy of a project: the mode that its runs start with, and what each mode holds for people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.names import names
from apps.accounts.requests import actor_of
from apps.oversight import selectors
from apps.oversight.forms import ModeForm
from apps.oversight.rules import EXPENSIVE_SECONDS, MODES, POINTS, Rule
from apps.oversight.services import policies
from apps.projects.access import may, visible_projects
from apps.records.models import RunState

RUNS = 50


@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the modes side by side; choose one for the runs to come."""
    actor = actor_of(request)
    project = get_object_or_404(visible_projects(actor).defer("evaluator"), slug=slug)
    form = ModeForm(request.POST or None)
    if form.is_valid():
        try:
            policies.set_default(actor, project, form.cleaned_data["mode"])
            messages.success(request, "Runs that start from now on are in this mode. Open runs keep theirs.")
        except LookupError as error:
            messages.error(request, f"{error.args[0]}. Nothing was changed.")
        return redirect("policy", slug)
    history = selectors.changes_of_policy(project)
    called = names(one.actor for one in history)
    runs = project.runs.filter(state=RunState.OPEN).order_by("-number")[:RUNS]
    context = {
        "project": project,
        "modes": [(mode, [(point, _held(rules, point)) for point in POINTS]) for mode, rules in MODES.items()],
        "points": POINTS,
        "open_runs": selectors.with_modes(runs),
        "history": [(one, called[one.actor]) for one in history],
        "may_maintain": may(actor, "maintain", project),
    }
    return render(request, "oversight/policy.html", context)


def _held(rules: tuple[Rule, ...], point: str) -> str:
    """When a mode holds effects of a kind, in a few words; empty for never."""
    found = [rule for rule in rules if rule.point == point]
    words = [f"{rule.when}, if above {EXPENSIVE_SECONDS:.0f} s" if rule.above_seconds else rule.when for rule in found]
    return " and ".join(words)
