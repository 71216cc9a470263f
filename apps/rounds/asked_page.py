"""What was asked and replied behind a measurement that goes through a model, as the trajectory's page shows it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.engine.canonical import decode
from apps.engine.prompt import Prompt, prompt_from
from apps.oversight.prompts import Part, parts
from apps.records import content

CHARACTERS = 30_000  # of one part


@dataclass
class AskedReading:
    """told: what the trajectory keeps of its call. Hostile texts, bounded."""

    told: dict[str, Any]
    role: str

    @cached_property
    def prompt(self) -> Prompt:
        return prompt_from(decode(self._content("prompt")))

    @property
    def parts(self) -> list[Part]:
        return parts(self.prompt, CHARACTERS)

    @cached_property
    def reply(self) -> Part | None:
        """None where no reply came."""
        if "reply" not in self.told:
            return None
        text = self._content("reply").decode(errors="replace")
        return Part("reply", "Reply", text[:CHARACTERS], max(0, len(text) - CHARACTERS))

    def _content(self, name: str) -> bytes:
        key = bytes.fromhex(self.told[name])
        return content.load([key])[key]
