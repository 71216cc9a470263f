"""Single measurements of a candidate, for a page: their texts are hostile and bounded."""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import BinaryField, Case, F, QuerySet, When
from django.db.models.functions import Length

from apps.engine.canonical import decode
from apps.records.models import Trajectory

MOST = 150  # on one page
SHORT_OUTPUT = 400  # bytes, compressed; longer outputs are behind a link
OUTPUT_SHOWN = 2_000
TEXT_SHOWN = 1_000
PAGE_SHOWN = 40_000  # characters of all texts of one page


@dataclass(frozen=True)
class Measurement:
    """One trajectory. Everything in it but numbers is hostile text. brief: without its texts."""

    trajectory: Trajectory
    brief: bool = False

    @cached_property
    def report(self) -> dict[str, Any]:
        """detail, feedback and metrics, cut to what is shown."""
        if self.brief or not self.trajectory.report:
            return {}
        found = decode(bytes(self.trajectory.report))
        metrics = list(found.get("metrics", {}).items())[:20]
        texts = {name: str(found[name])[:TEXT_SHOWN] for name in ("detail", "feedback") if found.get(name)}
        return {**texts, "metrics": {name[:100]: value for name, value in metrics}}

    @cached_property
    def output(self) -> str:
        short = getattr(self.trajectory, "short", None)
        return "" if self.brief or not short else unpacked(short, OUTPUT_SHOWN)[0]

    @property
    def size(self) -> int:
        """Characters that it shows."""
        return len(self.output) + sum(len(str(value)) for value in self.report.values())


def measurements(trajectories: QuerySet[Trajectory]) -> dict[int, list[Measurement]]:
    """The first of them by task, without what the page has no room for."""
    short = Case(When(size__lte=SHORT_OUTPUT, then=F("output")), output_field=BinaryField())
    rows = trajectories.annotate(size=Length("output"), short=short).defer("output", "salt")
    found = defaultdict(list)
    for one in _fitting(list(rows.order_by("task__position", "pk")[:MOST])):
        found[one.trajectory.task_id].append(one)
    return found


def unpacked(data: bytes, most: int) -> tuple[str, bool]:
    """At most so many bytes of a compressed output as text, and whether that is all of it."""
    inflate = zlib.decompressobj()
    found = inflate.decompress(bytes(data), most) if data else b""
    return found.decode(errors="replace"), not inflate.unconsumed_tail


def _fitting(rows: Sequence[Trajectory]) -> Iterator[Measurement]:
    left = PAGE_SHOWN
    for row in rows:
        one = Measurement(row)
        left -= one.size
        yield one if left > 0 else Measurement(row, brief=True)
