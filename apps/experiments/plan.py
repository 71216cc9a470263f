"""What an experiment is to do, as one value; and its cells in the order in which they are started."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.engine.canonical import decode, digest, encode
from apps.projects.toml_text import word

MOST_METHODS = 32
MOST_SEEDS = 1_000
MOST_PROJECTS = 50
MOST_CELLS = 5_000
ENOUGH_SEEDS = 20  # below, intervals say little (Agarwal et al. 2021)
NULL_RUN = "null_run"


@dataclass(frozen=True, slots=True)
class Contender:
    """A method with its parameters, under the name that the experiment gives it."""

    label: str
    method: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """A project that is evolved: its key, and the score that counts as success, in the project's own direction."""

    project: int
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Methods by seeds by projects at equal budget. baseline: label of the method that the others are held against."""

    name: str
    candidates: int
    seconds: float | None
    contenders: tuple[Contender, ...]
    seeds: tuple[int, ...]
    grounds: tuple[Ground, ...]
    baseline: str

    @property
    def size(self) -> int:
        """How many runs it takes."""
        return len(self.contenders) * len(self.seeds) * len(self.grounds)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(contender.label for contender in self.contenders)

    @property
    def has_null(self) -> bool:
        """Whether the null run is among the methods: what this budget brings without any edit."""
        return any(contender.method == NULL_RUN for contender in self.contenders)

    @property
    def few_seeds(self) -> bool:
        return len(self.seeds) < ENOUGH_SEEDS

    def contender(self, label: str) -> Contender:
        """The method of that label. Raises KeyError."""
        return {contender.label: contender for contender in self.contenders}[label]

    def target(self, project: int) -> float | None:
        return {ground.project: ground.target for ground in self.grounds}.get(project)

    def cells(self) -> Iterator[tuple[int, str, int]]:
        """(project, label, seed), all methods on a seed before the next seed: so every partial result is fair."""
        for seed in self.seeds:
            for ground in self.grounds:
                for contender in self.contenders:
                    yield ground.project, contender.label, seed

    @property
    def identity(self) -> bytes:
        """SHA-256 of the plan."""
        return digest(to_bytes(self))


def contender_as_toml(contender: Contender) -> str:
    """A method as a table of an experiment file."""
    inline = ", ".join(f"{name} = {word(value)}" for name, value in contender.parameters.items())
    head = f"[[method]]\nname = {word(contender.method)}\nlabel = {word(contender.label)}"
    return f"{head}\nparameters = {{ {inline} }}" if inline else head


def to_bytes(plan: Plan) -> bytes:
    """Canonical bytes of a plan."""
    return encode(asdict(plan))


def from_bytes(data: bytes | memoryview) -> Plan:
    """The plan behind its bytes."""
    said = decode(bytes(data))
    parts = {
        "contenders": tuple(Contender(**each) for each in said["contenders"]),
        "seeds": tuple(said["seeds"]),
        "grounds": tuple(Ground(**each) for each in said["grounds"]),
    }
    return Plan(**(said | parts))
