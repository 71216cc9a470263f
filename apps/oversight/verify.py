"""Do answers and policies still say what the log vouches for?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from apps.engine.canonical import decode, digest
from apps.log.models import Event
from apps.oversight import digests
from apps.oversight.models import Answer, Comment, Latch, Policy
from apps.oversight.vocabulary import NOTED
from apps.projects.models import Project

ANSWERS = ("answer.given", "gate.closed")
KINDS = (*ANSWERS, "policy.changed")


def problems(project: Project) -> Iterator[str]:
    """What is wrong with what people decided in the project, in words."""
    events = Event.objects.filter(project=project.pk, kind__in=KINDS).order_by("sequence")
    bodies = [(event.kind, decode(bytes(event.body))) for event in events.iterator(chunk_size=1000)]
    yield from _answers(project, bodies)
    tables = {
        (body["run"], body["version"]): (body["mode"], body["table"])
        for kind, body in bodies
        if kind == "policy.changed"
    }
    for policy in Policy.objects.filter(run__project=project).order_by("pk"):
        is_now = (policy.mode, digest(bytes(policy.table)).hex())
        if tables.pop((policy.run_id, policy.version), None) != is_now:
            yield f"policy version {policy.version} of run {policy.run_id} was changed or added"
    yield from (f"policy version {version} of run {run} is gone" for run, version in tables)
    yield from _comments(project)
    yield from _latches(project)


def _answers(project: Project, bodies: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """Every answer says what the log vouches for, and had the effect that the log says it had."""
    # Before there was an undo window, the entry that closed a gate was also the one that vouched for its answer.
    said = {body["answer"]: body["digest"] for kind, body in bodies if kind in ANSWERS and "digest" in body}
    closed = {body["answer"] for kind, body in bodies if kind == "gate.closed"}
    answers = Answer.objects.filter(effect__round__run__project=project).order_by("pk")
    taken_back = set(answers.filter(withdraws__isnull=False).values_list("withdraws", flat=True))
    for answer in answers:
        if said.pop(answer.pk, None) != digests.answer(answer):
            yield f"answer {answer.pk} was changed or added"
        if answer.outcome not in _outcomes(answer, answer.pk in taken_back, answer.pk in closed):
            yield f"answer {answer.pk} is shown as {answer.outcome or 'pending'}, the log says otherwise"
    yield from (f"answer {key} is gone" for key in said)


def _outcomes(answer: Answer, taken_back: bool, closed: bool) -> tuple[str, ...]:
    """What can have become of an answer, by what the log says of its gate and of it."""
    if taken_back or answer.decision in NOTED:
        return ("withdrawn",) if taken_back else ("noted",)
    if closed:
        return ("released",)
    undone = ("",) if answer.ended is None else ("void",)
    return (*undone, "released") if answer.decision == "measure more" else undone  # its gate may stay open


def _comments(project: Project) -> Iterator[str]:
    events = Event.objects.filter(project=project.pk, kind="comment.made").order_by("sequence")
    bodies = [decode(bytes(body)) for body in events.values_list("body", flat=True)]
    said = {body["comment"]: body["digest"] for body in bodies}
    for made in Comment.objects.filter(candidate__run__project=project).order_by("pk"):
        if said.pop(made.pk, None) != digests.comment(made):
            yield f"comment {made.pk} was changed or added"
    yield from (f"comment {key} is gone" for key in said)


def _latches(project: Project) -> Iterator[str]:
    """Whether each latch stands as the log says: nobody releases a stop in silence."""
    kinds = ("latch.set", "latch.released")
    events = Event.objects.filter(project=project.pk, kind__in=kinds).order_by("sequence")
    said: dict[int, dict[str, tuple[str, int | None]]] = defaultdict(dict)
    for kind, actor, body in events.values_list("kind", "actor", "body"):
        told = decode(bytes(body))
        said[told["latch"]][kind] = (actor, told.get("run"))
    for latch in Latch.objects.filter(Q(project=project) | Q(pk__in=said, project=None)).order_by("pk"):
        known = said.pop(latch.pk, {})
        # A project that was brought while everything stood still knows only of the release.
        if latch.project_id is None:
            known.setdefault("latch.set", (latch.set_by, None))
        stands = {"latch.set": (latch.set_by, latch.run_id)}
        if latch.released_at or latch.released_by:
            stands["latch.released"] = (latch.released_by, latch.run_id)
        if known != stands:
            yield f"latch {latch.pk} was set, changed or released without the log"
    yield from (f"latch {key} is gone" for key in said)
