"""What a method may ask for: plain values that it yields, and the two ways in which they are answered.

A yielded effect either comes back as its value, or raises `Refused` at the yield. A list of effects is carried out
concurrently; its answer is a list in the same order, in which a refused child stands as the `Refused` itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from apps.engine.canonical import digest, encode
from apps.engine.prompt import Prompt, prompt_payload

SPLITS = ("train", "validation", "gate", "sealed", "canary")
METHOD_SPLITS = ("train", "validation")
ROLES = ("mutate", "crossover", "reflect", "judge", "summarise", "novelty", "repair", "worker")


class Rule(Protocol):
    """A named rule with parameters, as data: how parents are chosen, how a candidate is judged."""

    name: ClassVar[str]


class Refused(Exception):
    """The effect was not carried out, or its result is withheld. `hint` says what to do instead."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refused) and (self.reason, self.hint) == (other.reason, other.hint)

    def __hash__(self) -> int:
        return hash((self.reason, self.hint))


@dataclass(frozen=True, slots=True)
class Contract:
    """What the author of an edit claims, so that the measurement can prove it wrong. Tasks by key.

    probabilities are the chances, from 0 to 1, that the child does better than its base on a task.
    """

    hypothesis: str = ""
    evidence: str = ""
    predicted_fixes: tuple[str, ...] = ()
    at_risk: tuple[str, ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choose:
    """Draw n things of a kind from what the run knows. Answer: a list, in the order drawn."""

    kind: str  # "candidate", "memory", "task" or "trajectory"
    rule: Rule
    n: int = 1


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a model. Answer: a `records.Reply`. A call that cannot be made raises Refused.

    role is one of ROLES, model the name of one that plays it. schema is a JSON schema of what is to come back.
    """

    role: str
    prompt: Prompt
    model: str
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    """A changed candidate. Answer: its number, once it stands.

    parents are birth numbers; the first is the base that the edit is relative to. edit holds the complete new text of
    each changed component by path. traits, a little JSON, stay with the candidate for good: its island, the vector that
    it was drawn as, whatever the method wants to know of it later and cannot read from its texts.
    """

    parents: tuple[int, ...]
    edit: Mapping[str, str]
    operator: str
    contract: Contract = field(default_factory=Contract)
    inspirations: tuple[int, ...] = ()
    traits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """Run a candidate on the tasks of a split, or on tasks named by key. Answer: one result per task and repeat."""

    candidate: int
    tasks: str | tuple[str, ...] = "validation"
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Judge:
    """Give a verdict by a rule. Answer: {"decision", "why"}."""

    candidate: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Promote:
    """Make the candidate the champion if the rule finds the evidence sufficient. Only the driver's wrapper yields it.

    champion is the candidate whose place it takes, (run, number), or None for the first; evidence what the wrapper saw.
    """

    candidate: int
    champion: tuple[int, int] | None
    rule: Rule
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Compare:
    """Measure a candidate and the champion side by side, same tasks, same seeds. Only the wrapper yields it.

    Answer: {"candidate": [...], "champion": [...]}, results as for Measure.
    """

    candidate: int
    champion: tuple[int, int]
    tasks: str


Effect = Choose | Ask | Propose | Measure | Judge | Promote | Compare
METHOD_EFFECTS = (Choose, Ask, Propose, Measure, Judge)
QUEUED = (Measure, Compare)


def payload(effect: Effect | Sequence[Effect]) -> Any:
    """What the journal keeps of an effect and what replay compares: content is named by its digest."""
    if isinstance(effect, list | tuple):
        return [payload(child) for child in effect]
    return _payload(effect)


def _payload(effect: Any) -> dict[str, Any]:
    found: dict[str, Any]
    match effect:
        case Choose(kind, rule, n):
            found = {"choose": kind, "rule": rule_payload(rule), "n": n}
        case Ask():
            found = _question(effect)
        case Propose():
            found = _proposal(effect)
        case Measure(candidate, tasks, repeats):
            found = {"measure": candidate, "tasks": tasks, "repeats": repeats}
        case Judge(candidate, rule):
            found = {"judge": candidate, "rule": rule_payload(rule)}
        case Promote(candidate, champion, rule, evidence):
            found = {"promote": candidate, "champion": champion, "rule": rule_payload(rule), "evidence": dict(evidence)}
        case Compare(candidate, champion, tasks):
            found = {"compare": candidate, "champion": champion, "tasks": tasks}
        case _:
            raise TypeError(f"a method yielded {effect!r}, which is no effect; was `yield from` forgotten?")
    return found


def _question(effect: Ask) -> dict[str, Any]:
    prompt = digest(encode(prompt_payload(effect.prompt))).hex()
    found: dict[str, Any] = {"ask": effect.role, "prompt": prompt, "model": effect.model}
    return found | ({"schema": dict(effect.schema)} if effect.schema is not None else {})


def _proposal(effect: Propose) -> dict[str, Any]:
    content = {path: digest(text.encode(errors="surrogatepass")).hex() for path, text in effect.edit.items()}
    made: dict[str, Any] = {"propose": content, "parents": effect.parents, "operator": effect.operator}
    if effect.inspirations:
        made["inspirations"] = effect.inspirations
    if effect.traits:
        made["traits"] = dict(effect.traits)
    if effect.contract != Contract():
        made["contract"] = contract_payload(effect.contract)
    return made


def contract_payload(contract: Contract) -> dict[str, Any]:
    """What a contract says, without what it leaves open."""
    return {name: getattr(contract, name) for name in Contract.__slots__ if getattr(contract, name)}


def rule_payload(rule: Rule) -> dict[str, Any]:
    """{"name": …} and the rule's parameters."""
    return {"name": rule.name} | {name: getattr(rule, name) for name in getattr(rule, "__slots__", ())}


def kind_of(effect: Effect | Sequence[Effect]) -> str:
    """The effect's word: choose, ask, propose, measure, judge, promote, compare; `together` for a list."""
    return "together" if isinstance(effect, list | tuple) else type(effect).__name__.lower()
