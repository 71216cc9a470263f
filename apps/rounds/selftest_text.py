"""Tries out a project whose candidates are measured through a model, or judged by one, without asking that model.

The seed has to answer every task that counts, with a prompt where a model is measured. A scorer hears stand-ins for
replies: it must break on none of them, and, where what is expected is a text or a number, tell that from nonsense. How
the seed scores, and how much scores vary, only the model can say; what a judge is worth, people's labels.
"""

import json
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from apps.engine.axes import SIZE
from apps.projects import manifest
from apps.projects.facts import Facts
from apps.projects.problems import Report, quoted
from apps.projects.tasklist import PackagedTask
from apps.projects.vocabulary import FEW_LABELS, suggestion
from apps.rounds.laboratory import Laboratory, place_of, settle_failures, spread, tasks_in_words
from apps.rounds.prompts import REMEDY, prompt_in
from apps.sandbox.answers import NoAnswer
from apps.sandbox.contract import Measured

NOISE = 0.5  # standard deviation of one task's score: the most that right or wrong can have
STAND_INS = ("", "I do not know.", "?" * 200)
NO_MODEL = (
    "no model was asked: the seed's score shows in the first run, and noise is taken for the most that right or "
    "wrong can have unless repeatable = true under [evaluator] says that there is none."
)
UNCHECKED = "what is expected is no text, so nobody checked that the scorer tells a right reply from a wrong one."

MEASURE = "`manage.py measure_agreement PROJECT` asks it, once the project is imported."
UNLABELLED = (
    "a model scores by the rubric, and how far it agrees with people was never measured: there are no labels. Name a "
    "file of outputs with the levels that people gave them as labels under [rubric]."
)


def text_test(laboratory: Laboratory, counted: Sequence[PackagedTask]) -> Facts:
    """What can be found out before the model is asked. Raises PackageError, UserError."""
    package, report = laboratory.package, Report()
    wanted = "prompts" if package.settings.worker else "answers"
    laboratory.tell(f"asking the seed for its {wanted} on {tasks_in_words(counted)}")
    answers = laboratory.answers(package.files, counted)
    settle_failures(package, answers, report)
    if package.settings.worker:
        _settle_prompts(laboratory, answers, report)
    notes = _of_rubric(laboratory, report) if package.settings.rubric else _of_scorer(laboratory, report)
    validation = package.of("validation")
    return Facts(
        repeatable=package.repeatable is True,
        noise=0.0 if package.repeatable else NOISE,
        seed_score=None,
        seconds=fmean(result.seconds for result in answers) * len(validation),
        tasks=len(validation),
        notes=(*map(str, package.notes), NO_MODEL, *notes),
    )


def _of_scorer(laboratory: Laboratory, report: Report) -> tuple[str, ...]:
    """Let the scorer judge stand-ins. What is worth knowing all the same."""
    sample = spread(laboratory.package.of("validation"))
    laboratory.tell(f"letting the scorer judge stand-ins for replies on {tasks_in_words(sample)}")
    nonsense = [result for text in STAND_INS for result in _judged(laboratory, sample, [text] * len(sample), report)]
    rights = [_right(task) for task in sample]
    right: list[Measured] = []
    if all(text is not None for text in rights):
        right = _judged(laboratory, sample, rights, report)
        _compare(laboratory, right, nonsense, report)
    _settle_axes(laboratory, "the evaluator", [*right, *nonsense], report)
    return () if right else (UNCHECKED,)


def _of_rubric(laboratory: Laboratory, report: Report) -> tuple[str, ...]:
    """What people's labels can tell of the judge."""
    package = laboratory.package
    _settle_axes(laboratory, "a rubric", (), report)
    if not package.labels:
        return (UNLABELLED,)
    given = {label["level"] for label in package.labels}
    absent = [quoted(name) for name, _ in package.settings.rubric["levels"] if name not in given]
    labels = "1 label" if len(package.labels) == 1 else f"{len(package.labels)} labels"
    told = f"{labels} of people can say how far the judge agrees with them. {MEASURE}"
    few = len(package.labels) < FEW_LABELS
    notes = [told, f"fewer than {FEW_LABELS} labels say little." if few else "", _absent(absent) if absent else ""]
    return tuple(note for note in notes if note)


def _absent(levels: Sequence[str]) -> str:
    return f"no label gives the level {', '.join(levels)}: whether the judge knows it when it sees it stays untold."


def _settle_prompts(laboratory: Laboratory, results: Sequence[Measured], report: Report) -> None:
    """Report the first answer that is no prompt."""
    package = laboratory.package
    for result in results:
        try:
            prompt_in(result.output)
        except NoAnswer as problem:
            what = f"the seed's answer to task {quoted(result.task)} is no prompt: {str(problem).partition('. ')[0]}"
            report.add(*place_of(package, result), what, REMEDY)
            break
    report.settle()


def _judged(
    laboratory: Laboratory, tasks: Sequence[PackagedTask], texts: Sequence[Any], report: Report
) -> list[Measured]:
    """What the scorer makes of replies. Raises PackageError where it breaks on one."""
    results = laboratory.judge(tasks, [json.dumps(text).encode() for text in texts])
    settle_failures(laboratory.package, results, report)
    return list(results)


def _right(task: PackagedTask) -> str | None:
    """What is expected, as a reply would say it; None where that is no text and no number."""
    expected = json.loads(task.expected)
    if isinstance(expected, bool) or not isinstance(expected, str | int | float):
        return None
    return str(expected)


def _compare(laboratory: Laboratory, right: Sequence[Measured], wrong: Sequence[Measured], report: Report) -> None:
    package = laboratory.package
    sign = -1 if package.direction == "minimise" else 1
    good, bad = (fmean(result.score or 0.0 for result in results) for results in (right, wrong))
    if package.weak_seed or sign * (good - bad) > 0:
        return
    what = f"the scorer does not tell what is expected ({good:.6g}) from nonsense ({bad:.6g}) where a model replies it"
    remedy = "Score the text of the reply; if that may be, set weak_seed = true under [evaluator]."
    report.add(*place_of(package, Measured("", None, "scorer_error")), what, remedy)
    report.settle()


def _settle_axes(laboratory: Laboratory, who: str, results: Sequence[Measured], report: Report) -> None:
    """Report axes that whoever scores tells of no stand-in."""
    told: Mapping[str, float] = {name: 0.0 for result in results for name in result.metrics}
    for name in laboratory.package.axes.metrics:
        if name not in told and name != SIZE:
            what = f"{who} tells no metric {quoted(name)} of a reply"
            report.add(manifest.FILE, None, what, suggestion(name, (*sorted(told), SIZE)))
    report.settle()
