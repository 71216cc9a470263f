"""What a model was asked, and said, so that a candidate was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q, Subquery

from apps.engine.canonical import decode
from apps.engine.prompt import Prompt, prompt_from
from apps.llm.models import Call, CallState
from apps.oversight.prompts import Part, parts
from apps.records import content
from apps.records.models import CandidateEdit, Effect, Run

SHOWN = 20_000  # characters of each text at first
SHOWN_AT_MOST = 1_000_000  # where a person asks for all; what is longer is a download
MADE_BY = 20  # calls listed with a candidate


@dataclass(frozen=True, slots=True)
class Text:
    """A bounded piece of hostile text, and how many characters follow."""

    text: str
    hidden: int


@dataclass
class Said:
    """The texts of one call; each is read when a template first asks for it. full: show all of them."""

    call: Call
    full: bool = False
    shelf: content.Shelf = field(default_factory=content.Shelf)

    @cached_property
    def prompt(self) -> Prompt:
        key = bytes(self.call.prompt)
        return prompt_from(decode(self._contents[key]))

    @cached_property
    def parts(self) -> list[Part]:
        return parts(self.prompt, self._most)

    @cached_property
    def reply(self) -> Text | None:
        """None where there is none."""
        if self.call.reply is None or not bytes(self.call.reply):
            return None
        text = self._contents[bytes(self.call.reply)].decode(errors="replace")
        return Text(text[: self._most], max(0, len(text) - self._most))

    @property
    def cut(self) -> bool:
        """Whether "show all" would show more."""
        hidden = any(part.hidden for part in self.parts) or bool(self.reply and self.reply.hidden)
        return hidden and not self.full

    @cached_property
    def _contents(self) -> Mapping[bytes, bytes]:
        return self.shelf.load(self.keys)

    @property
    def keys(self) -> list[bytes]:
        """Digests of what it shows."""
        return [bytes(key) for key in (self.call.prompt, self.call.reply) if key]

    @property
    def _most(self) -> int:
        return SHOWN_AT_MOST if self.full else SHOWN


@dataclass
class Asked:
    """What was asked so that a candidate was made."""

    run: Run
    candidate: CandidateEdit
    shelf: content.Shelf = field(default_factory=content.Shelf)

    @cached_property
    def calls(self) -> list[Call]:
        """The calls between the proposal before it and its own, in their order; none where no model plays.

        Of questions that were put at once, those of its child, and what was asked for all of them.
        """
        if not self.run.asks:
            return []
        proposals = Effect.objects.filter(round=self.candidate.round_id, kind="propose", candidate__isnull=False)
        own = proposals.filter(candidate=self.candidate.pk).order_by("position", "child")
        siblings = proposals.filter(position=OuterRef("own")).exclude(candidate=self.candidate.pk)
        between = proposals.filter(position__gte=OuterRef("position"), position__lt=OuterRef("own"))
        found = Call.objects.filter(round=self.candidate.round_id, task=None).alias(
            own=Subquery(own.values("position")[:1]), place=Subquery(own.values("child")[:1])
        )
        found = found.filter(~Exists(between), position__lt=F("own")).filter(
            ~Exists(siblings) | Q(place__lt=0) | Q(child=-1) | Q(child=F("place"))
        )
        return list(found.select_related("catalogue").order_by("position", "child", "pk")[:MADE_BY])

    @cached_property
    def last(self) -> Said | None:
        """The call whose reply became the candidate; whether that is new may be asked after it."""
        answered = [call for call in self.calls if call.state == CallState.DONE and call.role != "novelty"]
        return Said(answered[-1], shelf=self.shelf) if answered else None

    @property
    def measured(self) -> bool:
        """Whether a model's work is what is measured."""
        return bool(self.run.project.worker)

    @property
    def total(self) -> int | None:
        """What they cost; None where nobody knows."""
        costs = [call.cost for call in self.calls if call.state in (CallState.DONE, CallState.FAILED)]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    @property
    def tokens(self) -> int:
        return sum(call.tokens for call in self.calls)
