"""How far a long job has come, for whoever wants to know."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tick:
    """Called with a number of steps that were done; `part` is what the job is at, in a word or two."""

    hear: Callable[[str, int], None]
    part: str = ""

    def of(self, part: str) -> "Tick":
        """The same listener, for another part of the job."""
        return Tick(self.hear, part)

    def __call__(self, steps: int) -> None:
        self.hear(self.part, steps)


unheard = Tick(lambda part, steps: None)
