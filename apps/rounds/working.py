"""A measurement through a model: a candidate says what to ask, the model replies, the scorer judges the replies.

Three stages for each candidate: its answers are collected in its sandbox, its prompts are asked side by side, the
replies are judged in the scorer's sandbox. A call that fails is no answer: it is made again, and a task whose call
fails for good is unmeasurable, that task alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from apps.engine.canonical import digest, encode
from apps.engine.prompt import Prompt, prompt_payload
from apps.llm.contract import CallFailure
from apps.rounds.prompts import prompt_in
from apps.sandbox.answers import NoAnswer
from apps.sandbox.contract import Job, Judging, Measured, Outcome, Scorer

CALL_ATTEMPTS = 3  # of one task's call, each of which the callers try several times
LONGEST_DETAIL = 2_000


@dataclass(frozen=True, slots=True)
class Worker:
    """The model that is measured, by its name in the catalogue, the role it plays, and the limits of its replies."""

    model: str
    role: str
    max_tokens: int
    effort: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the model replied to one prompt, and what a trajectory keeps of the call."""

    text: str
    kept: Mapping[str, Any]  # as the ledger's answer: reply, model, stop, tokens, cost, call


@dataclass(slots=True)
class Work:
    """One candidate on its way through the model. Tasks are counted as in its job."""

    job: Job  # collects its answers
    scorer: Scorer
    worker: Worker
    subject: int  # id of the candidate
    keys: Mapping[str, int]  # ids of tasks by key
    prompts: dict[int, Prompt] = field(default_factory=dict)
    said: dict[int, Said] = field(default_factory=dict)
    results: dict[int, Measured] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=dict)  # of calls
    answered: dict[int, Measured] = field(default_factory=dict)  # the candidate's own side of a measurement

    def task(self, index: int) -> tuple[int, int]:
        """(id, repeat) of a task."""
        key, _, repeat = self.job.tasks[index].key.rpartition("#")
        return self.keys[key], int(repeat)

    def asked(self, outcome: Outcome) -> None:
        """The candidate's answers came: prompts, or failures."""
        for index, measured in enumerate(outcome.results):
            self.answered[index] = measured
            if measured.failure:
                self.results[index] = measured
                continue
            try:
                self.prompts[index] = prompt_in(measured.output)
            except NoAnswer as problem:
                self._fail(index, "invalid_output", str(problem))

    @property
    def open(self) -> list[int]:
        """Tasks whose prompt has neither a reply nor failed for good."""
        return [index for index in self.prompts if index not in self.said and index not in self.results]

    def replied(self, index: int, said: Said) -> None:
        """The model answered a task's prompt."""
        self.said[index] = said

    def failed(self, index: int, failure: CallFailure) -> bool:
        """A task's call failed. Whether it is to be made again."""
        self.failures[index] = self.failures.get(index, 0) + 1
        if failure.blame == "call":
            self.refuse(index, failure.detail)
        elif self.failures[index] >= CALL_ATTEMPTS:
            self.give_up(index, failure.detail)
        return index not in self.results

    def refuse(self, index: int, why: str) -> None:
        """A task's prompt is not asked: that is the candidate's own failure."""
        self._fail(index, "prompt_refused", why)

    def give_up(self, index: int, why: str) -> None:
        """A task's prompt gets no reply."""
        self._fail(index, "unmeasurable", why)

    def judging(self) -> Judging | None:
        """The replies for the scorer; None where there is none."""
        if not self.said:
            return None
        indices = sorted(self.said)
        answers = tuple(
            json.dumps(self.said[index].text, ensure_ascii=False).encode(errors="replace") for index in indices
        )
        tasks = tuple(self.job.tasks[index] for index in indices)
        return Judging(self.job.id, self.scorer, tasks, answers, self.job.runtime)

    def judged(self, outcome: Outcome | None) -> Outcome:
        """The whole measurement, now that the scorer has judged. None where it had nothing to judge."""
        if outcome is not None and outcome.infrastructure:
            return outcome
        for index, measured in zip(sorted(self.said), outcome.results if outcome else (), strict=True):
            own = self.answered[index]
            self.results[index] = replace(measured, seconds=own.seconds, cpu_seconds=own.cpu_seconds)
        return Outcome(self.job.id, tuple(self.results[index] for index in range(len(self.job.tasks))))

    def told(self) -> list[dict[str, Any]]:
        """What each trajectory keeps of the call behind it: the prompt by digest, and the call that was answered."""
        return [self._told(index) for index in range(len(self.job.tasks))]

    def _told(self, index: int) -> dict[str, Any]:
        if index not in self.prompts:
            return {}
        kept = self.said[index].kept if index in self.said else {}
        return {"asked": {"prompt": prompt_digest(self.prompts[index]).hex(), **kept}}

    def _fail(self, index: int, label: str, detail: str) -> None:
        own = self.answered[index]
        self.results[index] = replace(own, failure=label, detail=detail[:LONGEST_DETAIL])


def prompt_digest(prompt: Prompt) -> bytes:
    """What the content store knows the prompt by."""
    return digest(encode(prompt_payload(prompt)))
