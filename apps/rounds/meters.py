"""How far a candidate got towards each of its limits, as pages draw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat

from apps.common.templatetags.pages import seconds
from apps.sandbox.contract import Limits


@dataclass(frozen=True, slots=True)
class Meter:
    """What was used of one limit. used is None where nobody saw it; the shown words are in the limit's unit."""

    name: str
    used: float | None
    limit: float
    shown: str
    allowed: str

    @property
    def reached(self) -> bool:
        return self.used is not None and self.used >= self.limit

    @property
    def drawn(self) -> float:
        """Where the bar ends."""
        return min(self.used or 0.0, self.limit)


def times(limits: Mapping[str, Any], wall: float, cpu: float) -> list[Meter]:
    """Meters of a measurement, of which only the times are kept."""
    allowed = Limits(**limits)
    return [
        Meter("Time", wall, allowed.wall_seconds, seconds(wall), f"{allowed.wall_seconds:g} s"),
        Meter("Processor", cpu, allowed.cpu_seconds, seconds(cpu), f"{allowed.cpu_seconds:g} s"),
    ]


def everything(limits: Mapping[str, Any], wall: float, cpu: float, used: Mapping[str, int | None]) -> list[Meter]:
    """Meters of a trial. used: memory, files and answer in bytes, processes; None where it ended before a look."""
    allowed, count = Limits(**limits), used["processes"]
    shown = "not seen" if count is None else str(count)
    return [
        *times(limits, wall, cpu),
        _size("Memory", used["memory"], allowed.memory_mb << 20, f"{allowed.memory_mb} MB"),
        Meter("Processes", count, allowed.processes, shown, str(allowed.processes)),
        _size("Files", used["files"], allowed.file_mb << 20, f"{allowed.file_mb} MB"),
        _size("Answer", used["answer"], allowed.output_kb << 10, f"{allowed.output_kb} KB"),
    ]


def _size(name: str, used: int | None, limit: int, allowed: str) -> Meter:
    return Meter(name, used, limit, "not seen" if used is None else filesizeformat(used), allowed)
