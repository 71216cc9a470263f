"""An experiment as one JSON object: what was asked, by whom, under which protocol and code, and all that came of it.

Scores are in the project's own direction; missing numbers are None, and so are the ends of an interval of one run.
"""

from collections import Counter
from collections.abc import Mapping
from math import isfinite
from typing import Any

from apps.engine.canonical import decode
from apps.experiments import plan, reading
from apps.experiments.models import Cell, Experiment
from apps.experiments.outcome import Outcome, checkpoints
from apps.experiments.summary import Board, Row, Summary, Three
from apps.oversight.dossier import sign_of
from apps.projects.models import Project
from apps.records.models import Run


def report(experiment: Experiment, summary: Summary) -> dict[str, Any]:
    """Everything but the runs, whether it is done or not."""
    asked, projects = plan.from_bytes(experiment.plan), reading.projects(experiment)
    states = Cell.objects.filter(experiment=experiment).values_list("state", flat=True)
    return {
        "experiment": str(experiment.uuid),
        "name": experiment.name,
        "edition": experiment.edition,
        "identity": bytes(experiment.identity).hex(),
        "state": experiment.state,
        "why": experiment.why,
        "candidates": asked.candidates,
        "seconds": asked.seconds,
        "seeds": list(asked.seeds),
        "baseline": asked.baseline,
        "methods": [
            {"label": each.label, "method": each.method, "parameters": dict(each.parameters)}
            for each in asked.contenders
        ],
        "projects": [_project(projects[ground.project], ground.target) for ground in asked.grounds],
        "runs": dict(Counter(map(str, states))),
        "boards": [_board(board, projects) for board in summary.boards],
    }


def everything(experiment: Experiment, summary: Summary) -> dict[str, Any]:
    """The report with every run: its numbers, its curve, its protocol and the digest of its code."""
    asked, projects = plan.from_bytes(experiment.plan), reading.projects(experiment)
    places = list(checkpoints(asked.candidates))
    told = [_cell(cell, found, projects[cell.project_id]) for cell, found in reading.cells(experiment)]
    protocols = Run.objects.filter(cell__experiment=experiment).values_list("protocol__digest", "protocol__description")
    described = {bytes(key).hex(): decode(bytes(text)) for key, text in protocols.distinct()}
    own = dict(Run.objects.filter(cell__experiment=experiment).values_list("uuid", "protocol__digest"))
    for one in told:
        if one["run"] is not None:
            one["protocol"] = bytes(own[one["run"]]).hex()
            one["run"] = str(one["run"])
    return report(experiment, summary) | {"checkpoints": places, "protocols": described, "cells": told}


def _project(project: Project, target: float | None) -> dict[str, Any]:
    return {
        "project": project.slug,
        "name": project.name,
        "package": bytes(project.package_digest).hex(),
        "metric": project.metric,
        "direction": project.direction,
        "repeatable": project.repeatable,
        "forgeable": project.forgeable,
        "target": target,
    }


def _board(board: Board, projects: Mapping[int, Project]) -> dict[str, Any]:
    sign = 1 if board.project is None else sign_of(projects[board.project])
    return {
        "project": None if board.project is None else projects[board.project].slug,
        "closed_seeds": board.seeds,
        "seed_score": turned(board.seed_score, sign),
        "best": turned(board.best, sign),
        "rows": [_row(row, sign) for row in board.rows],
        "curves": [
            {"label": c.label, "points": [[at, *_three((mid, low, high), sign)] for at, mid, low, high in c.points]}
            for c in board.curves
        ],
    }


def _row(row: Row, sign: int) -> dict[str, Any]:
    return {
        "label": row.label,
        "runs": row.runs,
        "failed_runs": row.broken,
        "cut_short": row.cut,
        "iqm": _named(row.score, sign),
        "gate_iqm": _named(row.gate, sign),
        "probability_of_improvement": _named(row.better, 1),
        "p": row.p,
        "p_holm": row.adjusted,
        "successes": row.successes,
        "failed_candidates": row.failed,
        "evaluations": row.evaluations,
        "seconds": row.seconds,
    }


def _cell(cell: Cell, found: Outcome | None, project: Project) -> dict[str, Any]:
    sign = sign_of(project)
    told: dict[str, Any] = {
        "project": project.slug,
        "label": cell.label,
        "seed": cell.seed,
        "state": cell.state,
        "why": cell.why,
        "run": cell.run.uuid if cell.run else None,
        "number": cell.run.number if cell.run else None,
    }
    if found is None:
        return told
    return told | {
        "seed_score": turned(found.seed_score, sign),
        "final": turned(found.final, sign),
        "best": turned(found.best, sign),
        "gate": turned(found.gate, sign),
        "curve": [turned(score, sign) for score in found.curve],
        "measured": found.measured,
        "evaluations": found.evaluations,
        "seconds": found.seconds,
        "failures": dict(found.failures),
        "ended": found.state,
        "code": found.code,
    }


def turned(score: float | None, sign: int) -> float | None:
    """An internal score in the project's own direction; None also for what is not finite."""
    return None if score is None or not isfinite(score) else sign * score + 0.0


def three(found: Three, sign: int) -> Three:
    """An estimate with its interval, in the project's own direction."""
    mean, low, high = (sign * value + 0.0 for value in found)
    return (mean, low, high) if sign > 0 else (mean, high, low)


def _three(found: Three, sign: int) -> list[float | None]:
    return [turned(value, 1) for value in three(found, sign)]


def _named(found: Three | None, sign: int) -> dict[str, float | None] | None:
    return None if found is None else dict(zip(("estimate", "low", "high"), _three(found, sign), strict=True))
