"""Reading a method's memory: `Choose("memory", Recall())` answers with a list of its one present value."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Recall:
    """The whole memory."""

    name: ClassVar[str] = "recall"
