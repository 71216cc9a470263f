"""What an operator does to a run: pause and go on, finish, abort, another mode. All by POST, none by a single key."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.accounts.actors import Actor
from apps.accounts.requests import actor_of
from apps.common.errors import UserError
from apps.oversight.forms import PauseForm
from apps.oversight.services import policies, stops
from apps.records.models import Run
from apps.rounds import again
from apps.rounds.forms import AbortForm, BudgetForm, ModeForm
from apps.rounds.views.found import project_of, run_of

type Action = Callable[[Actor, Run, dict[str, Any]], str]


def _pause(actor: Actor, run: Run, said: dict[str, str]) -> str:
    stops.pause_run(actor, run, said["reason"])
    return "Pausing. What runs now is finished and stored; nothing new starts."


def _resume(actor: Actor, run: Run, _: dict[str, str]) -> str:
    return "Resumed." if stops.resume_run(actor, run) else "The run itself was not paused."


def _finish(actor: Actor, run: Run, _: dict[str, str]) -> str:
    if stops.finish(actor, run):
        return "Stopping. No new round starts; what is open is finished, then the run concludes."
    return "The run was stopping or had ended already."


def _abort(actor: Actor, run: Run, said: dict[str, str]) -> str:
    stops.abort(actor, run, said["reason"])
    return "Aborted. What was recorded stays; what ran is cancelled."


def _extend(actor: Actor, run: Run, said: dict[str, Any]) -> str:
    again.extend(actor, run, said["candidates"], said["seconds"])
    return f"The run measures {said['candidates']:,} candidates in all now."


def _mode(actor: Actor, run: Run, said: dict[str, str]) -> str:
    policy = policies.set_policy(actor, run, said["mode"], int(said["seen"]))
    return f"The mode is {policy.mode} now. Gates that are open stay open."


_ACTIONS: dict[str, tuple[type[forms.Form], Action]] = {
    "pause": (PauseForm, _pause),
    "resume": (forms.Form, _resume),
    "finish": (forms.Form, _finish),
    "abort": (AbortForm, _abort),
    "mode": (ModeForm, _mode),
    "extend": (BudgetForm, _extend),
}


@require_POST
def act(request: HttpRequest, slug: str, number: int, action: str) -> HttpResponse:
    """Do it, and say on the run's page what was done, or why nothing was."""
    run = run_of(project_of(request, slug), number)
    kind, do = _ACTIONS[action]
    form = kind(request.POST)
    if action == "abort" and request.POST.get("confirm", "").strip() != f"run {run.number}":
        messages.error(request, f"Type “run {run.number}” to abort it. Nothing was done.")
        return redirect("run", slug, number)
    if not form.is_valid():
        wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, f"{wrong} Nothing was done.")
        return redirect("run", slug, number)
    try:
        messages.success(request, do(actor_of(request), run, form.cleaned_data))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("run", slug, number)
