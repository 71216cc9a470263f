"""The models that a run may ask, and the calls that are on their way to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.engine.setup import Ensembles
from apps.llm.contract import CallJob, ModelSpec
from apps.rounds.measuring import Place


@dataclass(slots=True)
class Models:
    """What is known of a run's models by name, and which of them are stopped until a person releases them."""

    specs: Mapping[str, ModelSpec] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()


def read(ensembles: Ensembles) -> Models:
    """The models that play a role, as they are reached now."""
    return Models()


@dataclass(slots=True)
class Question:
    """An Ask on its way to a model."""

    place: Place
    token: int
    job: CallJob
