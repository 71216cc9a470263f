"""Tries out a project whose candidates are measured through a model, without asking that model.

The seed has to return a prompt for every task that counts. The scorer hears stand-ins for replies: it must break on
none of them, and, where what is expected is a text or a number, tell that from nonsense. How the seed scores, and how
much scores vary, only the model can say.
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
from apps.projects.vocabulary import suggestion
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


def text_test(laboratory: Laboratory, counted: Sequence[PackagedTask]) -> Facts:
    """What can be found out before the model is asked. Raises PackageError, UserError."""
    package, report = laboratory.package, Report()
    laboratory.tell(f"asking the seed for its prompts on {tasks_in_words(counted)}")
    prompts = laboratory.answers(package.files, counted)
    settle_failures(package, prompts, report)
    _settle_prompts(laboratory, prompts, report)
    sample = spread(package.of("validation"))
    laboratory.tell(f"letting the scorer judge stand-ins for replies on {tasks_in_words(sample)}")
    nonsense = [result for text in STAND_INS for result in _judged(laboratory, sample, [text] * len(sample), report)]
    rights = [_right(task) for task in sample]
    right: list[Measured] = []
    if all(text is not None for text in rights):
        right = _judged(laboratory, sample, rights, report)
        _compare(laboratory, right, nonsense, report)
    _settle_axes(laboratory, [*right, *nonsense], report)
    validation = package.of("validation")
    return Facts(
        repeatable=package.repeatable is True,
        noise=0.0 if package.repeatable else NOISE,
        seed_score=None,
        seconds=fmean(result.seconds for result in prompts) * len(validation),
        tasks=len(validation),
        notes=(*map(str, package.notes), NO_MODEL, *(() if right else (UNCHECKED,))),
    )


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


def _settle_axes(laboratory: Laboratory, results: Sequence[Measured], report: Report) -> None:
    """Report axes that the scorer tells of no stand-in."""
    told: Mapping[str, float] = {name: 0.0 for result in results for name in result.metrics}
    for name in laboratory.package.axes.metrics:
        if name not in told and name != SIZE:
            what = f"the evaluator tells no metric {quoted(name)} of a reply"
            report.add(manifest.FILE, None, what, suggestion(name, (*sorted(told), SIZE)))
    report.settle()
