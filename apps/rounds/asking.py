"""From an Ask to a call of a model. The driver's own loop awaits it, whether or not this process also measures."""

from collections.abc import Sequence

from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import Ask, Refused
from apps.engine.prompt import Prompt, prompt_from, prompt_payload
from apps.engine.replay import refused
from apps.llm.blame import kind
from apps.llm.contract import CallFailure, CallOutcome
from apps.llm.ledger import Denied, Wanted
from apps.llm.opening import open_calls
from apps.llm.settling import settle
from apps.records.models import Commission, EffectState
from apps.records.step import Row
from apps.records.transitions import Stale
from apps.rounds.book import Book, OpenRound
from apps.rounds.journal import begin, change, tell_again
from apps.rounds.measuring import Place
from apps.rounds.voices import ENDING, SPENT, Heard, Question
from apps.rounds.working import ATTEMPTS

GROWING = ("grow", "edit", "again", "parts")  # rounds that bring a candidate
LARGEST_PROMPT = 2_000_000  # characters


def keep(book: Book, effect: Ask) -> None:
    """Store the prompt with the row that names it: so a gate, a page and an audit show the very bytes."""
    data = encode(prompt_payload(effect.prompt))
    book.step.contents[digest(data)] = data


def prompt_of(book: Book, effect: Ask, row: Row) -> Prompt:
    """What is sent: the method's prompt, or the one that people made of it."""
    if row["ran"] is None:
        return effect.prompt
    (data,) = book.contents([decode(bytes(row["ran"]))["prompt"]])
    return prompt_from(decode(data))


def send(book: Book, opened: OpenRound, effect: Ask, row: Row) -> None:
    """Claim the effect for this process; its call goes out once that is committed. Raises Refused.

    Where it must wait, the effect stays ready.
    """
    place: Place = (opened.id, row["position"], row["child"])
    if effect.model not in book.models.names:
        raise Refused(f"there is no model {effect.model!r} in this run", "Ask one of those that play the role.")
    if must_wait(book, opened, effect.model):
        return
    prompt = prompt_of(book, effect, row)
    if (size := len(prompt.system) + sum(len(message.text) for message in prompt.messages)) > LARGEST_PROMPT:
        raise Refused(f"the prompt has {size:,} characters; {LARGEST_PROMPT:,} are allowed", "Leave something out.")
    begin(book, opened, row)
    wanted = Wanted(effect.model, effect.role, prompt, effect.schema, place=place)
    book.questions.append(Question(place, row["token"], wanted))


def must_wait(book: Book, opened: OpenRound, model: str) -> bool:
    """Whether no call of a model may be made now. Raises Refused where none will be, or none is waited for."""
    if book.models.spent:
        raise Refused(SPENT, book.models.spent)
    wait = book.models.waits.get(model)
    if wait is None:
        return False
    if book.run.finishing and opened.kind in GROWING and not wait.brief:
        raise Refused("the run is coming to its end, and this would have to wait", wait.words)
    opened.waits.append(wait)
    return True


def _deny(book: Book, opened: OpenRound, row: Row, denied: Denied) -> None:
    """The ledger let no call be made: the claim is taken back, for now or for good."""
    row["attempts"] -= 1  # nothing was tried
    if denied.wait is not None:
        take_back(book, opened, row)
        opened.waits.append(denied.wait)
        return
    reason, hint = denied.reason, denied.hint
    if denied.why in ENDING:
        book.models.spent = hint = f"{denied.reason} {denied.hint}"
        reason = SPENT
    change(book, opened, row, EffectState.REFUSED, refused(reason, hint))


def enter(book: Book, heard: Sequence[Heard]) -> list[Heard]:
    """The ledger's part of a step, inside its transaction: rows of the calls that it claims, and what it heard.

    Returns what the ledger answered itself; a claim that it denied is taken back. Raises Stale.
    """
    settlement = settle(each.outcome for each in heard if each.settled is None)
    if any(each.settled is None and each.outcome.job.id not in settlement.calls for each in heard):
        raise Stale("a call of this step was settled by another process")
    opening = open_calls(book.run, [question.wanted for question in book.questions], book.calls)
    book.step.entries += [*settlement.entries, *opening.entries]
    known = []
    for question, call in zip(book.questions, opening.calls, strict=True):
        opened = book.rounds[question.place[0]]
        row = opened.rows[question.place[1:]]
        if isinstance(call, Denied):
            _deny(book, opened, row, call)
            continue
        tell_again(book, opened, row)
        question.job = call.job
        if call.settled is not None:
            known.append(Heard(question, call.settled.outcome, call.settled))
    return known


def take_back(book: Book, opened: OpenRound, row: Row) -> None:
    """Ready again, at once. A reply that still comes under the token of before is refused."""
    change(book, opened, row, EffectState.READY, None)
    row["token"] += 1
    row["holder"] = ""


def why_not(failure: CallFailure) -> tuple[str, str]:
    """Reason and hint of a refusal, for the method and for whoever reads the journal.

    What a server says of this prompt is theirs to know; what it says of itself, and where it stands, is not.
    """
    if failure.blame == "again":
        told = f"The last time: {kind(failure.status, failure.blame)}."
        return f"the model did not answer this in {ATTEMPTS} attempts, and answered others", told
    return f"the model cannot answer this: {failure.detail}", ""


def receive(book: Book, opened: OpenRound, outcome: CallOutcome) -> None:
    """A reply came: the hint that stood in its prompt was read."""
    asked = opened.commission
    if asked is not None and set(hints_of(asked)) & set(outcome.job.prompt.hints):
        book.step.heeded.add(asked.pk)


def hints_of(commission: Commission | None) -> tuple[str, ...]:
    """What people want a round to heed."""
    said = decode(bytes(commission.asked)).get("hint", "") if commission is not None else ""
    return (said,) if said else ()
