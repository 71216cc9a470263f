"""What calls of a project and of its runs may cost, and who plays which role in it."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.engine.effects import ROLES
from apps.engine.setup import FALLBACK
from apps.llm.figures import Books
from apps.llm.forms import BudgetForm, RoleForm
from apps.llm.models import Casting, LanguageModel
from apps.llm.services import budgets, catalogue
from apps.projects.access import may, require
from apps.projects.models import Project
from apps.rounds.views.found import project_of, run_of
from apps.rounds.views.models import DUTIES

DAYS = 30
MEASURED = "worker"  # nobody else steps in for what is measured
TITLES = {False: "Altogether", True: "On each day (UTC)"}


@require_GET
def spending(request: HttpRequest, slug: str) -> HttpResponse:
    """Budgets, what was spent on which day, and who plays which role."""
    return _page(request, project_of(request, slug))


@require_POST
def bound(request: HttpRequest, slug: str) -> HttpResponse:
    """Bound what the runs of a project may spend, for good or (daily) on each day."""
    project, actor = project_of(request, slug), actor_of(request)
    require(actor, "maintain", project)
    form, daily = BudgetForm(request.POST), request.POST.get("daily") == "1"
    if not form.is_valid():
        return _page(request, project, {daily: form}, status=422)
    budgets.of_project(actor, project, form.limits, daily=daily)
    messages.success(request, _told(form))
    return redirect("spending", slug)


@require_POST
def bound_run(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Bound what one run may spend."""
    project, actor = project_of(request, slug), actor_of(request)
    run, form = run_of(project, number), BudgetForm(request.POST)
    require(actor, "operate", project)
    if form.is_valid():
        budgets.of_run(actor, run, form.limits)
        messages.success(request, _told(form))
    else:
        wrong = " ".join(f"{name.capitalize()}: {error}" for name, errors in form.errors.items() for error in errors)
        messages.error(request, f"{wrong} Nothing was changed.")
    return redirect("run", slug, number)


@require_POST
def cast(request: HttpRequest, slug: str) -> HttpResponse:
    """Say who plays a role in this project."""
    project, actor = project_of(request, slug), actor_of(request)
    require(actor, "maintain", project)
    form = RoleForm(request.POST)
    try:
        if not form.is_valid():
            raise UserError(" ".join(str(error) for errors in form.errors.values() for error in errors))
        catalogue.cast(actor, project, form.cleaned_data["role"], form.cleaned_data["models"])
    except UserError as error:
        messages.error(request, f"Nothing was changed. {error}")
        return _page(request, project, typed=request.POST, status=422)
    who = ", ".join(form.cleaned_data["models"]) or "whoever plays it elsewhere"
    messages.success(request, f"{form.cleaned_data['role']} is played by {who} in runs to come.")
    return redirect("spending", slug)


def _page(
    request: HttpRequest, project: Project, forms: Any = None, typed: Any = None, status: int = 200
) -> HttpResponse:
    books = Books(actor_of(request), project)
    standing, sent = books.standing(), forms or {}
    found = {one.budget.daily: one.budget for one in standing if one.budget}
    context = {
        "project": project,
        "run": project.runs.order_by("-number").first(),
        "budgets": [
            (TITLES[daily], daily, found.get(daily), sent.get(daily) or BudgetForm(budget=found.get(daily)))
            for daily in (False, True)
        ],
        "standing": standing,
        "days": books.days(DAYS),
        "roles": _roles(project),
        "typed": typed,
        "models": LanguageModel.objects.filter(retired=False).exists(),
        "may_maintain": may(books.actor, "maintain", project),
    }
    return render(request, "rounds/spending.html", context, status=status)


def _roles(project: Project) -> list[tuple[str, str, list[Casting], str]]:
    """Each role: what it does, who is named for it in the project, and who plays it there in the end."""
    named: dict[tuple[bool, str], list[Casting]] = {}
    rows = Casting.objects.filter(Q(project=project) | Q(project=None), model__retired=False, weight__gt=0)
    for one in rows.select_related("model").order_by("model__name"):
        named.setdefault((one.project_id is not None, one.role), []).append(one)
    plays = {role: named.get((True, role)) or named.get((False, role)) or [] for role in ROLES}
    there = {role: voices or (plays[FALLBACK] if role != MEASURED else []) for role, voices in plays.items()}
    return [
        (role, DUTIES[role], named.get((True, role), []), ", ".join(voice.model.name for voice in there[role]))
        for role in ROLES
    ]


def _told(form: BudgetForm) -> str:
    if form.limits.money is None and form.limits.tokens is None:
        return "Nothing bounds it now."
    return "The budget is set. What calls on their way may take counts as spent until they are back."
