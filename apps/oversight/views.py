"""The queue, its gates, and the stops."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.actors import Actor
from apps.accounts.requests import actor_of
from apps.common.errors import Conflict, UserError
from apps.common.keyset import Slice, key, oldest
from apps.common.pages import onward, region
from apps.oversight import desk
from apps.oversight.cursor import position, positions
from apps.oversight.dossier import Dossier, sign_of
from apps.oversight.forms import AnswerForm, PauseForm
from apps.oversight.selectors import shown
from apps.oversight.services import answers, stops
from apps.oversight.vocabulary import SAID
from apps.projects.access import may, visible_projects
from apps.projects.models import Project
from apps.records.models import HELD, CandidateEdit, Effect

ROWS = 50


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits for people, oldest first."""
    actor, after = actor_of(request), key(request, "after")
    watched = positions(visible_projects(actor))
    page = oldest(desk.gates(actor), ROWS, after)
    context = {
        "gates": Slice([desk.Gate(effect) for effect in page.rows], page.more),
        "first": after is None,
        "watched": watched,
    }
    return region(request, "oversight/queue.html", context, {"list"})


@require_GET
def gate(request: HttpRequest, identifier: int) -> HttpResponse:
    """One gate: what is asked, what there is to know, and the answer."""
    effect = _effect(request, identifier)
    return _gate_page(request, effect, AnswerForm.for_gate(desk.Gate(effect)))


@require_POST
def answer(request: HttpRequest, identifier: int) -> HttpResponse:
    """Approve or reject; then on to the next gate. Nothing is done when the gate is not what was seen."""
    effect = _effect(request, identifier)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _again(request, effect, "The form was incomplete; nothing was done.", 422)
    try:
        said = answers.answer(actor_of(request), effect, form.reply)
    except Conflict as conflict:
        return _again(request, effect, str(conflict), 409)
    except UserError as error:
        return _again(request, effect, str(error), 422)
    messages.success(request, f"{SAID[said.decision]}: {desk.Gate(effect).asks}")
    return onward(request, _next(actor_of(request), identifier))


@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop a project: nothing new starts."""
    project = get_object_or_404(visible_projects(actor_of(request)), slug=slug)
    form = PauseForm(request.POST)
    if form.is_valid():
        stops.pause(actor_of(request), project, form.cleaned_data["reason"])
        messages.success(request, "Pausing. What runs now is finished and stored; nothing new starts.")
    else:
        messages.error(request, "A pause needs a reason of at most 500 characters; the project was not paused.")
    return redirect(_back(request, project))


@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Release the project's latch."""
    project = get_object_or_404(visible_projects(actor_of(request)), slug=slug)
    released = stops.resume(actor_of(request), project)
    messages.success(request, "Resumed." if released else "The project was not paused.")
    return redirect(_back(request, project))


def _effect(request: HttpRequest, identifier: int) -> Effect:
    visible = Effect.objects.filter(round__run__project__in=visible_projects(actor_of(request)))
    return get_object_or_404(visible.select_related("round__run__project").defer(*desk.HEAVY), pk=identifier)


def _gate_page(request: HttpRequest, effect: Effect, form: AnswerForm, status: int = 200) -> HttpResponse:
    held = effect.state in HELD
    watched = position(effect.round.run.project)
    found = CandidateEdit.objects.filter(pk=effect.candidate).first() if effect.candidate is not None else None
    context = {
        "gate": desk.Gate(effect),
        "form": form,
        "held": held,
        "said": None if held else effect.answers.select_related("person").order_by("pk").last(),
        "may_answer": may(actor_of(request), "review", effect.round.run.project),
        "following": _next(actor_of(request), effect.pk) if held else None,
        "dossier": Dossier(effect.round.run, found) if found else None,
        "sign": sign_of(effect.round.run.project),
        "changed": request.GET.get("seen", "") not in ("", shown(effect).hex()),
        "watched": watched,
    }
    response = region(request, "oversight/gate.html", context, {"standing"})
    response.status_code = status
    return response


def _again(request: HttpRequest, effect: Effect, words: str, status: int) -> HttpResponse:
    """The page anew, with what went wrong and the reason that was typed."""
    effect = _effect(request, effect.pk)
    messages.error(request, words)
    form = AnswerForm.for_gate(desk.Gate(effect), request.POST.get("reason", "")[:4000])
    return _gate_page(request, effect, form, status)


def _next(actor: Actor, answered: int) -> str:
    """The gate after this one; else the oldest; else the empty queue."""
    others = desk.gates(actor).exclude(pk=answered)
    following = others.filter(pk__gt=answered).first() or others.first()
    return reverse("gate", args=[following.pk]) if following else reverse("queue")


def _back(request: HttpRequest, project: Project) -> str:
    """The page that the form stood on."""
    came_from = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(came_from, allowed_hosts=None)
    return came_from if safe else reverse("project", args=[project.slug])
