"""Tries a project out before anything evolves: does the seed score, is the scorer repeatable, is bad told from good?

An evaluator that scores everything alike, or breaks on an odd answer, wastes a whole run without a word. So the seed is
measured on every task that counts, and again with other random seeds; and two spoilt candidates must score worse.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, variance
from typing import Any

from apps.engine.axes import SIZE
from apps.engine.canonical import encode
from apps.engine.records import facts_of
from apps.projects import manifest
from apps.projects.facts import Facts
from apps.projects.foreign.sabotage import sabotaged
from apps.projects.package import NOTHING, Package, Told, read_package
from apps.projects.problems import Report, quoted
from apps.projects.tasklist import PackagedTask
from apps.projects.vocabulary import suggestion
from apps.rounds.laboratory import (
    Laboratory,
    is_scorers,
    last_line,
    place_of,
    quiet,
    settle_failures,
    settle_swallowed,
    spread,
    tasks_in_words,
)
from apps.rounds.selftest_text import text_test
from apps.sandbox.contract import Measured, Runtime
from apps.sandbox.isolation import Isolation
from apps.sandbox.pool import Pool
from apps.sandbox.runtime import RuntimeBuildError, prepare

REPEATS = 3
COUNTED = ("train", "validation", "gate")

_NOTHING = "def {name}(*_):\n    return None\n"
_SPOILT = "import json\n\nANSWER = json.loads({answer!r})\n\n\ndef {name}(*_):\n    return ANSWER\n"


def check(
    folder: Path, home: Path, isolation: Isolation, tell: Callable[[str], None] = quiet, told: Told = NOTHING
) -> tuple[Package, Facts]:
    """Read a project folder and try it out. home is EVOWEB_HOME; tell hears what is being done, in words.

    told is as for read_package.

    Raises PackageError with all that is wrong with the folder, UserError when this machine could not try it.
    """
    package = read_package(folder, told=told)
    if package.settings.packages:
        tell(f"building the packages: {', '.join(package.settings.packages)}")
    runtime = _build(package, home)
    with Pool(1, home, isolation) as pool:
        return package, self_test(Laboratory(package, runtime, pool, tell))


def with_variables(runtime: Runtime, variables: Mapping[str, str]) -> Runtime:
    """The runtime with the project's environment. Its key changes: warm sandboxes are shared by key."""
    if not variables:
        return runtime
    key = hashlib.sha256(encode([runtime.key, dict(variables)])).hexdigest()[:32]
    return replace(runtime, key=key, environment={**runtime.environment, **variables})


def self_test(laboratory: Laboratory) -> Facts:
    """What the evaluator makes of the seed and of spoilt candidates. Raises PackageError, UserError."""
    package, report = laboratory.package, Report()
    counted = package.of(*COUNTED)
    if package.settings.worker or package.settings.rubric:
        return text_test(laboratory, counted)
    laboratory.tell(f"measuring the seed on {tasks_in_words(counted)}")
    first = laboratory.measure(package.files, counted, 0)
    settle_failures(package, first, report)
    validation = [result for result, task in zip(first, counted, strict=True) if task.split == "validation"]
    sample = spread(package.of("validation"))
    laboratory.tell(f"measuring it again on {tasks_in_words(sample)}: does the scorer repeat itself?")
    again = [laboratory.measure(package.files, sample, seed) for seed in range(1, REPEATS)]
    settle_failures(package, [result for results in again for result in results], report)
    settle_swallowed(package, first, report)
    by_task = _by_task(sample, [first, *again])
    noise = fmean(variance(scores) for scores in by_task) ** 0.5
    if package.repeatable and noise:
        report.add(
            manifest.FILE,
            None,
            f"the scorer is declared repeatable, but repeats of the seed differ by {noise:.3g} (standard deviation)",
            "Let it draw randomness from the seed that it is given only, or remove repeatable under [evaluator].",
        )
    facts = Facts(
        repeatable=not noise and package.repeatable is not False,
        noise=noise,
        seed_score=fmean(_scores(validation)),
        seconds=fmean(sum(result.seconds for result in results) for results in again) * len(validation) / len(sample),
        tasks=len(validation),
    )
    notes = [*map(str, package.notes), *_placed(package, validation, report)]
    notes += _try_spoilt(laboratory, sample, first, replace(facts, tasks=len(sample)), report)
    report.settle()
    return replace(facts, notes=tuple(notes))


def _placed(package: Package, results: Sequence[Measured], report: Report) -> Iterator[str]:
    """Report axes that the evaluator does not tell of the seed. Yields where the seed lies outside of a map."""
    told = [facts_of(result.metrics, list(result.metrics)) for result in results]
    metrics = tuple(sorted(set().union(*told)))
    for name in package.axes.metrics:
        if name not in metrics:
            what = f"the evaluator tells no metric {quoted(name)} of the seed"
            report.add(manifest.FILE, None, what, suggestion(name, (*metrics, SIZE)))
    if SIZE in package.axes.names and SIZE in metrics:
        yield f'"{SIZE}" as an axis is the bytes of all components, not the metric that the evaluator calls so.'
    size = float(sum(map(len, package.files.values())))
    for axis in package.axes.descriptors:
        values = [size] if axis.name == SIZE else [facts[axis.name] for facts in told if axis.name in facts]
        if values and not axis.low <= (at := fmean(values)) <= axis.high:
            yield (
                f"the seed lies at {at:.6g} on {quoted(axis.name)}, outside of {axis.low:g} to {axis.high:g}: "
                "what lies beyond falls into the outermost cells."
            )


def _build(package: Package, home: Path) -> Runtime:
    report, settings = Report(), package.settings
    try:
        runtime = prepare(settings.packages, home, settings.preload)
    except RuntimeBuildError as error:
        report.add(manifest.FILE, None, f"a package cannot be had: {error}", "Correct packages under [sandbox].")
        report.settle()
        raise
    return with_variables(runtime, settings.variables)


def _scores(results: Iterable[Measured]) -> list[float]:
    return [result.score for result in results if result.score is not None]


def _by_task(sample: Sequence[PackagedTask], runs: Sequence[Sequence[Measured]]) -> list[list[float]]:
    """Scores of each sampled task in all runs."""
    tables = [{result.task: result.score or 0.0 for result in results} for results in runs]
    return [[table[task.key] for table in tables] for task in sample]


def _try_spoilt(
    laboratory: Laboratory, sample: Sequence[PackagedTask], first: Sequence[Measured], facts: Facts, report: Report
) -> Iterator[str]:
    """Measure spoilt candidates; report those that score like the seed. Yields what is worth knowing all the same."""
    package = laboratory.package
    keys = {task.key for task in sample}
    seed = [result for result in first if result.task in keys]
    spoilt = sabotaged(package.components) if package.forgeable else _spoilt(package, seed[0])
    for who, files in spoilt:
        laboratory.tell(f"measuring {who}: it must score worse")
        results = laboratory.measure(files, sample, 0)
        broken = next((result for result in results if is_scorers(result.failure)), None)
        if broken:
            file, line = place_of(package, broken)
            yield f"{file}:{line}: the evaluator breaks on {who}: {last_line(broken.detail)}. A low score says more."
        if not any(result.failure for result in results):
            _compare(package, who, fmean(_scores(results)), fmean(_scores(seed)), facts, report)


def _spoilt(package: Package, seed: Measured) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """Candidates that cannot be any good: what they are, and their files."""
    file, _, name = package.entry.rpartition(":")
    garbage = json.dumps(_garbage(json.loads(seed.output)))
    nothing, spoilt = _NOTHING.format(name=name), _SPOILT.format(name=name, answer=garbage)
    yield "a candidate that returns nothing", {**package.files, file: nothing.encode()}
    yield "a candidate that returns garbage", {**package.files, file: spoilt.encode()}


def _garbage(value: Any) -> Any:
    """A value of the same shape with all content spoilt."""
    match value:
        case bool():
            return not value
        case int() | float():
            return -value - 1
        case str():
            return f"?{value[::-1]}"
        case list():
            return [_garbage(item) for item in value]
        case dict():
            return {name: _garbage(item) for name, item in value.items()}
    return 0


def _compare(package: Package, who: str, score: float, seed: float, facts: Facts, report: Report) -> None:
    sign = -1 if package.direction == "minimise" else 1
    if package.weak_seed or sign * (seed - score) > facts.smallest_effect:
        return
    file, _, name = package.evaluator_entry.rpartition(":")
    if package.forgeable:
        file = name = package.judged_by
    report.add(
        file,
        place_of(package, Measured("", None, "scorer_error"))[1],
        f"{name} does not tell the seed ({seed:.6g}) from {who} ({score:.6g})",
        "Score what is returned; if the seed is meant to be that weak, set weak_seed = true under [evaluator].",
    )
