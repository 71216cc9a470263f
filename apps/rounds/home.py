"""What the first page shows: gates for this person and for others, what was decided lately, and what runs."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.accounts.actors import Actor
from apps.common.keyset import Slice
from apps.oversight import desk, selectors
from apps.oversight.models import Answer
from apps.oversight.vocabulary import SAID, WITHDRAW
from apps.projects.access import projects_for, visible_projects
from apps.projects.models import Project
from apps.records.models import Effect, Run, RunState
from apps.rounds.standing import RunRow, standing

ROWS = 10
ENDED_LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Decided:
    """An answer that somebody gave."""

    answer: Answer

    @cached_property
    def gate(self) -> desk.Gate:
        return desk.Gate(self.answer.effect)

    @property
    def word(self) -> str:
        """What was answered, and what became of it."""
        said = SAID.get(self.answer.decision, self.answer.decision)
        return f"{said}, {self.answer.became}" if self.answer.became else said

    @property
    def left(self) -> float:
        """Seconds in which it can still be taken back; 0 once it has taken effect."""
        window = (self.answer.releases_at - timezone.now()).total_seconds()
        return max(0.0, window) if self.answer.ended is None else 0.0


@dataclass
class Home:
    """The first page of one person; every part is read when the template first asks for it."""

    actor: Actor

    @cached_property
    def turn(self) -> Slice[desk.Gate]:
        """Gates that the person may answer: those they hold, those passed on to them, then the oldest."""
        held = selectors.live_claims().filter(effect=OuterRef("pk"), person=self.actor.user)
        passed_on = Answer.objects.filter(effect=OuterRef("pk"), decision="escalate", to=self.actor.user)
        own = selectors.answerable(self.actor).annotate(held=Exists(held), passed_on=Exists(passed_on))
        return _gates(own.order_by("-held", "-passed_on", "pk"))

    @cached_property
    def others(self) -> Slice[desk.Gate]:
        """Gates that somebody else holds, or that others may answer."""
        return _gates(desk.gates(self.actor).exclude(pk__in=selectors.answerable(self.actor).values("pk")))

    @cached_property
    def decided(self) -> list[Decided]:
        """The latest answers in the person's projects."""
        visible = visible_projects(self.actor)
        found = Answer.objects.filter(effect__round__run__project__in=visible).exclude(decision=WITHDRAW)
        heavy = [f"effect__{name}" for name in desk.HEAVY]
        rows = found.select_related("person", "effect__round__run__project").defer(*heavy).order_by("-pk")[:ROWS]
        return [Decided(answer) for answer in rows]

    @cached_property
    def runs(self) -> Slice[RunRow]:
        """Open runs first, then those that ended within a day."""
        lately = Q(state=RunState.OPEN) | Q(ended__gt=timezone.now() - ENDED_LATELY)
        visible = Run.objects.filter(lately, project__in=visible_projects(self.actor)).select_related("project")
        found = standing(visible.order_by(F("ended").desc(nulls_first=True), "-pk")[: ROWS + 1])
        return Slice(found[:ROWS], found[ROWS].run.pk if len(found) > ROWS else None)

    @cached_property
    def startable(self) -> Project | None:
        """The newest project that the person may start a run of."""
        return projects_for(self.actor, "operate").defer("evaluator").order_by("-pk").first()


def _gates(held: QuerySet[Effect]) -> Slice[desk.Gate]:
    found = list(held.defer(*desk.HEAVY)[: ROWS + 1])
    return Slice([desk.Gate(effect) for effect in found[:ROWS]], found[-1].pk if len(found) > ROWS else None)
