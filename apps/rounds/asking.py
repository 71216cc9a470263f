"""From an Ask to a call of a model. The driver's own loop awaits it, whether or not this process also measures."""

from collections.abc import Sequence
from datetime import timedelta

from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import Ask, Refused
from apps.engine.prompt import Prompt, prompt_from, prompt_payload
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
from apps.rounds.voices import SPENT, Heard, Question

ATTEMPTS = 5  # of an effect, each of which the callers try several times
FIRST_REST = 2.0  # seconds between the first two; doubles with each
BUSY = timedelta(seconds=1)  # until calls in flight may have given back what they reserved
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

    Where the model is stopped the effect stays ready, and its round gives its slot back until people release it.
    """
    place: Place = (opened.id, row["position"], row["child"])
    models = book.models
    if effect.model not in models.names:
        raise Refused(f"there is no model {effect.model!r} in this run", "Ask one of those that play the role.")
    if (denied := models.denied.pop(place, None)) is not None:
        _deny(book, opened, row, denied)
        return
    if models.spent:
        raise Refused(SPENT, models.spent)
    if effect.model in models.stopped:
        opened.waiting = opened.stalled = True
        return
    prompt = prompt_of(book, effect, row)
    if (size := len(prompt.system) + sum(len(message.text) for message in prompt.messages)) > LARGEST_PROMPT:
        raise Refused(f"the prompt has {size:,} characters; {LARGEST_PROMPT:,} are allowed", "Leave something out.")
    begin(book, opened, row)
    wanted = Wanted(effect.model, effect.role, prompt, effect.schema, place=place)
    book.questions.append(Question(place, row["token"], wanted))


def _deny(book: Book, opened: OpenRound, row: Row, denied: Denied) -> None:
    """The ledger let no call be made: for now, or for good. Raises Refused."""
    if denied.why == "busy":
        change(book, opened, row, EffectState.READY, None)
        row["until"] = book.now() + BUSY
    elif denied.why == "budget":
        book.models.spent = denied.reason
        raise Refused(SPENT, denied.reason)
    else:
        raise Refused(denied.reason, denied.hint)


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
            take_back(book, opened, row)
            row["attempts"] -= 1  # nothing was tried
            if call.why == "latched":
                book.models.stopped |= {question.wanted.model}
                opened.waiting = opened.stalled = True
            else:
                book.models.denied[question.place] = call
            continue
        tell_again(book, opened, row)
        question.job = call.job
        if call.settled is not None:
            known.append(Heard(question, call.settled.outcome, call.settled))
    return known


def put_off(book: Book, opened: OpenRound, row: Row, wish: float | None) -> None:
    """A call failed and may succeed later: the effect is ready again after a rest, as long as the server wishes."""
    take_back(book, opened, row)
    row["failures"] += 1
    rest = max(FIRST_REST * 2 ** (row["failures"] - 1), wish or 0.0)
    row["until"] = book.now() + timedelta(seconds=rest)


def take_back(book: Book, opened: OpenRound, row: Row) -> None:
    """Ready again, at once. A reply that still comes under the token of before is refused."""
    change(book, opened, row, EffectState.READY, None)
    row["token"] += 1
    row["holder"] = ""


def why_not(failure: CallFailure) -> tuple[str, str]:
    """Reason and hint of a refusal, for the method and for whoever reads the journal."""
    if failure.blame == "again":
        return f"the model did not answer in {ATTEMPTS} attempts", failure.detail
    return "the model cannot answer this", failure.detail


def receive(book: Book, opened: OpenRound, outcome: CallOutcome) -> None:
    """A reply came: the hint that stood in its prompt was read."""
    asked = opened.commission
    if asked is not None and set(hints_of(asked)) & set(outcome.job.prompt.hints):
        book.step.heeded.add(asked.pk)


def hints_of(commission: Commission | None) -> tuple[str, ...]:
    """What people want a round to heed."""
    said = decode(bytes(commission.asked)).get("hint", "") if commission is not None else ""
    return (said,) if said else ()
