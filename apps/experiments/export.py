"""What an experiment leaves the house as: a table of every run and checkpoint, and everything as JSON."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from apps.experiments import plan, reading
from apps.experiments.models import Experiment
from apps.experiments.outcome import checkpoints
from apps.experiments.report import everything, turned
from apps.oversight.dossier import sign_of

COLUMNS = (
    *("experiment", "project", "method", "label", "seed", "run", "state", "measured", "best_so_far", "final", "gate"),
    *("evaluations", "seconds", "failed", "code", "forgeable"),
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets take such text for a formula


def as_csv(experiment: Experiment) -> Iterator[bytes]:
    """One line per run and checkpoint, in the project's own direction; runs that have not ended have one line."""
    asked, projects = plan.from_bytes(experiment.plan), reading.projects(experiment)
    places = checkpoints(asked.candidates)
    yield _lines([COLUMNS])
    for cell, found in reading.cells(experiment):
        project = projects[cell.project_id]
        method = asked.contender(cell.label).method
        run = "" if cell.run is None else str(cell.run.uuid)
        head = [str(experiment.uuid), project.slug, method, cell.label, cell.seed, run, cell.state]
        if found is None:
            yield _lines([[*head, *[""] * (len(COLUMNS) - len(head))]])
            continue
        sign = sign_of(project)
        end: list[object] = [turned(found.final, sign), turned(found.gate, sign)]
        end += [found.evaluations, found.seconds, found.failed, found.code, project.forgeable]
        steps = zip(places, found.curve, strict=True)
        yield _lines([[*head, place, turned(score, sign), *end] for place, score in steps])


def as_json(experiment: Experiment) -> str:
    """All of it, as one object."""
    told = everything(experiment, reading.current(experiment))
    return json.dumps(_finite(told), allow_nan=False, indent=1)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return turned(value, 1) if isinstance(value, float) else value


def _lines(rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_safe(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _safe(value: object) -> object:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value
