"""Models, and calls of them, as drivers would have left them."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

from django.utils import timezone
from factory import Play

from apps.accounts.actors import Actor
from apps.common.ids import row_id
from apps.engine.canonical import digest, encode
from apps.engine.prompt import Cut, Message, Prompt, prompt_payload
from apps.engine.setup import Voice, ensembles_payload
from apps.llm.models import Budget, Call, CallState, Casting, LanguageModel, ModelLatch, Price, Spend
from apps.llm.money import UNIT
from apps.records import content
from apps.records.models import CandidateEdit, Effect, EffectState, Run

SYSTEM = Actor.system()
ROLES = ("mutate", "mutate", "mutate", "reflect", "judge")
FAILURES = ((429, "again", "haiku answered 429: slow down"), (529, "again", "haiku answered 529: overloaded"))


def model(name: str, *, price: float | None = 1.0, **columns: Any) -> LanguageModel:
    """A model in the catalogue that wants no key."""
    values = {"model": f"{name}-1", "base_url": "https://models.example.org", "key_variable": "", "added_by": "system"}
    made = LanguageModel.objects.create(name=name, **(values | columns))
    if price is not None:
        each = [Decimal(str(price * factor)) for factor in (1, 5, 0.1, 1.25)]
        rates = dict(zip(("input", "output", "cache_read", "cache_write"), each, strict=True))
        Price.objects.create(model=made, since=timezone.now() - timedelta(days=40), set_by="system", **rates)
    return made


def plays(made: LanguageModel, role: str = "mutate", weight: float = 1.0, project: Any = None) -> None:
    Casting.objects.create(project=project, role=role, model=made, weight=weight)


def stopped(made: LanguageModel, reason: str = "haiku cannot be used: the account is out of credit.") -> ModelLatch:
    return ModelLatch.objects.create(model=made, reason=reason, set_by="system")


def asks(play: Play, *names: str) -> None:
    """The run's method asks these models."""
    cast = {"mutate": tuple(Voice(name) for name in names), "reflect": (Voice(names[0]),)}
    Run.objects.filter(pk=play.run.pk).update(ensembles=encode(ensembles_payload(cast)))
    play.run.refresh_from_db()


def kept(data: bytes) -> bytes:
    key = digest(data)
    content.store_files({key: data})
    content.store({key: data})
    return key


def prompt(text: str, system: str = "You improve programs.", hints: Sequence[str] = ()) -> bytes:
    """A stored prompt, of which something was left out."""
    cut = (Cut("inspirations", 3200, 900), Cut("trajectories", 1800, 0))
    return kept(encode(prompt_payload(Prompt(system, (Message("user", text),), cut, tuple(hints)))))


def call(made: LanguageModel, run: Run | None = None, **values: Any) -> Call:
    """One call that was answered, unless told otherwise."""
    said = {"prompt": values.pop("prompt", None) or prompt("Improve this program."), "state": CallState.DONE}
    if values.get("state", CallState.DONE) == CallState.DONE:
        said["reply"] = kept(values.pop("reply", b"Here is a better one."))
        said |= {"stop": "end", "input": 1200, "output": 400, "cache_read": 800, "cost": 3 * UNIT // 1000}
        said |= {"seconds": 3.4, "attempts": 1}
    return Call.objects.create(**(_blank(made, run) | said | values))


def _blank(made: LanguageModel, run: Run | None) -> dict[str, Any]:
    return {
        "key": uuid4().hex,
        "catalogue": made,
        "model_id": made.model,
        "role": "mutate",
        "project": run.project if run else None,
        "run": run,
        "request": digest(uuid4().bytes),
        "occurrence": 0,
        "opened": timezone.now(),
    }


def led_to(candidate: CandidateEdit, *calls: Call) -> None:
    """The candidate came of these calls: they stand before its proposal in its round."""
    for position, one in enumerate(calls, 1):
        Call.objects.filter(pk=one.pk).update(round=candidate.round_id, position=position, child=-1)
    Effect.objects.create(
        round_id=candidate.round_id,
        position=len(calls) + 1,
        kind="propose",
        state=EffectState.DONE,
        candidate=candidate.pk,
        asked=encode({"propose": {}}),
    )


def many(play: Play, models: Sequence[LanguageModel], rows: int) -> None:
    """Calls over the last ten days, some failed, some lost, one in a hundred on its way; the same prompt for all."""
    random, now = Random(1), timezone.now()
    asked, said = prompt("Improve this program."), kept(b"Here is a better one.")
    made = []
    for number in range(rows):
        state = random.choices(CallState.values, (0.2, 95, 4, 0.8))[0]
        one = _blank(random.choice(models), play.run) | {"role": random.choice(ROLES), "state": state, "prompt": asked}
        one |= {
            "opened": now - timedelta(days=10) * (1 - number / rows),
            "round": row_id(play.run.pk, 100_000 + number),
        }
        one |= {"position": 1, "reply": None}
        if state == CallState.DONE:
            one |= {
                "reply": said,
                "stop": "end",
                "input": random.randrange(400, 9000),
                "seconds": random.gammavariate(4, 1),
            }
            one |= {"output": random.randrange(50, 2000), "cache_read": random.randrange(4000), "attempts": 1}
            one["cost"] = (one["input"] + 5 * one["output"]) * 1000
        if state == CallState.FAILED:
            one |= dict(zip(("status", "blame", "detail"), random.choice(FAILURES), strict=True)) | {
                "attempts": 4,
                "cost": 0,
            }
        made.append(Call(**one))
    Call.objects.bulk_create(made, batch_size=1000)


def spent(play: Play, money: float, tokens: int, calls: int, *, lost: bool = False) -> None:
    """What the run, its project and today have come to, as the counters say."""
    values: dict[str, Any] = {"money": round(money * UNIT), "tokens": tokens, "calls": calls, "told": 80}
    values["project"] = play.project
    values |= {"lost": 3, "money_lost": round(money * UNIT) // 50, "tokens_lost": 48_000} if lost else {}
    today = timezone.now().date()
    for run, day in ((play.run, None), (None, None), (None, today)):
        Spend.objects.create(run=run, day=day, **values)


def bounded(play: Play, money: float | None, tokens: int | None = None, **scope: Any) -> None:
    most = None if money is None else round(money * UNIT)
    Budget.objects.create(project=play.project, money=most, tokens=tokens, set_by="system", **scope)


def lively(play: Play, rows: int = 400) -> list[LanguageModel]:
    """Three models that share the work of a run; one of them is stopped, one costs nobody knows what."""
    made = [model("haiku", model="claude-haiku-4-5"), model("opus", price=15, model="claude-opus-4-6")]
    made.append(model("local", price=None, model="SmolLM2-135M-Instruct", base_url="http://127.0.0.1:8080"))
    for one, weight in zip(made, (4, 1, 1), strict=True):
        plays(one, weight=weight)
    plays(made[1], "judge")
    plays(made[2], "worker", project=play.project)
    asks(play, "haiku", "opus")
    many(play, made[:2], rows)
    stopped(made[1])
    spent(play, 8.25, 1_900_000, rows, lost=True)
    bounded(play, 10, run=play.run)
    bounded(play, 100, 50_000_000)
    bounded(play, None, 3_000_000, daily=True)
    return made
