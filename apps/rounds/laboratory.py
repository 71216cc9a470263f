"""A package with what it takes to measure it before it is imported, and what its failures say to its author."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from apps.common.errors import UserError
from apps.projects.evaluator_files import as_bytes
from apps.projects.imports import advice, imported_but_absent
from apps.projects.package import Package
from apps.projects.problems import Report, quoted
from apps.projects.scorers import library
from apps.projects.tasklist import PackagedTask
from apps.sandbox.contract import Job, Judging, Limits, Measured, Program, Runtime, Scorer, TaskItem
from apps.sandbox.pool import Pool

SAMPLE = 20  # validation tasks that are measured again

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


def quiet(_: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A package with what it takes to measure it. The pool has a free slot."""

    package: Package
    runtime: Runtime
    pool: Pool
    tell: Callable[[str], None] = quiet

    def measure(self, files: Mapping[str, bytes], tasks: Sequence[PackagedTask], seed: int) -> tuple[Measured, ...]:
        """Results in the order of the tasks. Raises UserError when the sandbox itself broke."""
        return self._run(self._job(files, tasks, seed, self.scorer))

    def answers(self, files: Mapping[str, bytes], tasks: Sequence[PackagedTask]) -> tuple[Measured, ...]:
        """What a candidate returns, not judged. Raises UserError."""
        return self._run(self._job(files, tasks, 0, None))

    def judge(self, tasks: Sequence[PackagedTask], answers: Sequence[bytes]) -> tuple[Measured, ...]:
        """What the scorer makes of answers, one for each task. Raises UserError."""
        items = _items(tasks, 0)
        return self._run(Judging("self-test", self.scorer, items, tuple(answers), self.runtime))

    @property
    def scorer(self) -> Scorer:
        package = self.package
        return Scorer(as_bytes(package.evaluator), package.evaluator_entry, **package.settings.evaluator_limits)

    def _job(self, files: Mapping[str, bytes], tasks: Sequence[PackagedTask], seed: int, scorer: Scorer | None) -> Job:
        package = self.package
        program = Program({**files, **package.beside}, package.entry)
        limits = Limits(**package.settings.limits)
        return Job(f"self-test-{seed}", program, scorer, _items(tasks, seed), limits, self.runtime)

    def _run(self, job: Job | Judging) -> tuple[Measured, ...]:
        outcome = self.pool.run(job)
        if outcome.infrastructure:
            raise UserError(f"The sandbox failed, so the project could not be tried out: {outcome.infrastructure}")
        return outcome.results


def _items(tasks: Sequence[PackagedTask], seed: int) -> tuple[TaskItem, ...]:
    return tuple(TaskItem(task.key, task.input, task.expected, seed) for task in tasks)


def tasks_in_words(tasks: Sequence[PackagedTask]) -> str:
    """How many, in words."""
    return f"{len(tasks)} task{'' if len(tasks) == 1 else 's'}"


def spread(tasks: Sequence[PackagedTask]) -> list[PackagedTask]:
    """At most SAMPLE of the tasks, evenly from all of them."""
    step = max(1, -(-len(tasks) // SAMPLE))
    return list(tasks[::step])


def settle_failures(package: Package, results: Sequence[Measured], report: Report) -> None:
    """Report what failed, each cause once. Raises PackageError if anything did."""
    causes: dict[tuple[str, int | None, str], list[Measured]] = defaultdict(list)
    for result in results:
        if result.failure:
            causes[*place_of(package, result), result.failure].append(result)
    for (file, line, failure), failed in causes.items():
        who = "the evaluator fails on the seed's answer to" if is_scorers(failure) else "the seed fails on"
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        what = f"{who} task {quoted(failed[0].task)}{more}: {failure}, {_said(failed[0])}"
        report.add(file, line, what, _remedy(package, failed[0]))
    report.settle()


def settle_swallowed(package: Package, results: Sequence[Measured], report: Report) -> None:
    """Report an import that failed where the evaluator caught it and scored all the same. Raises PackageError."""
    told = next(
        (result.feedback for result in results if package.forgeable and "No module named" in result.feedback), ""
    )
    if told:
        absent = tuple(imported_but_absent(package.programs, package.settings.packages, (package.style,)))
        what = f"the seed is scored though an import failed: {last_line(told)[:200]}"
        report.add(package.judged_by, None, what, advice(told, absent))
    report.settle()


def _remedy(package: Package, failed: Measured) -> str:
    """What to do about a failure of the seed. All imports that are missing are named at once."""
    absent = tuple(imported_but_absent(package.programs, package.settings.packages, (package.style,)))
    usual = _REMEDIES.get(failed.failure, "The seed must score on every task; correct it.")
    return advice(failed.detail, absent) or usual


def is_scorers(failure: str) -> bool:
    """Whether a failure is the evaluator's."""
    return failure.startswith("scorer")


def place_of(package: Package, result: Measured) -> tuple[str, int | None]:
    """File and line of a failure: the last frame in the project's own files, else where the function begins."""
    own = {path: text for path, text in package.evaluator.items() if path not in library()}
    texts: Mapping[str, str] = {path: text for path, text in own.items() if isinstance(text, str)}
    entry = package.evaluator_entry
    if not is_scorers(result.failure):
        texts, entry = package.programs, package.entry
    for file, line in reversed(_FRAME.findall(result.detail)):
        if file in texts:
            return file, int(line)
    if package.forgeable:
        return package.judged_by, None
    file, _, name = entry.rpartition(":")
    found = re.search(rf"^\s*(?:async\s+)?def\s+{name}\b", texts[file], re.MULTILINE)
    return file, texts[file].count("\n", 0, found.end()) + 1 if found else None


def _said(failed: Measured) -> str:
    """What a failure comes down to. Who finds an answer incorrect says why first, and last perhaps more of it."""
    first, last = failed.detail.strip().partition("\n")[0], last_line(failed.detail)
    both = failed.failure == "incorrect" and first not in ("", last) and "ModuleNotFoundError" not in last
    return (f"{first}: {last}" if both else last).rstrip(".")


def last_line(detail: str) -> str:
    """What a detail comes down to."""
    lines = detail.strip().splitlines()
    return re.sub(r"^[\w.]*Misjudged: ", "", lines[-1]) if lines else "without a word"
