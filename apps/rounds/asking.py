"""From an Ask to a call of a model. The driver's own loop awaits it, whether or not this process also measures."""

from datetime import timedelta
from uuid import uuid4

from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import Ask, Refused
from apps.engine.prompt import Prompt, prompt_from, prompt_payload
from apps.engine.records import Reply
from apps.engine.replies import reply_payload
from apps.llm.contract import CallFailure, CallJob, CallOutcome
from apps.records.models import Commission, EffectState
from apps.records.step import Row
from apps.rounds.book import Book, OpenRound
from apps.rounds.journal import begin, change
from apps.rounds.measuring import Place
from apps.rounds.voices import Question

ATTEMPTS = 5  # of an effect, each of which the callers try several times
FIRST_REST = 2.0  # seconds between the first two; doubles with each
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
    spec = book.models.specs.get(effect.model)
    if spec is None:
        raise Refused(f"there is no model {effect.model!r}", "Ask one of the models that play the role.")
    prompt = prompt_of(book, effect, row)
    if (size := len(prompt.system) + sum(len(message.text) for message in prompt.messages)) > LARGEST_PROMPT:
        raise Refused(f"the prompt has {size:,} characters; {LARGEST_PROMPT:,} are allowed", "Leave something out.")
    if effect.model in book.models.stopped:
        opened.waiting = True
        return
    begin(book, opened, row)
    place: Place = (opened.id, row["position"], row["child"])
    job = CallJob(uuid4().hex, spec, prompt, effect.schema)
    book.questions.append(Question(place, row["token"], job))


def put_off(book: Book, opened: OpenRound, row: Row) -> None:
    """A call failed and may succeed later: the effect is ready again after a rest."""
    change(book, opened, row, EffectState.READY, None)
    row["failures"] += 1
    row["token"] += 1
    row["holder"], row["until"] = "", book.now() + timedelta(seconds=FIRST_REST * 2 ** (row["failures"] - 1))


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


def replied(outcome: CallOutcome, cost: float | None) -> tuple[dict[str, object], bytes]:
    """The journal form of a reply, and the bytes of its text."""
    reply = Reply(outcome.text, outcome.job.spec.name, outcome.stop, None, outcome.usage.total, cost)
    return reply_payload(reply), outcome.text.encode(errors="surrogatepass")
