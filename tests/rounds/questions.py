"""A method that asks a model for every edit, and the model that answers: a pure function of the prompt."""

import re
from collections import Counter
from contextlib import contextmanager
from decimal import Decimal
from random import Random

from apps.accounts.actors import Actor
from apps.engine import registry
from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import Ask, Choose, Propose, Refused
from apps.engine.prompt import USER, Message, Prompt, prompt_payload
from apps.engine.recipe import Recipe
from apps.engine.records import Reply
from apps.engine.testing.scripted import moved, number_mover
from apps.engine.trajectories import Latest
from apps.llm.money import Rates
from apps.llm.probe import QUESTION
from apps.llm.services import catalogue
from apps.records.models import Effect
from tests.llm.server import MessagesServer
from tests.rounds.world import PROGRAM

SYSTEM = Actor.system()
ONE_EACH = Rates(Decimal(1), Decimal(1), Decimal(1), Decimal(1))  # a million tokens of any kind cost 1
METHOD = "asker"
MODEL = "small"


def vary(ctx, parents):
    base = parents[0]
    shown = yield Choose("trajectory", Latest(base.number), 4)
    told = [f"Round {ctx.round}.", *ctx.hints, *(f"{each.task}: {each.score}" for each in shown)]
    told.append(base.texts["main.py"])
    prompt = Prompt(ctx.about, (Message(USER, "\n".join(told)),), hints=ctx.hints)
    try:
        reply: Reply = yield Ask("mutate", prompt, ctx.models["mutate"][0].model)
        return (yield Propose((base.number,), {"main.py": reply.text}, "asked"))
    except Refused:
        return None


RECIPE = Recipe(vary=vary, roles=("mutate",))


def numbers(asked):
    """The program of the prompt with one of its numbers moved."""
    if is_check(asked):
        return "ready"
    told = "\n".join(_text(turn["content"]) for turn in asked.body["messages"])
    before = re.findall(r"C = \[.*\]", told)[-1]
    return PROGRAM.replace(PROGRAM.splitlines()[1], moved(before, Random(told), 0.5))


class Scripted:
    """The engine's simulated model. Its dice are thrown by the prompt and by how often that was answered before."""

    def __init__(self):
        self.answered = Counter()
        self.serving = None

    def __call__(self, asked):
        if is_check(asked):
            return "ready"
        config = asked.body.get("output_config", {}).get("format", {})
        turns = tuple(Message(turn["role"], _text(turn["content"])) for turn in asked.body["messages"])
        prompt = Prompt(_text(asked.body.get("system", "")), turns)
        role = "crossover" if "# Other parent" in turns[0].text else "mutate"
        key = digest(encode(prompt_payload(prompt))).hex()
        dice = Random(f"{key}/{self.answered[key]}")
        self.answered[key] += 1
        return number_mover()(Ask(role, prompt, MODEL, config.get("schema")), dice).text

    def goes_on(self, run):
        """It knows of this run's recorded replies alone, also when calls of a dead process still come in."""
        self.serving.settle()
        asks = Effect.objects.filter(round__run=run, kind="ask", state="done")
        self.answered = Counter(decode(bytes(each.asked))["prompt"] for each in asks)


def is_check(asked):
    """Whether this only finds out whether the model is there."""
    return asked.text == QUESTION.messages[-1].text


def _text(content):
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def known(monkeypatch):
    """The method of these tests is one that there is."""
    original = registry.get
    monkeypatch.setattr(registry, "get", lambda name: RECIPE if name == METHOD else original(name))


@contextmanager
def server(monkeypatch, reply=numbers, latency=0.0, rates=ONE_EACH, **columns):
    """A Messages server, and a model of the catalogue that plays every role there."""
    monkeypatch.setenv("TEST_MODEL_KEY", "sk-never-shown")
    with MessagesServer(reply, latency) as serving:
        reached = {"model": "scripted", "base_url": serving.url, "key_variable": "TEST_MODEL_KEY", "max_tokens": 1000}
        row = catalogue.put(SYSTEM, catalogue.Description(MODEL, reached | columns, {}))
        if rates is not None:
            catalogue.price(SYSTEM, row, rates)
        catalogue.cast(SYSTEM, None, "mutate", {MODEL: 1.0})
        yield serving
