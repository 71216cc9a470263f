"""Each entry of the log in one plain sentence, with links to what it names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.urls import reverse

from apps.accounts.models import User
from apps.common.ids import run_and_number
from apps.engine.canonical import decode
from apps.log.models import PERSON, Event
from apps.oversight.vocabulary import WITHDRAW
from apps.projects.models import Project
from apps.projects.vocabulary import STYLES
from apps.records.models import Effect, Run

_NOBODY: Mapping[str, str] = {}
AT_GATES = ("gate.opened", "gate.claimed", "gate.freed", "gate.closed", "answer.given")

type Words = list["str | Link"]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    text: str
    url: str


class Names:
    """What the entries of one page name, looked up together: people, runs, gates."""

    def __init__(
        self,
        project: Project,
        events: Iterable[Event],
        others: Sequence[str] = (),
        known: Mapping[str, str] = _NOBODY,
    ) -> None:
        """others: actors and subjects that are named beside the entries; known: names of people by key."""
        self._project = project
        self._others = others
        self._known = known
        self._events = [(event, dict(decode(bytes(event.body)))) for event in events]

    @cached_property
    def _people(self) -> Mapping[str, str]:
        actors = {event.actor for event, _ in self._events} | set(self._others)
        keys = {actor.removeprefix(PERSON) for actor in actors if actor.startswith(PERSON)}
        keys |= {str(body[name]) for _, body in self._events for name in ("person",) if body.get(name)}
        missing = [int(key) for key in keys - self._known.keys() if key.isascii() and key.isdigit() and len(key) < 19]
        return dict(self._known) | {str(key): str(user) for key, user in User.objects.in_bulk(missing).items()}

    @cached_property
    def _runs(self) -> dict[int, int]:
        keys = {_run_of(subject) for subject in (*(event.subject for event, _ in self._events), *self._others)}
        keys |= {run_and_number(body["origin"])[0] for _, body in self._events if type(body.get("origin")) is int}
        rows = Run.objects.filter(project=self._project, pk__in=[key for key in keys if key is not None])
        return dict(rows.values_list("pk", "number"))

    @cached_property
    def _gates(self) -> dict[tuple[int, int, int], tuple[int, int | None]]:
        """(key, candidate) of effects by place."""
        rounds = {body["round"] for event, body in self._events if event.kind in AT_GATES and "round" in body}
        if not rounds:
            return {}
        rows = Effect.objects.filter(round__in=rounds)
        return {tuple(place): (key, about) for *place, key, about in rows.values_list(*_PLACE, "pk", "candidate")}

    def entries(self) -> list["Entry"]:
        """The entries, in their order."""
        return [Entry(event, body, self) for event, body in self._events]

    def actor(self, actor: str) -> str:
        """Who acts, in words."""
        kind, _, name = actor.partition(":")
        if kind == "person":
            return self.person(name)
        return {"system": "evoweb", "policy": "the policy", "rule": f"rule {name}"}.get(kind, name or kind)

    def subject(self, subject: str) -> Words:
        """What an entry is about."""
        kind, _, key = subject.partition(":")
        if not key.isascii() or not key.isdigit() or len(key) > 18:
            return [subject]
        if kind == "candidate":
            return self.candidate(int(key))
        return self.run(int(key)) if kind == "run" else ["the project" if kind == "project" else f"{kind} {key}"]

    def person(self, key: str) -> str:
        return self._people.get(key, f"person {key}")

    def run(self, key: int) -> Words:
        """The run, by its number in the project."""
        number = self._runs.get(key)
        if number is None:
            return [f"run {key}, which is gone"]
        return [Link(f"run {number}", reverse("run", args=[self._project.slug, number]))]

    def candidate(self, key: int) -> Words:
        """The candidate and its run."""
        run, number = run_and_number(key)
        if run not in self._runs:
            return [f"candidate {number} of a run that is gone"]
        link = reverse("candidate", args=[self._project.slug, self._runs[run], number])
        return [Link(f"candidate {number}", link), "of", *self.run(run)]

    def gate(self, body: Mapping[str, Any]) -> tuple[Link | str, int | None]:
        """The gate at a place of the journal, and the candidate that it is about."""
        place = (body.get("round", 0), body.get("position", 0), body.get("child", -1))
        found = self._gates.get(place)
        return (Link("gate", reverse("gate", args=[found[0]])), found[1]) if found else ("gate", None)


_PLACE = ("round", "position", "child")


@dataclass(frozen=True)
class Entry:
    """One entry as a page shows it."""

    event: Event
    body: dict[str, Any]
    names: Names

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.event.at / 1_000_000, UTC)

    @property
    def hash(self) -> str:
        return bytes(self.event.hash).hex()

    @property
    def raw(self) -> str:
        """The body, to the letter."""
        return bytes(self.event.body).decode()

    @property
    def actor(self) -> str:
        """Who did it, in words."""
        return self.names.actor(self.event.actor)

    @cached_property
    def sentence(self) -> Words:
        """What happened."""
        saying = _SAYINGS.get(self.event.kind)
        try:
            words = saying(self) if saying else self._anything()
        except (KeyError, TypeError, ValueError):  # a body of another version of evoweb
            words = self._anything()
        return [*words, "."]

    @property
    def subject(self) -> Words:
        """What the entry is about."""
        return self.names.subject(self.event.subject)

    def _anything(self) -> Words:
        what, _, done = self.event.kind.partition(".")
        return [f"{what.capitalize()} {done} by {self.actor}:", *self.subject]


def _run_of(subject: str) -> int | None:
    kind, _, key = subject.partition(":")
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    return {"run": int(key), "candidate": run_and_number(int(key))[0]}.get(kind)


_DECIDED = {"keep": "kept", "drop": "dropped", "promote": "promoted", "revert": "reverted", "hold": "put on hold"}
_ANSWERED = {
    "approve": "approved",
    "reject": "rejected",
    "edit": "edited",
    "escalate": "passed on",
    "defer": "deferred",
    "request changes": "asked for changes at",
    "measure more": "asked for more measurements at",
}


def _measured(entry: Entry) -> Words:
    tasks = entry.body["tasks"]
    return [*entry.subject, f"was measured on {tasks} task{'' if tasks == 1 else 's'}"]


def _verdict(entry: Entry) -> Words:
    return [f"{entry.actor} {_DECIDED[entry.body['decision']]}", *entry.subject]


def _opened(entry: Entry) -> Words:
    link, about = entry.names.gate(entry.body)
    when = str(entry.body["state"]).removeprefix("held ")
    return ["A", link, f"opened {when} {entry.body['kind']}:", *_about(entry, about)]


def _answered(entry: Entry) -> Words:
    link, about = entry.names.gate(entry.body)
    if entry.body["decision"] == WITHDRAW:
        return [f"{entry.actor} took back what they answered to a", link, "about", *_about(entry, about)]
    return [f"{entry.actor} {_ANSWERED[entry.body['decision']]} a", link, "about", *_about(entry, about)]


def _closed(entry: Entry) -> Words:
    link, about = entry.names.gate(entry.body)
    return ["A", link, f"closed, answered by {entry.actor}:", *_about(entry, about)]


def _at_gate(done: str) -> Callable[[Entry], Words]:
    def say(entry: Entry) -> Words:
        link, about = entry.names.gate(entry.body)
        return [f"{entry.actor} {done} a", link, "about", *_about(entry, about)]

    return say


def _about(entry: Entry, candidate: int | None) -> Words:
    return entry.subject if candidate is None else entry.names.candidate(candidate)


def _started(entry: Entry) -> Words:
    origin = entry.body.get("origin")
    further = ["from", *entry.names.candidate(int(origin))] if origin is not None else []
    return [f"{entry.actor} started", *entry.subject, *further]


def _extended(entry: Entry) -> Words:
    return [f"{entry.actor} gave", *entry.subject, f"a budget of {entry.body['candidates']} candidates"]


def _ended(entry: Entry) -> Words:
    return [*entry.subject, f"ended: {entry.body['state']}"]


def _round(entry: Entry) -> Words:
    number = run_and_number(entry.body["round"])[1]
    return [f"Round {number} of", *entry.subject, f"ended: {entry.body['outcome']}"]


def _policy(entry: Entry) -> Words:
    return [f"{entry.actor} put the mode {entry.body['mode']} in force for", *entry.subject]


def _reclaimed(entry: Entry) -> Words:
    number = run_and_number(entry.body["round"])[1]
    attempt = entry.body["attempt"]
    return [f"An effect of round {number} of", *entry.subject, f"was taken up again, attempt {attempt}"]


def _member(done: str) -> Callable[[Entry], Words]:
    def say(entry: Entry) -> Words:
        role = f" as {entry.body['role']}" if entry.body.get("role") else ""
        return [f"{entry.actor} {done} {entry.names.person(str(entry.body['person']))}{role}"]

    return say


def _verified(entry: Entry) -> Words:
    found = "everything follows" if entry.body["whole"] else "something does not follow"
    return [f"{entry.actor} had entries 1 to {entry.body['upto']} verified: {found}"]


def _agreement(entry: Entry) -> Words:
    kappa = entry.body["kappa"]
    told = "which tells nothing" if kappa is None else f"kappa {kappa:.2f}"
    return [f"{entry.actor} had the judge tried against {entry.body['labels']} labels of people: {told}"]


def _budgeted(entry: Entry) -> Words:
    return [f"{entry.actor} set a budget for calls of models:", *_whose(entry)]


def _noticed(entry: Entry) -> Words:
    return [f"{entry.body['percent']} % of a budget for calls of models is spent:", *_whose(entry)]


def _whose(entry: Entry) -> Words:
    daily = bool(entry.body.get("daily") or entry.body.get("day"))
    return [*(["a day of"] if daily else []), *entry.subject]


def _experiment(done: str) -> Callable[[Entry], Words]:
    def say(entry: Entry) -> Words:
        key = int(entry.body["experiment"])
        return [f"{entry.actor} {done}", Link(f"experiment {key}", reverse("experiment", args=[key]))]

    return say


def _counted(entry: Entry) -> Words:
    link = Link(f"experiment {entry.body['experiment']}", reverse("experiment", args=[int(entry.body["experiment"])]))
    if "run" not in entry.body:
        return ["A run of", link, "could not be started"]
    counts = "counts" if entry.body["state"] == "done" else f"does not count ({entry.body['state']})"
    return [*entry.subject, f"{counts} in", link]


def _waits(entry: Entry) -> Words:
    named = [_WAITED[on].format(model) for on, model in entry.body["for"]]
    return [*entry.subject, f"waits for {' and '.join(named)}" if named else "waits for no model any more"]


_WAITED = {
    "away": "model {}, which does not answer",
    "stopped": "model {}, which is stopped",
    "day": "a day with a budget",
    "model": "model {}",  # entries of before the two were told apart
}


def _imported(entry: Entry) -> Words:
    style = STYLES.get(entry.body.get("style", ""), "")
    forgeable = f", written for {style}: its scores are forgeable" if style else ""
    return [f"{entry.actor} imported the project{forgeable}"]


_SAYINGS: dict[str, Callable[[Entry], Words]] = {
    "project.imported": _imported,
    "run.started": _started,
    "run.extended": _extended,
    "run.finishing": lambda entry: [f"{entry.actor} asked", *entry.subject, "to come to its end"],
    "run.waits": _waits,
    "run.ended": _ended,
    "round.ended": _round,
    "candidate.proposed": lambda entry: [f"{entry.actor} proposed", *entry.subject],
    "candidate.measured": _measured,
    "verdict.given": _verdict,
    "contract.graded": lambda entry: ["The contract of", *entry.subject, f"came to: {entry.body['word']}"],
    "gate.opened": _opened,
    "gate.claimed": _at_gate("took"),
    "gate.freed": _at_gate("gave back"),
    "gate.closed": _closed,
    "answer.given": _answered,
    "comment.made": lambda entry: [f"{entry.actor} commented on", *entry.subject],
    "commission.made": lambda entry: [f"{entry.actor} commissioned work on", *entry.subject],
    "policy.changed": _policy,
    "latch.set": lambda entry: [f"{entry.actor} set a stop"],
    "latch.released": lambda entry: [f"{entry.actor} released a stop"],
    "effect.reclaimed": _reclaimed,
    "mode.changed": lambda entry: [f"{entry.actor} made {entry.body['mode']} the mode of new runs"],
    "axes.changed": lambda entry: [f"{entry.actor} set the project's axes, version {entry.body['version']}"],
    "agreement.measured": _agreement,
    "evaluator.changed": lambda entry: [f"{entry.actor} replaced the evaluator, version {entry.body['version']}"],
    "member.added": _member("took in"),
    "member.changed": _member("changed the role of"),
    "member.removed": _member("removed"),
    "invitation.made": lambda entry: [f"{entry.actor} made an invitation"],
    "invitation.used": lambda entry: [f"{entry.actor} used an invitation"],
    "invitation.revoked": lambda entry: [f"{entry.actor} revoked an invitation"],
    "model.latched": lambda entry: [f"{entry.actor} stopped model {entry.body['model']}"],
    "model.released": lambda entry: [f"{entry.actor} let model {entry.body['model']} be asked again"],
    "model.changed": lambda entry: [f"{entry.actor} changed who plays a role, or a model"],
    "budget.set": _budgeted,
    "budget.noticed": _noticed,
    "log.verified": _verified,
    "experiment.made": _experiment("made"),
    "experiment.paused": _experiment("paused"),
    "experiment.resumed": _experiment("let go on"),
    "experiment.stopped": _experiment("stopped"),
    "experiment.ended": _experiment("closed"),
    "experiment.counted": _counted,
}
