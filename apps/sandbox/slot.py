"""One evaluator: a candidate side and a scorer side working on one job, and the results they make together."""

from typing import Any

from .candidates import CandidateSide
from .contract import FAILURES, Job, Judging, Measured, Outcome
from .inside.values import MAX_SCORE
from .plain import clean, figure
from .scoring import ScorerSide
from .workshop import Bench, Workshop

_MAX_DETAIL, _MAX_FEEDBACK = 2_000, 4_000


class Slot:
    def __init__(self, workshop: Workshop) -> None:
        self.job: Job | Judging | None = None
        self.outcome: Outcome | None = None  # set when the job has finished
        self._benches = (Bench(workshop), Bench(workshop))
        self._candidate = CandidateSide(self._benches[0])
        self._scorer = ScorerSide(self._benches[1])
        self._candidate.on_reply, self._candidate.on_done = self._replied, self._left
        self._scorer.on_verdict = self._judged
        self._candidate.on_broken = self._scorer.on_broken = self._break
        self._replies: dict[int, tuple[float, float, bytes]] = {}
        self._results: dict[int, Measured] = {}
        self._clean = False

    @property
    def uids(self) -> tuple[int, ...]:
        """User ids that only this slot's sandboxes run under."""
        return tuple(bench.uid for bench in self._benches if bench.uid is not None)

    @property
    def deadline(self) -> float:
        """When `expire` has to be called, on the monotonic clock."""
        return min(self._candidate.deadline, self._scorer.deadline)

    def coldness(self, job: Job | Judging) -> int:
        """How many of the two sandboxes would have to be started for a job."""
        program = isinstance(job, Job) and not self._candidate.warm_for(job)
        return program + (job.scorer is not None and not self._scorer.warm_for(job))

    def start(self, job: Job | Judging) -> None:
        self.job, self.outcome, self._clean = job, None, isinstance(job, Judging)
        self._results.clear()
        self._replies.clear()
        try:
            if job.scorer is not None:
                self._scorer.prepare(job)
            if isinstance(job, Job):
                self._candidate.start(job)
            else:
                self._judge(job)
        except OSError as problem:
            self._break(f"no sandbox could be started: {problem}")

    def expire(self, now: float) -> None:
        if now >= self._candidate.deadline:
            self._candidate.expire()
        if now >= self._scorer.deadline:
            self._scorer.expire()

    def stop(self) -> None:
        """Kill the job that runs; it has no outcome."""
        self.job = self.outcome = None
        self._candidate.stop()
        self._scorer.forget()

    def close(self) -> None:
        self._candidate.stop()
        self._scorer.stop()

    def release(self) -> None:
        """After all processes have ended."""
        for bench in self._benches:
            bench.close()

    def _judge(self, job: Judging) -> None:
        for index, (task, answer) in enumerate(zip(job.tasks, job.answers, strict=True)):
            self._replies[index] = (0.0, 0.0, answer)
            self._scorer.ask(index, task, answer)

    def _replied(self, index: int, header: dict[str, Any], content: bytes) -> None:
        assert self.job is not None
        seconds, cpu = figure(header.get("seconds")), figure(header.get("cpu"))
        failure = header.get("failure")
        if failure:
            detail = content.decode(errors="replace")
            self._record(index, failure=str(failure), detail=detail, seconds=seconds, cpu_seconds=cpu)
        elif self.job.scorer is None:
            self._record(index, output=content, seconds=seconds, cpu_seconds=cpu)
        else:
            self._replies[index] = (seconds, cpu, content)
            self._scorer.ask(index, self.job.tasks[index], content)

    def _judged(self, index: int, verdict: dict[str, Any]) -> None:
        seconds, cpu, output = self._replies.pop(index)
        used = {"seconds": seconds, "cpu_seconds": cpu}
        failure, score = verdict.get("failure"), verdict.get("score")
        if failure:
            kept = b"" if failure == "invalid_output" else output
            self._record(index, failure=str(failure), detail=str(verdict.get("detail")), output=kept, **used)
        elif isinstance(score, (int, float)) and abs(score) <= MAX_SCORE:
            feedback = clean(verdict.get("feedback", ""))[:_MAX_FEEDBACK]
            metrics = {clean(name): figure(value) for name, value in verdict.get("metrics", {}).items()}
            self._record(index, score=float(score), metrics=metrics, feedback=feedback, output=output, **used)
        else:
            self._record(index, failure="scorer_error", detail="no score", output=output, **used)

    def _record(self, index: int, **values: Any) -> None:
        assert self.job is not None
        if values.get("failure", "") not in ("", *FAILURES):
            values["failure"] = "crashed"
        values["detail"] = clean(values.get("detail", ""))[-_MAX_DETAIL:]
        self._results[index] = Measured(self.job.tasks[index].key, values.pop("score", None), **values)
        self._finish_when_complete()

    def _left(self) -> None:
        self._clean = True
        self._finish_when_complete()

    def _finish_when_complete(self) -> None:
        job = self.job
        if job and self._clean and len(self._results) == len(job.tasks):
            self.outcome = Outcome(job.id, tuple(self._results[index] for index in range(len(job.tasks))))

    def _break(self, why: str) -> None:
        self._candidate.stop()
        self._scorer.stop()
        if self.job:
            self.outcome = Outcome(self.job.id, infrastructure=clean(why)[:_MAX_DETAIL])
