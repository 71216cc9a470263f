"""What people do with experiments: make one, pause it, let it go on, stop it. All by POST."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.actors import Actor
from apps.accounts.requests import actor_of
from apps.common.doorbell import ring, signs
from apps.common.errors import UserError
from apps.common.keyset import key
from apps.engine import registry
from apps.experiments import making, selectors
from apps.experiments import plan as plans
from apps.experiments.forms import CHOSEN, ExperimentForm
from apps.experiments.models import Experiment
from apps.experiments.views.found import experiment_of
from apps.projects.access import projects_for
from apps.projects.models import Project
from apps.projects.toml_text import written

MOST = 200  # projects to choose from, the newest


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; ?project= is chosen from the start, ?like= is an experiment to begin with. Sent, workers take it."""
    actor = actor_of(request)
    projects = list(projects_for(actor, "operate").defer("evaluator").order_by("-pk")[:MOST])
    initial = _initial(request, projects)
    form = ExperimentForm(projects, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = making.make(actor, form.cleaned_data["plan"], form.cleaned_data["at_once"], served=True)
        except UserError as error:
            form.add_error(None, str(error).split("\n"))
        else:
            ring("experiments")
            messages.success(request, f"{made.cells_all} runs, {made.at_once} at a time. All methods share each seed.")
            return redirect("experiment", made.pk)
    return render(request, "experiments/new.html", _context(form, projects), status=422 if form.errors else 200)


def _context(form: ExperimentForm, projects: list[Project]) -> dict[str, Any]:
    return {
        "form": form,
        "projects": [(form[f"project-{project.pk}"], form[f"target-{project.pk}"]) for project in projects],
        "methods": [
            (form[f"method-{name}"], form[f"parameters-{name}"], registry.claim(name), registry.get(name).parameters)
            for name in registry.names()
        ],
        "plain": [form[name] for name in ("candidates", "seconds", "seeds", "at_once", "baseline")],
        "idle": (signs(["worker"]) or {"worker": False})["worker"] is False,
    }


def _initial(request: HttpRequest, projects: list[Project]) -> dict[str, Any]:
    like = key(request, "like")
    known = selectors.visible(actor_of(request)).filter(pk=like).first() if like is not None else None
    if known is not None:
        return _as(known)
    said = {f"method-{name}": True for name in CHOSEN if name in registry.names()}
    said |= {f"project-{project.pk}": True for project in projects if project.slug == request.GET.get("project")}
    return {"candidates": 1000, "seeds": str(plans.ENOUGH_SEEDS), "at_once": 2, **said}


def _as(known: Experiment) -> dict[str, Any]:
    """The form of an experiment that there is."""
    plan = plans.from_bytes(known.plan)
    said: dict[str, Any] = {name: getattr(plan, name) for name in ("name", "candidates", "seconds", "baseline")}
    counted = plan.seeds == tuple(range(1, len(plan.seeds) + 1))
    said |= {"seeds": str(len(plan.seeds)) if counted else ", ".join(map(str, plan.seeds)), "at_once": known.at_once}
    for ground in plan.grounds:
        said |= {f"project-{ground.project}": True, f"target-{ground.project}": ground.target}
    further = []
    for each in plan.contenders:
        if each.label == each.method:
            said |= {f"method-{each.method}": True, f"parameters-{each.method}": written(each.parameters)}
        else:
            further.append(plans.contender_as_toml(each))
    return said | {"more": "\n\n".join(further)}


def _pause(actor: Actor, found: Experiment) -> str:
    making.pause(actor, found)
    return "Paused. No further run starts; those under way go on to their end."


def _resume(actor: Actor, found: Experiment) -> str:
    making.go_on(actor, found, served=True)
    return "It goes on; the workers start its runs."


def _stop(actor: Actor, found: Experiment) -> str:
    count = making.stop(actor, found)
    return f"Stopped. No further run starts; {count} under way {'is' if count == 1 else 'are'} finished in order."


_ACTIONS: dict[str, Callable[[Actor, Experiment], str]] = {"pause": _pause, "resume": _resume, "stop": _stop}


@require_POST
def act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Do it, and say on the experiment's page what was done, or why nothing was."""
    found = experiment_of(request, number)
    try:
        messages.success(request, _ACTIONS[action](actor_of(request), found))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("experiment", number)
