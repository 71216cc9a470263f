"""Does a judge agree with people as far as is told? It is worked out again from recorded calls and labels."""

from collections.abc import Iterator
from itertools import batched
from math import isclose
from typing import Any

from apps.common.progress import Tick, unheard
from apps.engine.canonical import decode, digest, encode
from apps.engine.prompt import prompt_payload
from apps.engine.rubric import read_grade, wording
from apps.llm.models import Call, CallState
from apps.log.models import Event
from apps.projects.models import Project, Task
from apps.projects.rubric import rubric_of
from apps.records import content
from apps.rounds import agreement
from apps.rounds.agreement import Levels
from apps.rounds.labelled import question
from apps.rounds.models import Agreement

CHUNK = 500

type Label = dict[str, str]


def problems(project: Project, tick: Tick = unheard) -> Iterator[str]:
    """What is wrong with measurements of how far the project's judges agree with people, in words."""
    events = Event.objects.filter(project=project.pk, kind="agreement.measured").order_by("sequence")
    bodies = [decode(bytes(body)) for body in events.values_list("body", flat=True).iterator(chunk_size=1000)]
    told = {body["agreement"]: body for body in bodies}
    for row in Agreement.objects.filter(project=project, ended__isnull=False, why="").order_by("pk"):
        if told.pop(row.pk, None) != decode(encode(agreement.said(row))):
            yield f"agreement {row.pk} with people is not what the log says was measured"
        yield from _worked_out(project, row, tick)
    yield from (f"agreement {key} with people is gone" for key in told)


def steps(project: Project) -> int:
    """About how many steps `problems` takes, as it ticks them."""
    known = Agreement.objects.filter(project=project, ended__isnull=False, why="").values_list("figures", flat=True)
    return sum(figures.get("labels", 0) for figures in known)


def _worked_out(project: Project, row: Agreement, tick: Tick) -> Iterator[str]:
    rows = [tuple(levels) for levels in decode(bytes(row.levels))]
    try:
        yield from _figures(row, rows)
        if bytes(row.calls):
            yield from _calls(project, row, rows, tick)
    except content.ContentMissing as problem:
        yield f"agreement {row.pk} with people cannot be worked out again: {problem}"


def _figures(row: Agreement, rows: list[Levels]) -> Iterator[str]:
    """Figures are those of the levels. A level that nobody gave weighs nothing, so the scale is as long as is known."""
    scale = 1 + max((level for levels in rows for level in levels if level is not None), default=0)
    for name, value in agreement.kept(agreement.figures(scale, rows)).items():
        shown = row.figures.get(name)
        if not _same(shown, value):
            yield f"agreement {row.pk} with people shows {shown} as {name}, its levels give {value}"


def _calls(project: Project, row: Agreement, rows: list[Levels], tick: Tick) -> Iterator[str]:
    """Levels are those that people and the recorded replies name."""
    again = _Again(project, row)
    if len(again.keys) != len(again.labels):
        yield f"agreement {row.pk} with people names calls of {len(again.keys)} of its {len(again.labels)} labels"
        return
    found = []
    for number, label in enumerate(again.labels):
        found.append(again.levels(number, label))
        tick(1)
    yield from again.strange
    if found == rows:
        return
    differing = [number for number, pair in enumerate(zip(found, rows, strict=False), 1) if pair[0] != pair[1]]
    where = f", the first is label {differing[0]}" if differing else ""
    kappa = agreement.figures(len(again.rubric.levels), found).kappa
    yield (
        f"agreement {row.pk} with people: calls and labels give other levels to {len(differing)} of {len(found)} "
        f"labels{where}; by them kappa is {_said(kappa)}, and {_said(row.figures.get('kappa'))} is shown"
    )


class _Again:
    """One measurement, read again. strange: what its calls are not. Raises content.ContentMissing.

    keys: of the calls about each of labels, as the row names them.
    """

    def __init__(self, project: Project, row: Agreement) -> None:
        told = content.load([bytes(row.judge), bytes(row.labels)])
        self.told, self.judge = decode(told[bytes(row.judge)])
        self.labels: list[Label] = decode(told[bytes(row.labels)])
        self.rubric = rubric_of(self.told)
        self.project, self.row = project, row
        self.strange: list[str] = []
        self._places = {level.name: at for at, level in enumerate(self.rubric.levels)}
        self._tasks = {task.key: task for task in project.tasks.all()}
        self.keys: list[list[str]] = decode(bytes(row.calls))
        self._known = _known([key for keys in self.keys for key in keys if key])

    def levels(self, number: int, label: Label) -> Levels:
        """Of the person, of the judge, of the judge again."""
        task = self._tasks[label["task"]]
        asked = question(self.rubric, task, label["output"])
        prompt = digest(encode(prompt_payload(asked)))
        one, two = (self._level(number, key, (task, prompt, again)) for again, key in enumerate(self.keys[number]))
        return self._places[label["level"]], one, two

    def _level(self, number: int, key: str, place: tuple[Task, bytes, int]) -> int | None:
        if not key:
            return None
        call = self._known.get(key)
        if call is None or not self._asks(call, *place):
            self.strange.append(f"agreement {self.row.pk} with people: no call asks the judge about label {number + 1}")
            return None
        if call.state != CallState.DONE:
            return None
        reply = bytes(call.reply or b"")
        grade = read_grade(self.rubric, content.load([reply])[reply].decode(errors="surrogatepass"))
        return grade.place if grade else None

    def _asks(self, call: Call, task: Task, prompt: bytes, again: int) -> bool:
        """Whether a call asked that judge about that label. What older versions told judges is not known any more."""
        place = (call.project_id, call.run_id, call.role, call.task, call.repeat, call.model_id)
        wanted = (self.project.pk, None, self.told["role"], task.pk, again, self.judge["model"])
        return place == wanted and (self.judge["judges"] != wording() or bytes(call.prompt) == prompt)


def _known(keys: list[str]) -> dict[str, Call]:
    """Calls by key."""
    rows = (Call.objects.filter(key__in=chunk) for chunk in batched(keys, CHUNK))
    return {call.key: call for found in rows for call in found}


def _same(shown: Any, value: Any) -> bool:
    if isinstance(shown, float) and isinstance(value, float):
        return isclose(shown, value, rel_tol=1e-9, abs_tol=1e-12)
    return bool(shown == value)


def _said(kappa: float | None) -> str:
    return "not defined" if kappa is None else f"{kappa:.2f}"
