"""A measurement through models: a candidate says what to ask, a model replies, a scorer or another model judges.

Up to three stages for each candidate: its answers are collected in its sandbox; where a model is measured its prompts
are asked side by side; the answers are judged, in the scorer's sandbox or, where a rubric scores, by a model again.
A call that fails is no answer and no score: it is made again, and a task whose call fails for good is unmeasurable,
that task alone. So is one of which the judge names no level.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from apps.engine.canonical import decode, digest, encode
from apps.engine.prompt import Prompt, prompt_payload
from apps.engine.rubric import Answered, Grade, Rubric, judge_prompt, read_grade, schema
from apps.llm.blame import kind
from apps.llm.contract import CallFailure
from apps.rounds.prompts import prompt_in
from apps.sandbox.answers import NoAnswer, decoded
from apps.sandbox.contract import Job, Judging, Measured, Outcome, Scorer

# Of one prompt, each of which the callers try several times. Before each but the first the model answered somebody.
ATTEMPTS = 5
USELESS = 3  # replies to one prompt that could not be read, until no more are paid for
LONGEST_DETAIL = 2_000


@dataclass(frozen=True, slots=True)
class Player:
    """A model that is asked for a measurement: its name in the catalogue, its role, the limits of its replies."""

    model: str
    role: str
    max_tokens: int
    effort: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model replied to one prompt, and what a trajectory keeps of the call."""

    text: str
    kept: Mapping[str, Any]  # as the ledger's answer: reply, model, stop, tokens, cost, call


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that judges by a rubric."""

    player: Player
    rubric: Rubric


@dataclass(slots=True)
class Asking:
    """One model's part: what it is asked of one candidate, by task, and what came of it."""

    player: Player
    rubric: Rubric | None = None  # it judges by this
    prompts: dict[int, Prompt] = field(default_factory=dict)
    said: dict[int, Said] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=dict)
    grades: dict[int, Grade] = field(default_factory=dict)

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """What its replies keep to."""
        return None if self.rubric is None else schema(self.rubric)


@dataclass(slots=True)
class Work:
    """One candidate on its way through models. Tasks are counted as in its job.

    worker: the model that is measured, where one is. Either scorer judges the answers, or judge does.
    """

    job: Job  # collects its answers
    worker: Player | None
    scorer: Scorer | None
    judge: Judge | None
    subject: int  # id of the candidate
    keys: Mapping[str, int]  # ids of tasks by key
    results: dict[int, Measured] = field(default_factory=dict)
    answered: dict[int, Measured] = field(default_factory=dict)  # the candidate's own side of a measurement
    asking: Asking = field(init=False)  # the model that is asked now
    before: Asking | None = None  # the one that was asked before the judge

    def __post_init__(self) -> None:
        self.asking = self._asking_the_judge() if self.worker is None else Asking(self.worker)

    def task(self, index: int) -> tuple[int, int]:
        """(id, repeat) of a task."""
        key, _, repeat = self.job.tasks[index].key.rpartition("#")
        return self.keys[key], int(repeat)

    def asked(self, outcome: Outcome) -> None:
        """The candidate's answers came: prompts, what is to be judged, or failures."""
        for index, measured in enumerate(outcome.results):
            self.answered[index] = measured
            if measured.failure:
                self.results[index] = measured
                continue
            try:
                self.asking.prompts[index] = self._prompt(index, measured.output)
            except NoAnswer as problem:
                self._fail(index, "invalid_output", str(problem))

    @property
    def open(self) -> list[int]:
        """Tasks whose prompt has neither a reply nor failed for good."""
        return [index for index in self.asking.prompts if index not in self.asking.said and index not in self.results]

    def replied(self, index: int, said: Said) -> bool:
        """A model answered a task's prompt. Whether that is of use; else it is to be asked again, or has failed."""
        asking = self.asking
        if asking.rubric is not None:
            grade = read_grade(asking.rubric, said.text)
            if grade is None:
                self._count(
                    index, f"the judge named no level of the rubric ({said.kept['stop']}): {said.text[:500]}", USELESS
                )
                return False
            asking.grades[index] = grade
        asking.said[index] = said
        return True

    def failed(self, index: int, failure: CallFailure) -> bool:
        """A task's call failed. Whether it is to be made again."""
        if failure.blame == "call":
            self.refuse(index, failure.detail)
        else:
            self._count(index, f"its call failed: {kind(failure.status, failure.blame)}", ATTEMPTS)
        return index not in self.results

    def refuse(self, index: int, why: str) -> None:
        """A task's prompt is never taken: the candidate's own failure, unless it is the judge who was to be asked."""
        self._fail(index, "prompt_refused" if self.asking.rubric is None else "unmeasurable", why)

    def turn_to_judge(self) -> bool:
        """All that was asked is answered: the judge is asked next. False where there is none, or it was asked."""
        if self.judge is None or self.asking.rubric is not None or not self.asking.said:
            return False
        self.before, self.asking = self.asking, self._asking_the_judge()
        for index in sorted(self.before.said):
            self.asking.prompts[index] = self._to_judge(index, self.before.said[index].text)
        return True

    def judging(self) -> Judging | None:
        """The replies for the scorer; None where there is none, or no scorer."""
        if not self.asking.said or self.scorer is None:
            return None
        indices = sorted(self.asking.said)
        answers = tuple(_json(self.asking.said[index].text) for index in indices)
        tasks = tuple(self.job.tasks[index] for index in indices)
        return Judging(self.job.id, self.scorer, tasks, answers, self.job.runtime)

    def judged(self, outcome: Outcome | None) -> Outcome:
        """The whole measurement, now that everything is judged. outcome: the scorer's, where it judged something."""
        if outcome is not None and outcome.infrastructure:
            return outcome
        if outcome is not None:
            for index, measured in zip(sorted(self.asking.said), outcome.results, strict=True):
                own = self.answered[index]
                self.results[index] = replace(measured, seconds=own.seconds, cpu_seconds=own.cpu_seconds)
        for index, grade in self.asking.grades.items():
            self._grade(index, grade)
        return Outcome(self.job.id, tuple(self.results[index] for index in range(len(self.job.tasks))))

    def told(self) -> list[dict[str, Any]]:
        """What each trajectory keeps of the calls behind it: prompts by digest, the calls that were answered."""
        return [self._told(index) for index in range(len(self.job.tasks))]

    def _asking_the_judge(self) -> Asking:
        assert self.judge is not None
        return Asking(self.judge.player, self.judge.rubric)

    def _prompt(self, index: int, output: bytes) -> Prompt:
        """What is to be asked about an answer of the candidate. Raises NoAnswer."""
        return prompt_in(output) if self.asking.rubric is None else self._to_judge(index, decoded(output))

    def _to_judge(self, index: int, output: Any) -> Prompt:
        assert self.judge is not None
        item = self.job.tasks[index]
        return judge_prompt(self.judge.rubric, Answered(decode(item.input), decode(item.expected), output))

    def _grade(self, index: int, grade: Grade) -> None:
        assert self.judge is not None
        own = self.answered[index]
        output = own.output if self.before is None else _json(self.before.said[index].text)
        score = self.judge.rubric.score(grade.place)
        self.results[index] = replace(own, score=score, feedback=grade.reason, output=output)

    def _told(self, index: int) -> dict[str, Any]:
        every = [each for each in (self.before, self.asking) if each and index in each.prompts]
        return {"judged" if each.rubric else "asked": _kept(each, index) for each in every}

    def _count(self, index: int, why: str, most: int) -> None:
        """A call came to nothing: after so many the task has failed for good."""
        failures = self.asking.failures
        failures[index] = failures.get(index, 0) + 1
        if failures[index] >= most:
            self._fail(index, "unmeasurable", why)

    def _fail(self, index: int, label: str, detail: str) -> None:
        own = self.answered[index]
        self.results[index] = replace(own, failure=label, detail=detail[:LONGEST_DETAIL])


def prompt_digest(prompt: Prompt) -> bytes:
    """What the content store knows the prompt by."""
    return digest(encode(prompt_payload(prompt)))


def _kept(asking: Asking, index: int) -> dict[str, Any]:
    """What a trajectory keeps of a call: its prompt; the reply, where one came; the level, where it names one."""
    told = {"prompt": prompt_digest(asking.prompts[index]).hex()}
    if index in asking.said:
        told |= asking.said[index].kept
    if asking.rubric is not None and index in asking.grades:
        told["level"] = asking.rubric.levels[asking.grades[index].place].name
    return told


def _json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode(errors="replace")
