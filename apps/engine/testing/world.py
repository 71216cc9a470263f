"""A world in memory that carries out effects as the driver does, with a journal that rounds can be replayed from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from apps.engine import inplace, supervise
from apps.engine.axes import Axes
from apps.engine.canonical import decode, digest, encode
from apps.engine.effects import Ask, Choose, Compare, Effect, Judge, Measure, Promote, Propose, Refused
from apps.engine.population import Member, Population
from apps.engine.promotion import ConfirmedGain
from apps.engine.recipe import Context, Outcome, Recipe, Steps
from apps.engine.records import Chosen, Result, Shown, results_from
from apps.engine.replay import Asked, Play, Row, done, refused
from apps.engine.replies import reply_from, reply_payload
from apps.engine.setup import Ensembles, Setup, Voice
from apps.engine.testing.scripted import Model, number_mover
from apps.engine.trajectories import Latest, shown_from, shown_payload

type Score = Callable[[Mapping[str, str], str, int], Result]  # texts, task, how many measurements came before
type Tell = Callable[[Mapping[str, str], Result], Shown]  # texts and the result of a task


def bare(texts: Mapping[str, str], result: Result) -> Shown:
    """What a prompt may show of a measurement of which nothing but the result is known."""
    return Shown(result.task, result.score, result.failure)


@dataclass(slots=True)
class World:
    """One run of a recipe. score says what measuring gives; refuse may name a reason for an effect at a place.

    model answers what is asked; tell says what a prompt may show of a measurement.
    """

    recipe: Recipe
    seed: int
    texts: Mapping[str, str]
    score: Score
    tasks: tuple[str, ...] = ("task",)
    axes: Axes = field(default_factory=Axes)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    refuse: Callable[[int, int, Effect], str] = lambda number, position, effect: ""
    plan: supervise.Plan = field(default_factory=lambda: supervise.Plan(repeatable=True, gate=False))
    gate: tuple[str, ...] = ()
    edits: Mapping[str, str] = field(default_factory=dict)  # of paths that are not "regions"
    train: tuple[str, ...] = ()
    models: Ensembles = field(default_factory=lambda: {"mutate": (Voice("scripted"),)})
    model: Model = field(default_factory=number_mover)
    tell: Tell = bare
    hints: tuple[str, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)

    journal: dict[int, list[Row]] = field(default_factory=dict)
    outcomes: dict[int, Outcome | Refused | None] = field(default_factory=dict)
    contents: dict[int, Mapping[str, str]] = field(default_factory=dict)
    champion: int | None = None
    measurements: int = 0
    tried: set[int] = field(default_factory=set)
    looks: int = 0
    confirmed: int = 0
    texts_by_digest: dict[str, Any] = field(default_factory=dict)  # replies, and measurements that prompts were shown
    measured_on: dict[int, dict[str, Shown]] = field(default_factory=dict)
    calls: list[Ask] = field(default_factory=list)
    population: Population = field(init=False)

    def __post_init__(self) -> None:
        settings = self.recipe.settings(self.parameters)
        setup = Setup(self.texts, self._edits, self.tasks, self.axes, settings, self.models)
        self.population = self.recipe.population(setup)

    @property
    def _edits(self) -> dict[str, str]:
        return dict.fromkeys(self.texts, "regions") | dict(self.edits)

    @property
    def measured(self) -> int:
        """Candidates measured, the seed not counted."""
        return len(self.tried) - (supervise.SEED in self.tried)

    def evolve(self, candidates: int, most_rounds: int = 10_000) -> "World":
        """Rounds until that many candidates are measured."""
        for number in range(most_rounds):
            if self.measured >= candidates:
                break
            self.round(number)
        return self

    def round(self, number: int) -> None:
        """One round from its beginning to its end."""
        play = self.play(number)
        self.journal[number] = []
        while play.current is not None:
            self.answer(number, play)
        self.outcomes[number] = play.refused or play.outcome

    def play(self, number: int) -> Play:
        """A fresh generator of a round."""
        settings = self.recipe.settings(self.parameters)
        ctx = Context(self.seed, number, self._edits, settings, tasks=self.tasks)
        ctx.train, ctx.models, ctx.hints, ctx.templates = self.train, self.models, self.hints, self.templates
        steps = self._steps(number, ctx)
        return Play(steps, ctx, self._deliver)

    def answer(self, number: int, play: Play) -> None:
        """Carry out the current effect, journal it, and feed the answer."""
        ctx = Context(self.seed, number, {}, {}, play.position + 1)
        asked = play.current
        if isinstance(asked, list):
            parts = [
                decode(self._answer(number, play.position, effect, ctx, f"choose/{child}"))
                for child, effect in enumerate(asked)
            ]
            answer = encode({"done": parts})
        else:
            answer = self._answer(number, play.position, cast(Effect, asked), ctx)
        self.journal[number].append(Row(play.position, play.asked, answer))
        play.feed(answer)

    def _steps(self, number: int, ctx: Context) -> Steps[Outcome]:
        if number == 0:
            return supervise.plant(ctx, self.plan, self.texts)
        return supervise.supervised(ctx, self.plan, self.recipe.round(self.recipe, ctx))

    def _answer(self, number: int, position: int, effect: Effect, ctx: Context, label: str = "choose") -> bytes:
        reason = self.refuse(number, position, effect)
        if reason:
            return refused(reason)
        try:
            return done(self._carry_out(effect, ctx.random(label)))
        except Refused as refusal:
            return refused(refusal.reason, refusal.hint)

    def _carry_out(self, effect: Effect, dice: Random) -> Any:
        found: Any
        match effect:
            case Choose(kind="champion"):
                found = [self._standing(effect)]
            case Choose(kind="trajectory"):
                found = self._show(cast(Latest, effect.rule), effect.n)
            case Ask():
                found = self._ask(effect, dice)
            case Choose():
                found = inplace.choose(self.population, effect, dice)
            case Propose():
                found = self._propose(effect)
            case Measure(candidate, tasks, repeats):
                found = self._measure(candidate, self._split(tasks) if isinstance(tasks, str) else tasks, repeats)
            case Judge():
                found = self._judge(effect)
            case Promote():
                found = self._promote(effect, dice)
            case Compare(candidate, (_, champion), tasks):
                self.looks += 1
                sides = [self._measure(number, self._split(tasks), 1) for number in (candidate, champion)]
                found = {"candidate": sides[0], "champion": sides[1]}
        return found

    def _split(self, name: str) -> tuple[str, ...]:
        return {"gate": self.gate, "train": self.train}.get(name, self.tasks)

    def _ask(self, effect: Ask, dice: Random) -> dict[str, Any]:
        if not any(voice.model == effect.model for voices in self.models.values() for voice in voices):
            raise Refused(f"there is no model {effect.model!r}")
        self.calls.append(effect)
        reply = self.model(effect, dice)
        told = reply_payload(reply)
        self.texts_by_digest[told["reply"]] = reply.text
        return told

    def _show(self, rule: Latest, n: int) -> list[str]:
        keys = []
        for shown in rule.pick(self.measured_on.get(rule.candidate, {}).values(), n):
            data = shown_payload(shown)
            keys.append(digest(encode(data)).hex())
            self.texts_by_digest[keys[-1]] = data
        return keys

    def _promote(self, effect: Promote, dice: Random) -> dict[str, str]:
        ruling = cast(Any, effect.rule).rule(effect.evidence, dice)
        if ruling.decision == "promote":
            self.champion = effect.candidate
            self.confirmed += effect.rule.name == ConfirmedGain.name
        return {"decision": ruling.decision, "why": ruling.why}

    def _judge(self, effect: Judge) -> dict[str, str]:
        decision = inplace.judge(self.population, effect)
        self.population.judged(effect.candidate, decision.decision)
        return {"decision": decision.decision, "why": decision.why}

    def _standing(self, effect: Choose) -> dict[str, Any]:
        number = cast(Any, effect.rule).candidate
        ledger = {"looks": self.looks, "confirmed": self.confirmed}
        known = {"run": 0, "score": self.population.score(number), "same": False} | ledger
        if self.champion is None:
            return known | {"champion": None, "champion_score": None}
        return known | {"champion": [0, self.champion], "champion_score": self.population.score(self.champion)}

    def _propose(self, effect: Propose) -> int:
        for parent in effect.parents:
            if parent not in self.contents:
                raise Refused(f"there is no candidate {parent}")
        base = self.contents[effect.parents[0]] if effect.parents else {}
        if effect.parents:
            inplace.check(effect, base, self._edits, (*self.tasks, *self.train))
        number = len(self.contents)
        self.contents[number] = {**base, **effect.edit}
        texts = {path: text.encode() for path, text in self.contents[number].items()}
        content = {path: digest(text).hex() for path, text in texts.items()}
        key, size = digest(encode(content)), sum(map(len, texts.values()))
        traits = decode(encode(effect.traits))
        self.population.add(Member(number, effect.parents, content, key, effect.operator, traits, size))
        return number

    def _measure(self, candidate: int, tasks: tuple[str, ...], repeats: int) -> list[list[Any]]:
        if candidate not in self.contents:
            raise Refused(f"there is no candidate {candidate}")
        self.tried.add(candidate)
        rows = []
        for task in tasks * repeats:
            result = self.score(self.contents[candidate], task, self.measurements)
            self.measurements += 1
            shown = self.measured_on.setdefault(candidate, {})
            shown[task] = self.tell(self.contents[candidate], result)
            row = [result.task, result.score, result.failure]
            rows.append([*row, dict(result.facts)] if result.facts else row)
        self.population.measured(candidate, results_from([row for row in rows if row[0] in self.tasks]))
        return rows

    def _deliver(self, effect: Asked, value: Any) -> Any:
        if isinstance(effect, Choose) and effect.kind == "candidate":
            members = self.population.members
            return [Chosen(number, score, self.contents[number], members[number].traits) for number, score in value]
        if isinstance(effect, Choose) and effect.kind == "trajectory":
            return [shown_from(self.texts_by_digest[key]) for key in value]
        if isinstance(effect, Ask):
            return reply_from(value, self.texts_by_digest[value["reply"]], effect)
        return value
