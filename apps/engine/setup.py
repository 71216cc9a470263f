"""What a method is set against: everything about a run that stays the same, known before its first round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.engine.axes import Axes


@dataclass(frozen=True, slots=True)
class Voice:
    """A model that plays a role, and how often it is drawn against the others that do.

    room: tokens that a prompt may have so that it fits into the model's context; 0: not known.
    """

    model: str
    weight: float = 1.0
    room: int = 0


type Ensembles = Mapping[str, tuple[Voice, ...]]  # by role; "mutate" plays the roles that nobody is named for
FALLBACK = "mutate"


def ensembles_payload(models: Ensembles) -> dict[str, list[list[Any]]]:
    """The JSON form: [model, weight] each, by role, and the room where it is known."""
    return {role: [_payload(voice) for voice in voices] for role, voices in models.items() if voices}


def _payload(voice: Voice) -> list[Any]:
    return [voice.model, voice.weight, *([voice.room] if voice.room else [])]


def ensembles_from(payload: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, tuple[Voice, ...]]:
    """The ensembles behind their JSON form."""
    return {role: tuple(Voice(*voice) for voice in voices) for role, voices in payload.items()}


def room(models: Ensembles, role: str) -> int:
    """What every model that plays the role can hold of a prompt, in tokens; 0 where that is not known."""
    voices = models.get(role) or models.get(FALLBACK) or ()
    return min((voice.room for voice in voices if voice.room), default=0)


def unplayed(models: Ensembles, roles: Sequence[str]) -> list[str]:
    """Those of the roles that no model plays."""
    return [role for role in roles if not models.get(role) and not models.get(FALLBACK)]


@dataclass(frozen=True, slots=True)
class Setup:
    """The seed's texts and what of them may be edited, by path; the validation tasks' keys; axes; parameters; models.

    edits says "whole", "regions" or "protected". parameters are all of the method's, with the run's own values.
    """

    texts: Mapping[str, str]
    edits: Mapping[str, str]
    tasks: tuple[str, ...] = ()
    axes: Axes = field(default_factory=Axes)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    models: Ensembles = field(default_factory=dict)
