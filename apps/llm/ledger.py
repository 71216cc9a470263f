"""The ledger's words: what is wanted, what became of it, and what it came to.

A call's row is written before it is made and settled with its answer, in the driver's own transactions:

    with transaction.atomic():                       # the claim of the effects
        opening = open_calls(run, wanted)            # rows in flight, budgets reserved; nothing is sent yet
        step.entries += opening.entries
        transitions.commit(run, step, ...)
    for opened in opening.calls: callers.submit(opened.job), or take opened.settled as it stands
    ...
    with transaction.atomic():                       # the answers
        settlement = settle(outcomes)
        step.entries += settlement.entries
        transitions.commit(run, step, ...)

A process that dies between the two leaves rows in flight: whoever takes its run over calls `lose`, and asks again.
None of this appends to the log: entries are returned, because the log's head is locked last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from apps.engine.prompt import Prompt
from apps.llm.contract import CallJob, CallOutcome
from apps.llm.waits import Wait
from apps.log.chain import Entry

type Mode = Literal["record", "reuse", "replay"]
type Why = Literal["unknown", "latched", "away", "price", "context", "budget", "day", "busy", "replay"]

MODES: tuple[Mode, ...] = ("record", "reuse", "replay")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that is to be made. place: round id, position and child of its effect."""

    model: str  # its name in the catalogue
    role: str
    prompt: Prompt
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 0  # 0: as many as the model gives
    effort: str = ""
    place: tuple[int, int, int] | None = None
    candidate: int | None = None
    task: int | None = None
    repeat: int = 0
    trying: bool = False  # whether a model that was away answers again: no budget stands against finding out


@dataclass(frozen=True, slots=True)
class Settled:
    """A call that has ended. answer is what the journal keeps of it; None where it failed.

    answer: {"reply": digest of the text, "model", "stop", "tokens", "cost", "call"}.
    """

    outcome: CallOutcome
    answer: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A call that has its row. settled is there already where the ledger answers it: then nothing is sent."""

    job: CallJob
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """A call that is not made; reason and hint are for people. wait: what would have to pass; None: it never will."""

    why: Why
    reason: str
    hint: str = ""
    wait: Wait | None = None


@dataclass(slots=True)
class Opening:
    """What became of each wanted call, in their order, and the entries for the project's log."""

    calls: list[Opened | Denied] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Settlement:
    """Settled calls by key. One that is missing was lost or settled before: what came now is thrown away."""

    calls: dict[str, Settled] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
