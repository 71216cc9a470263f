"""What a reviewer is asked: the gates of the queue, each in one sentence."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.ids import run_and_number
from apps.common.text import FIRST_CHARACTERS
from apps.engine.canonical import decode
from apps.engine.prompt import Prompt
from apps.engine.trajectories import shown_from
from apps.oversight import prompts, prospect, selectors
from apps.oversight.models import Answer, Claim
from apps.oversight.prompts import Part
from apps.oversight.vocabulary import offered
from apps.projects.models import Project
from apps.records import content
from apps.records.models import CandidateEdit, Effect, EffectState, Run

HEAVY = ("round__run__project__evaluator", "round__run__parameters", "round__run__result", "round__outcome")


LONG = timedelta(hours=4)
TOO_LONG = timedelta(days=1)


@dataclass(frozen=True)
class Gate:
    """An effect that is held for people."""

    effect: Effect

    @property
    def run(self) -> Run:
        return self.effect.round.run

    @property
    def project(self) -> Project:
        return self.run.project

    @property
    def when(self) -> str:
        return "before" if self.effect.state == EffectState.HELD_BEFORE else "after"

    @property
    def number(self) -> int | None:
        """Number of the candidate that it is about."""
        return None if self.effect.candidate is None else run_and_number(self.effect.candidate)[1]

    @cached_property
    def asked(self) -> dict[str, Any]:
        """What would run, or ran."""
        ran = self.effect.asked if self.effect.ran is None else self.effect.ran
        return dict(decode(bytes(ran)))

    @cached_property
    def came(self) -> Any:
        """What came back; None before it was carried out."""
        return decode(bytes(self.effect.answer)).get("done") if self.effect.answer else None

    @property
    def offered(self) -> tuple[str, ...]:
        """What may be answered."""
        return offered(self.effect.kind, self.when, repeatable=self.project.repeatable)

    @cached_property
    def claim(self) -> Claim | None:
        """Who holds it now, if anybody."""
        claim: Claim | None = getattr(self.effect, "claim", None)
        return claim if claim is not None and claim.until > timezone.now() else None

    @property
    def ageing(self) -> str:
        """Empty, long or too long: how patient the method had to be."""
        waited = timezone.now() - self.effect.since if self.effect.since else timedelta(0)
        return "too long" if waited > TOO_LONG else "long" if waited > LONG else ""

    @property
    def asks(self) -> str:
        """What is asked, in one sentence."""
        return _ASKS.get((self.effect.kind, self.when), _anything)(self)

    @property
    def drawn(self) -> list[tuple[int, float | None]]:
        """(number, score at that moment) of the candidates that were drawn."""
        if self.effect.kind != "choose" or self.asked.get("choose") != "candidate":
            return []
        return [(number, score) for number, score in self.came or []]

    @property
    def drawn_text(self) -> str:
        """What was drawn that is no candidate: the method's memory, or how the champion stands. Hostile; bounded."""
        if self.effect.kind != "choose" or self.drawn or self.came is None:
            return ""
        if self.asked.get("choose") == "trajectory":
            return json.dumps(_shown(self.came), indent=2, ensure_ascii=False)[:FIRST_CHARACTERS]
        return json.dumps(self.came, indent=2, ensure_ascii=False)[:FIRST_CHARACTERS]

    @cached_property
    def prompt(self) -> Prompt | None:
        """What a model would be asked, or was asked; None where none is."""
        return prompts.prompt_of(self.effect) if self.effect.kind == "ask" else None

    @property
    def question(self) -> list[Part]:
        """The prompt from top to bottom. Hostile; bounded."""
        return prompts.parts(self.prompt) if self.prompt else []

    @property
    def reply(self) -> Part | None:
        """What the model answered. Hostile; bounded."""
        return prompts.reply_of(self.effect) if self.effect.kind == "ask" else None

    @property
    def differences(self) -> int:
        """Tasks behind a promotion's evidence; their differences one by one are nobody's to see."""
        return len(self.asked.get("evidence", {}).get("differences", ()))

    @property
    def prospect(self) -> str:
        """What is to be expected of promoting, over all gate tasks together."""
        return prospect.in_words(self.asked.get("evidence", {}).get("differences", ()))


@dataclass(frozen=True)
class QueueRow:
    """A gate of the queue with what helps to choose it: scores in the project's own direction, who it was passed to."""

    gate: Gate
    score: float | None
    parent: float | None
    sign: int
    passed_to: Answer | None

    @property
    def difference(self) -> float | None:
        return None if self.score is None or self.parent is None else self.score - self.parent


def queue_rows(effects: Sequence[Effect]) -> list[QueueRow]:
    """The rows of one page of the queue, in three queries however many there are."""
    scores = _scores([effect.candidate or 0 for effect in effects])
    passed = Answer.objects.filter(effect__in=[effect.pk for effect in effects], decision="escalate")
    latest = {said.effect_id: said for said in passed.select_related("to").order_by("pk")}
    return [
        QueueRow(
            Gate(effect),
            *scores.get(effect.candidate or 0, (None, None)),
            -1 if effect.round.run.project.direction == "minimise" else 1,
            latest.get(effect.pk),
        )
        for effect in effects
    ]


def _scores(candidates: Sequence[int]) -> dict[int, tuple[float | None, float | None]]:
    """Score of each candidate and of its base parent."""
    found = CandidateEdit.objects.filter(pk__in=candidates).values_list("pk", "score", "base")
    rows = {key: (score, base) for key, score, base in found}
    parents = CandidateEdit.objects.filter(pk__in=[base for _, base in rows.values() if base is not None])
    scored = dict(parents.values_list("pk", "score"))
    return {key: (score, scored.get(base or 0)) for key, (score, base) in rows.items()}


def gates(actor: Actor) -> QuerySet[Effect]:
    """The queue of the projects that the actor may see, without the columns that no page of gates shows."""
    return selectors.gates(actor).defer(*HEAVY)


def _shown(keys: Sequence[str]) -> list[dict[str, Any]]:
    """Measurements that were drawn to be shown to a model, by digest."""
    wanted = [bytes.fromhex(key) for key in keys]
    found = content.load(wanted)
    return [asdict(shown_from(decode(found[key]))) for key in wanted]


def _draw(gate: Gate) -> str:
    if gate.asked.get("choose") == "memory":
        return "Go on with what the method remembers?"
    if gate.asked.get("choose") == "task":
        return _race(gate)
    if gate.asked.get("choose") == "trajectory":
        return f"Show the method what candidate {gate.asked['rule'].get('candidate')} did?"
    if gate.asked.get("choose") == "champion":
        return f"Try candidate {gate.asked['rule'].get('candidate')} against the champion?"
    numbers = ", ".join(str(number) for number, _ in gate.drawn)
    return f"Go on with what was drawn: candidate {numbers}?" if numbers else "Go on with what was drawn?"


def _race(gate: Gate) -> str:
    candidate, left = gate.asked["rule"].get("candidate"), len(gate.came or ())
    if not left:
        return f"Go on without measuring candidate {candidate} any further?"
    return f"Go on with candidate {candidate} on {left} more tasks?"


def _tasks(gate: Gate) -> str:
    tasks = gate.asked.get("tasks", "")
    return f"the {tasks} tasks" if isinstance(tasks, str) else f"{len(tasks)} tasks"


def _measure(gate: Gate) -> str:
    return f"Measure candidate {gate.number} on {_tasks(gate)}?"


def _judgement(gate: Gate) -> str:
    decision = (gate.came or {}).get("decision", "nothing")
    return f"Candidate {gate.number} was judged: {decision}. Tell the method so?"


def _promotion(gate: Gate) -> str:
    champion = gate.asked.get("champion")
    if champion is None:
        return f"Make candidate {gate.number} the first champion?"
    place = f"candidate {champion[1]}" if champion[0] == gate.run.pk else "the champion of another run"
    return f"Make candidate {gate.number} the champion, in the place of {place}?"


def _anything(gate: Gate) -> str:
    verb = "Carry out" if gate.when == "before" else "Go on after"
    about = "" if gate.number is None else f" of candidate {gate.number}"
    return f"{verb} “{gate.effect.kind}”{about}?"


def _question(gate: Gate) -> str:
    return f"Ask {gate.asked.get('model')} to {_ROLES.get(gate.asked.get('ask', ''), 'answer this')}?"


def _reply(gate: Gate) -> str:
    return f"Let the method see what {gate.asked.get('model')} answered?"


# What a model is asked to do, by its role.
_ROLES: dict[str, str] = {
    "mutate": "propose an edit",
    "crossover": "combine parents",
    "reflect": "reflect on what was measured",
    "judge": "judge",
    "summarise": "summarise",
    "novelty": "say whether this is new",
    "repair": "repair a failure",
}

_ASKS: dict[tuple[str, str], Callable[[Gate], str]] = {
    ("choose", "after"): _draw,
    ("ask", "before"): _question,
    ("ask", "after"): _reply,
    ("propose", "before"): lambda gate: "Let this edit become a candidate?",
    ("propose", "after"): lambda gate: f"Let candidate {gate.number} stand and be measured?",
    ("measure", "before"): _measure,
    ("measure", "after"): lambda gate: f"Let the method see what candidate {gate.number} scored?",
    ("compare", "before"): lambda gate: f"Measure candidate {gate.number} beside the champion on {_tasks(gate)}?",
    ("judge", "after"): _judgement,
    ("promote", "before"): _promotion,
}
