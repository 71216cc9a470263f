"""One gate: what is asked, what there is to know, and what may be answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import unsent as not_sent
from apps.accounts.actors import Actor
from apps.accounts.requests import actor_of
from apps.common.errors import Conflict, UserError
from apps.common.pages import onward, region
from apps.log.models import LogHead
from apps.oversight import desk, edits, prompts, selectors
from apps.oversight.dossier import Dossier, sign_of, with_compared
from apps.oversight.forms import FILE, AnswerForm
from apps.oversight.look import remember
from apps.oversight.models import Answer, Claim
from apps.oversight.selectors import shown
from apps.oversight.services import answers, claims
from apps.oversight.vocabulary import NOTED, SAID, WITHDRAW
from apps.projects.access import known, role_in, verbs, visible_projects
from apps.records.models import HELD, CandidateEdit, Effect


@never_cache  # going back to a gate that was answered shows it as it is now
@require_GET
def gate(request: HttpRequest, identifier: int) -> HttpResponse:
    """The gate's page; once it is closed, what was answered."""
    effect = _effect(request, identifier)
    return _page(request, effect, AnswerForm.for_gate(desk.Gate(effect)))


@require_GET
def edit(request: HttpRequest, identifier: int) -> HttpResponse:
    """The candidate's components, or the prompt, to be rewritten."""
    effect = _effect(request, identifier)
    if effect.state not in HELD or "edit" not in desk.Gate(effect).offered:
        messages.error(request, "There is nothing to edit at this gate.")
        return redirect("gate", identifier)
    return _edit_page(request, effect, AnswerForm.for_gate(desk.Gate(effect)), {})


@require_POST
def answer(request: HttpRequest, identifier: int) -> HttpResponse:
    """Answer; then on to the next gate. Nothing is done when the gate is not what was seen."""
    effect = _effect(request, identifier)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _again(request, effect, f"{form.wrong} Nothing was done.", 422)
    try:
        said = answers.answer(actor_of(request), effect, form.reply)
    except Conflict as conflict:
        return _again(request, effect, str(conflict), 409)
    except UserError as error:
        return _again(request, effect, str(error), 422)
    undo = "" if said.decision in NOTED or said.ended else str(said.pk)
    messages.success(request, f"{SAID[said.decision]}: {desk.Gate(effect).asks}", extra_tags=undo)
    return onward(request, _next(actor_of(request), identifier))


@require_POST
def withdraw(request: HttpRequest, identifier: int) -> HttpResponse:
    """Take an answer back before it takes effect; then its gate again."""
    visible = Answer.objects.filter(effect__round__run__project__in=visible_projects(actor_of(request)))
    said = get_object_or_404(visible.select_related("effect__round__run__project"), pk=identifier)
    return _done(request, said.effect, lambda actor: _taken_back(actor, said))


@require_POST
def claim(request: HttpRequest, identifier: int) -> HttpResponse:
    """Hold the gate, or go on holding it."""
    effect = _effect(request, identifier)
    return _done(request, effect, lambda actor: _yours(claims.claim(actor, effect)))


@require_POST
def free(request: HttpRequest, identifier: int) -> HttpResponse:
    """Give the gate back."""
    effect = _effect(request, identifier)
    return _done(request, effect, lambda actor: _freed(claims.free(actor, effect)))


@require_POST
def take_over(request: HttpRequest, identifier: int) -> HttpResponse:
    """Hold a gate that somebody else holds."""
    effect = _effect(request, identifier)
    return _done(request, effect, lambda actor: _yours(claims.take_over(actor, effect)))


def _yours(held: Claim) -> str:
    return f"Yours until {held.until:%H:%M} UTC. Others see that you hold it."


def _freed(done: bool) -> str:
    return "Free for others now." if done else "You did not hold this gate."


def _taken_back(actor: Actor, said: Answer) -> str:
    answers.withdraw(actor, said, f"withdraw {said.pk}")
    return f"Taken back: {said.decision}. The gate is open again."


def _done(request: HttpRequest, effect: Effect, do: Callable[[Actor], str]) -> HttpResponse:
    """Do it and say so on the gate's page, or say why nothing was done."""
    try:
        messages.success(request, do(actor_of(request)))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("gate", effect.pk)


def _effect(request: HttpRequest, identifier: int) -> Effect:
    actor = actor_of(request)
    visible = Effect.objects.filter(round__run__project__in=visible_projects(actor))
    related = visible.select_related("round__run__project", "claim__person").defer(*desk.HEAVY)
    head = LogHead.objects.filter(project=OuterRef("round__run__project")).values("sequence")
    told = {
        "role": role_in(actor, "round__run__project"),
        "head": Subquery(head),
        "next": _following(actor, identifier),
        "spoken": Exists(Answer.objects.filter(effect=OuterRef("pk"))),
    }
    found = get_object_or_404(related.annotate(**told), pk=identifier)
    known(actor, found.round.run.project, vars(found)["role"])
    return found


def _page(
    request: HttpRequest, effect: Effect, form: AnswerForm, status: int = 200, unsent: Sequence[str] = ()
) -> HttpResponse:
    actor, project = actor_of(request), effect.round.run.project
    held = effect.state in HELD
    found = with_compared(effect.candidate, effect.round.run) if effect.candidate is not None else {}
    about = found.get(effect.candidate or 0)
    spoken = effect.answers.exclude(decision=WITHDRAW)  # what was taken back says so itself
    said = list(spoken.select_related("person", "to").order_by("pk")) if vars(effect)["spoken"] else []
    context = {
        "gate": desk.Gate(effect),
        "form": form,
        "held": held,
        "unsent": unsent,
        "said": said,
        "pending": next((each for each in said if each.ended is None), None),
        "may": verbs(actor, project),
        "deciders": selectors.deciders(project) if held else (),
        "following": reverse("gate", args=[vars(effect)["next"]]) if held and vars(effect)["next"] else "",
        "dossier": replace(Dossier.shown(request, effect.round.run, about), read=found) if about else None,
        "sign": sign_of(project),
        "changed": request.GET.get("seen", "") not in ("", shown(effect).hex()),
        "watched": {project.pk: vars(effect)["head"] or 0},
    }
    response = region(request, "oversight/gate.html", context, {"standing"})
    response.status_code = status
    return remember(request, response)


def _edit_page(
    request: HttpRequest, effect: Effect, form: AnswerForm, typed: Mapping[str, str], status: int = 200
) -> HttpResponse:
    gate = desk.Gate(effect)
    context: dict[str, Any] = {"gate": gate, "form": form, "field": FILE}
    if gate.prompt is not None:
        every = prompts.parts(gate.prompt, prompts.LONGEST)
        context["parts"] = [(part, typed.get(FILE + part.key, part.text)) for part in every]
        return render(request, "oversight/edit_prompt.html", context, status=status)
    candidate = get_object_or_404(CandidateEdit.objects.select_related("run__project"), pk=effect.candidate)
    context["files"] = [(path, typed.get(FILE + path, text)) for path, text in edits.editable(candidate).items()]
    return render(request, "oversight/edit.html", context, status=status)


def _again(request: HttpRequest, effect: Effect, words: str, status: int) -> HttpResponse:
    """The page anew, with what went wrong and everything that was typed: in its form, or to copy if there is none."""
    effect = _effect(request, effect.pk)
    messages.error(request, words)
    typed = request.POST.dict()
    form = AnswerForm.for_gate(desk.Gate(effect), typed)
    if typed.get("decision") == "edit" and effect.state in HELD:
        return _edit_page(request, effect, form, typed, status)
    return _page(request, effect, form, status, () if effect.state in HELD else not_sent.typed(request.POST))


def _next(actor: Actor, answered: int) -> str:
    """The gate after this one that nobody else holds; else the oldest; else the queue."""
    others = selectors.claimable(actor, selectors.gates(actor).exclude(pk=answered))
    following = others.filter(pk__gt=answered).first() or others.first()
    return reverse("gate", args=[following.pk]) if following else reverse("queue")


def _following(actor: Actor, answered: int) -> Coalesce:
    """The key of that gate, read with another: it may be fetched ahead; the queue may not, it changes with answers."""
    others = selectors.claimable(actor, selectors.gates(actor).exclude(pk=answered)).values("pk")
    return Coalesce(Subquery(others.filter(pk__gt=answered)[:1]), Subquery(others[:1]))
