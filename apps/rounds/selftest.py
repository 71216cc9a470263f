"""Tries a project out before anything evolves: does the seed score, is the scorer repeatable, is bad told from good?

An evaluator that scores everything alike, or breaks on an odd answer, wastes a whole run without a word. So the seed is
measured on every task that counts, and again with other random seeds; and two spoilt candidates must score worse.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, variance
from typing import Any

from apps.common.errors import UserError
from apps.engine.axes import SIZE
from apps.engine.canonical import encode
from apps.engine.records import facts_of
from apps.projects import manifest
from apps.projects.evaluator_files import as_bytes
from apps.projects.facts import Facts
from apps.projects.foreign.sabotage import sabotaged
from apps.projects.imports import advice, imported_but_absent
from apps.projects.package import NOTHING, Package, Told, read_package
from apps.projects.problems import Report, quoted
from apps.projects.scorers import library
from apps.projects.tasklist import PackagedTask
from apps.projects.vocabulary import suggestion
from apps.sandbox.contract import Job, Limits, Measured, Program, Runtime, Scorer, TaskItem
from apps.sandbox.isolation import Isolation
from apps.sandbox.pool import Pool
from apps.sandbox.runtime import RuntimeBuildError, prepare

REPEATS = 3
SAMPLE = 20  # validation tasks that are measured again
COUNTED = ("train", "validation", "gate")

_NOTHING = "def {name}(*_):\n    return None\n"
_SPOILT = "import json\n\nANSWER = json.loads({answer!r})\n\n\ndef {name}(*_):\n    return ANSWER\n"
_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_REMEDIES = {
    "timeout": "Make it faster, or raise wall_seconds under [sandbox].",
    "cpu": "Make it faster, or raise cpu_seconds under [sandbox].",
    "memory": "Let it use less, or raise memory_mb under [sandbox].",
    "output_limit": "Let it return or write less, or raise output_kb or file_mb under [sandbox].",
    "invalid_output": "Return finite numbers, texts, true, false, None, lists and dicts with texts as keys.",
    "scorer_error": 'It must return a finite number, or a dict with one as "score", for whatever a candidate answers.',
    "scorer_timeout": "Make it faster, or raise wall_seconds under [evaluator].",
}


def _quiet(_: str) -> None:
    """Nobody listens."""


def check(
    folder: Path, home: Path, isolation: Isolation, tell: Callable[[str], None] = _quiet, told: Told = NOTHING
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


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A package with what it takes to measure it. The pool has a free slot."""

    package: Package
    runtime: Runtime
    pool: Pool
    tell: Callable[[str], None] = _quiet

    def measure(self, files: Mapping[str, bytes], tasks: Sequence[PackagedTask], seed: int) -> tuple[Measured, ...]:
        """Results in the order of the tasks. Raises UserError when the sandbox itself broke."""
        package = self.package
        job = Job(
            id=f"self-test-{seed}",
            program=Program({**files, **package.beside}, package.entry),
            scorer=Scorer(
                as_bytes(package.evaluator),
                package.evaluator_entry,
                **package.settings.evaluator_limits,
            ),
            tasks=tuple(TaskItem(task.key, task.input, task.expected, seed) for task in tasks),
            limits=Limits(**package.settings.limits),
            runtime=self.runtime,
        )
        outcome = self.pool.run(job)
        if outcome.infrastructure:
            raise UserError(f"The sandbox failed, so the project could not be tried out: {outcome.infrastructure}")
        return outcome.results


def self_test(laboratory: Laboratory) -> Facts:
    """What the evaluator makes of the seed and of spoilt candidates. Raises PackageError, UserError."""
    package, report = laboratory.package, Report()
    counted = package.of(*COUNTED)
    laboratory.tell(f"measuring the seed on {_tasks(counted)}")
    first = laboratory.measure(package.files, counted, 0)
    _settle_failures(package, first, report)
    validation = [result for result, task in zip(first, counted, strict=True) if task.split == "validation"]
    sample = _spread(package.of("validation"))
    laboratory.tell(f"measuring it again on {_tasks(sample)}: does the scorer repeat itself?")
    again = [laboratory.measure(package.files, sample, seed) for seed in range(1, REPEATS)]
    _settle_failures(package, [result for results in again for result in results], report)
    _settle_swallowed(package, first, report)
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


def _tasks(tasks: Sequence[PackagedTask]) -> str:
    return f"{len(tasks)} task{'' if len(tasks) == 1 else 's'}"


def _spread(tasks: Sequence[PackagedTask]) -> list[PackagedTask]:
    """At most SAMPLE of the tasks, evenly from all of them."""
    step = max(1, -(-len(tasks) // SAMPLE))
    return list(tasks[::step])


def _scores(results: Iterable[Measured]) -> list[float]:
    return [result.score for result in results if result.score is not None]


def _by_task(sample: Sequence[PackagedTask], runs: Sequence[Sequence[Measured]]) -> list[list[float]]:
    """Scores of each sampled task in all runs."""
    tables = [{result.task: result.score or 0.0 for result in results} for results in runs]
    return [[table[task.key] for table in tables] for task in sample]


def _settle_failures(package: Package, results: Sequence[Measured], report: Report) -> None:
    """Report what failed, each cause once. Raises PackageError if anything did."""
    causes: dict[tuple[str, int | None, str], list[Measured]] = defaultdict(list)
    for result in results:
        if result.failure:
            causes[*_place(package, result), result.failure].append(result)
    for (file, line, failure), failed in causes.items():
        who = "the evaluator fails on the seed's answer to" if _is_scorers(failure) else "the seed fails on"
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        what = f"{who} task {quoted(failed[0].task)}{more}: {failure}, {_last_line(failed[0].detail)}"
        report.add(file, line, what, _remedy(package, failed[0]))
    report.settle()


def _settle_swallowed(package: Package, results: Sequence[Measured], report: Report) -> None:
    """Report an import that failed where the evaluator caught it and scored all the same. Raises PackageError."""
    told = next(
        (result.feedback for result in results if package.forgeable and "No module named" in result.feedback), ""
    )
    if told:
        absent = tuple(imported_but_absent(package.programs, package.settings.packages, (package.style,)))
        what = f"the seed is scored though an import failed: {_last_line(told)[:200]}"
        report.add(package.judged_by, None, what, advice(told, absent))
    report.settle()


def _remedy(package: Package, failed: Measured) -> str:
    """What to do about a failure of the seed. All imports that are missing are named at once."""
    absent = tuple(imported_but_absent(package.programs, package.settings.packages, (package.style,)))
    usual = _REMEDIES.get(failed.failure, "The seed must score on every task; correct it.")
    return advice(failed.detail, absent) or usual


def _is_scorers(failure: str) -> bool:
    return failure.startswith("scorer")


def _place(package: Package, result: Measured) -> tuple[str, int | None]:
    """File and line of a failure: the last frame in the project's own files, else where the function begins."""
    own = {path: text for path, text in package.evaluator.items() if path not in library()}
    texts: Mapping[str, str] = {path: text for path, text in own.items() if isinstance(text, str)}
    entry = package.evaluator_entry
    if not _is_scorers(result.failure):
        texts, entry = package.programs, package.entry
    for file, line in reversed(_FRAME.findall(result.detail)):
        if file in texts:
            return file, int(line)
    if package.forgeable:
        return package.judged_by, None
    file, _, name = entry.rpartition(":")
    found = re.search(rf"^\s*(?:async\s+)?def\s+{name}\b", texts[file], re.MULTILINE)
    return file, texts[file].count("\n", 0, found.end()) + 1 if found else None


def _last_line(detail: str) -> str:
    lines = detail.strip().splitlines()
    return re.sub(r"^[\w.]*Misjudged: ", "", lines[-1]) if lines else "without a word"


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
        broken = next((result for result in results if _is_scorers(result.failure)), None)
        if broken:
            file, line = _place(package, broken)
            yield f"{file}:{line}: the evaluator breaks on {who}: {_last_line(broken.detail)}. A low score says more."
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
        _place(package, Measured("", None, "scorer_error"))[1],
        f"{name} does not tell the seed ({seed:.6g}) from {who} ({score:.6g})",
        "Score what is returned; if the seed is meant to be that weak, set weak_seed = true under [evaluator].",
    )
