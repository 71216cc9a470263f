"""What happened: runs, their rounds and effects, and the three records (candidate edit, trajectory, verdict).

Recorded fields never change. Columns marked *cached* are readings of the records, written with the record that changes
them and recomputed by verify. Only transitions.py and writer.py write here.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from apps.common.ids import run_and_number
from apps.projects.models import Project, Task


class RunState(models.TextChoices):
    OPEN = "open"
    FINISHED = "finished"
    EXHAUSTED = "exhausted"
    FAILED = "failed"
    DIVERGED = "diverged"
    ABORTED = "aborted"


class RoundState(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    DIVERGED = "diverged"
    CANCELLED = "cancelled"


class EffectState(models.TextChoices):
    HELD_BEFORE = "held before"
    READY = "ready"
    RUNNING = "running"
    HELD_AFTER = "held after"
    DONE = "done"
    REFUSED = "refused"
    UNMEASURABLE = "unmeasurable"
    CANCELLED = "cancelled"


HELD = (EffectState.HELD_BEFORE, EffectState.HELD_AFTER)
CLOSED = (EffectState.DONE, EffectState.REFUSED, EffectState.UNMEASURABLE, EffectState.CANCELLED)


class Protocol(models.Model):
    """Everything that makes two scores comparable. Scores under different protocols are never compared."""

    digest = models.BinaryField(max_length=32, unique=True)
    description = models.BinaryField(help_text="canonical bytes of what the digest covers")
    scorer = models.BinaryField(
        max_length=32, default=b"", help_text="digest of all but tasks and sandbox, as in Project.scorer"
    )

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]


class Run(models.Model):
    """One execution of a method."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField(help_text="within the project")
    method = models.CharField(max_length=64)
    parameters = models.BinaryField(help_text="canonical bytes")
    axes = models.BinaryField(
        default=b"{}", help_text="canonical bytes: descriptors and objectives that the method sees"
    )
    ensembles = models.BinaryField(
        default=b"{}", help_text="canonical bytes: the models of each role, [name, weight] each, by role"
    )
    wording = models.BinaryField(
        default=b"{}", help_text="canonical bytes: {about, templates}, what its prompts say of the project"
    )
    seed = models.BigIntegerField()
    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="+")
    code = models.BinaryField(max_length=32, help_text="digest of engine, method and operators")
    candidates = models.PositiveIntegerField(help_text="budget: candidates to measure")
    seconds = models.FloatField(null=True, help_text="budget: seconds of execution")
    parallel = models.PositiveSmallIntegerField(default=1, help_text="rounds that may move at a time")
    waiting_limit = models.PositiveSmallIntegerField(default=40)
    baseline_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="baselines")
    origin = models.BigIntegerField(null=True, help_text="id of the candidate that round 0 plants; empty: the seed")
    started_by = models.CharField(max_length=64)
    contracts = models.BinaryField(
        default=b"{}", help_text="canonical bytes: what became of Project.contracts when it started"
    )
    options = models.BinaryField(default=b"{}", help_text="canonical bytes: how the command was told to go on")
    created = models.DateTimeField()
    since = models.PositiveBigIntegerField(
        default=0, help_text="sequence of its first log entry: where the fold begins"
    )

    state = models.CharField(max_length=12, choices=RunState, default=RunState.OPEN)
    finishing = models.BooleanField(default=False, help_text="a person ends it: no new rounds, then the conclusion")
    why = models.CharField(max_length=500, blank=True)
    ended = models.DateTimeField(null=True)
    result = models.BinaryField(null=True, help_text="canonical bytes of the conclusion")

    # Who drives: a lease in database time. control grows whenever policy or latches change; a step that was computed
    # under an older value is thrown away.
    driver = models.CharField(max_length=100, blank=True)
    driver_token = models.PositiveIntegerField(default=0)
    driver_until = models.DateTimeField(null=True)
    control = models.PositiveIntegerField(default=0)
    waits = models.BinaryField(
        default=b"", help_text="canonical bytes: what its rounds wait for besides people, as its driver saw it last"
    )

    # cached
    born = models.PositiveIntegerField(default=0)
    measured = models.PositiveIntegerField(default=0, help_text="candidates measured, the seed not counted")
    reserved = models.PositiveIntegerField(default=0, help_text="candidates on their way to be measured")
    evaluations = models.PositiveBigIntegerField(default=0)
    spent = models.FloatField(default=0.0, help_text="seconds of execution")
    rounds = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(
        default=0, help_text="confirmatory comparisons, each of which spends error budget"
    )
    best = models.PositiveIntegerField(null=True)
    best_score = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "number"], name="run_number_once")]
        indexes: ClassVar = [
            models.Index(fields=["origin"], condition=models.Q(origin__isnull=False), name="run_origin")
        ]

    @property
    def is_stale(self) -> bool:
        """Whether its scores are those of an evaluator that was replaced since."""
        return bytes(self.protocol.scorer) != bytes(self.project.scorer)

    @property
    def asks(self) -> bool:
        """Whether models play a part in it."""
        return bytes(self.ensembles) != b"{}"

    def __str__(self) -> str:
        return f"run {self.number} of {self.project}"


class Round(models.Model):
    """One pass of a method's generator: the unit of resumption. Id: row_id(run, number)."""

    id = models.BigIntegerField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, help_text="plant, grow, edit, measure, again, parts, control or conclude")
    commission = models.BigIntegerField(null=True, help_text="id of the commission that it serves")
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.OPEN)
    position = models.PositiveIntegerField(default=0, help_text="of the open effect; a commit is conditional on it")
    outcome = models.BinaryField(null=True, help_text="canonical bytes")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run"], condition=models.Q(outcome__isnull=True), name="round_open")]

    @property
    def number(self) -> int:
        return run_and_number(self.id)[1]

    def __str__(self) -> str:
        return f"round {self.number}"


class Commission(models.Model):
    """What a person asked a run to do next; its driver serves it once, in a round of its own."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="commissions", db_index=False)
    kind = models.CharField(max_length=8, help_text="grow, edit, measure, again or parts")
    candidate = models.BigIntegerField(
        help_text="id of the candidate that it is about; it is one of another run for again, and may be for parts"
    )
    asked = models.BinaryField(
        help_text="canonical bytes: {hint}, {edit: digest by path}, {repeats} or {parts: names, most}"
    )
    by = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    salt = models.BinaryField(max_length=16)
    served = models.BigIntegerField(null=True, help_text="id of the round that serves it")
    receipt = models.CharField(max_length=16, blank=True, help_text="whether anybody read the hint: read, not read")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run"], condition=models.Q(served__isnull=True), name="commission_waiting"),
            models.Index(fields=["candidate"], name="commission_candidate"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.candidate}"


class OpenEffects(models.Manager["Effect"]):
    """Effects that are not closed: few, whatever the history holds."""

    def get_queryset(self) -> models.QuerySet["Effect"]:
        return super().get_queryset().filter(since__isnull=False)


class Effect(models.Model):
    """One journal row. asked is what the generator yielded and never changes; ran is what was carried out instead."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="effects", db_index=False)
    position = models.PositiveIntegerField()
    child = models.SmallIntegerField(default=-1, help_text="index in a list of effects; -1: the row itself")
    kind = models.CharField(max_length=8)
    asked = models.BinaryField(help_text="canonical bytes")
    ran = models.BinaryField(null=True, help_text="canonical bytes; empty: as asked")
    revision = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=EffectState)
    answer = models.BinaryField(null=True, help_text="canonical bytes")
    candidate = models.BigIntegerField(null=True, help_text="id of the candidate that it makes, measures or judges")

    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0, help_text="attempts that failed on infrastructure")
    token = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField(null=True, help_text="end of the lease, or of a back-off")
    approved = models.BooleanField(default=False, help_text="people let it go, before it was carried out")
    since = models.DateTimeField(null=True, help_text="when an open effect came into its state; empty: closed")

    objects = models.Manager()
    open = OpenEffects()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "position", "child"], name="effect_once")]
        indexes: ClassVar = [
            # IS NOT NULL stands in queries as it stands here; a condition with parameters SQLite would not recognise.
            models.Index(fields=["id"], condition=models.Q(since__isnull=False), name="effect_open"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.position} {self.kind}"


class CandidateEdit(models.Model):
    """A proposed change. Id: row_id(run, number), numbered by birth in its run; outside: run UUID and number."""

    id = models.BigIntegerField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", db_index=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="+", db_index=False)
    parents = models.BinaryField(
        help_text="canonical bytes: {parents: [base, crossover …], inspirations?: […], replaces?: number, "
        "origin?: id of the same candidate in another run}"
    )
    content = models.BinaryField(help_text="canonical bytes: digest of each component by path")
    content_digest = models.BinaryField(max_length=32)
    authors = models.BinaryField(help_text="canonical bytes: {method, operator, model?, persons?}")
    contract = models.BinaryField(
        help_text="canonical bytes: {hypothesis, evidence, predicted_fixes, at_risk, probabilities}"
    )
    traits = models.BinaryField(default=b"{}", help_text="canonical bytes: what the method gave it for good")
    salt = models.BinaryField(max_length=16)

    # cached
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of all components")
    base = models.BigIntegerField(null=True, help_text="id of the base parent; empty for a seed")
    verdict = models.CharField(max_length=8, blank=True)
    score = models.FloatField(null=True)
    failure = models.CharField(max_length=16, blank=True)
    graded = models.BinaryField(
        default=b"", help_text="canonical bytes: what its contract came to when it was judged, see contracts/payload.py"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["base"], name="candidate_base")]

    @property
    def number(self) -> int:
        return run_and_number(self.id)[1]

    def __str__(self) -> str:
        return f"candidate {self.number}"


class Trajectory(models.Model):
    """One measurement of one candidate on one task."""

    candidate = models.ForeignKey(CandidateEdit, models.PROTECT, related_name="trajectories")
    task = models.ForeignKey(Task, models.PROTECT, related_name="+", db_index=False)
    round = models.BigIntegerField()
    position = models.PositiveIntegerField()
    child = models.SmallIntegerField(default=-1, help_text="of the effect, in a list of effects")
    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="+", db_index=False)
    repeat = models.PositiveSmallIntegerField(default=0)
    seed = models.BigIntegerField()
    score = models.FloatField(null=True, help_text="higher is better")
    failure = models.CharField(max_length=16, blank=True)
    report = models.BinaryField(help_text="canonical bytes: {detail, feedback, metrics}; hostile text")
    output = models.BinaryField(help_text="what the candidate returned, compressed; hostile")
    seconds = models.FloatField()
    cpu_seconds = models.FloatField()
    salt = models.BinaryField(max_length=16)

    def __str__(self) -> str:
        return f"{self.candidate_id} on {self.task_id}: {self.score}"


class Verdict(models.Model):
    """A judgement of a candidate. Never edited, only followed by another."""

    candidate = models.ForeignKey(CandidateEdit, models.PROTECT, related_name="verdicts")
    decision = models.CharField(max_length=8, help_text="keep, drop, hold, promote, revert")
    by = models.CharField(max_length=64, help_text="rule, monitor or person")
    why = models.TextField()
    content_digest = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_default=Now(), help_text="for reading; the log vouches for the time")
    salt = models.BinaryField(max_length=16)

    def __str__(self) -> str:
        return f"{self.decision} {self.candidate_id}"


class Content(models.Model):
    """Bytes by their digest, in the database while small, in a file beyond."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    size = models.PositiveIntegerField()
    data = models.BinaryField(null=True, help_text="compressed; empty: in a file under EVOWEB_HOME/content")

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]


class Snapshot(models.Model):
    """A disposable reading of a run for pages: best so far and counts. Deleting it costs only time."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True)
    curve = models.BinaryField(help_text="canonical bytes: [[candidate, score], …], each new best")
    failures = models.BinaryField(help_text="canonical bytes: {label: count}")
    contracts = models.BinaryField(
        default=b"{}", help_text="canonical bytes: {authors: calibration of each, repeats, flips by state}"
    )
    memory = models.BinaryField(
        default=b"{}", help_text="canonical bytes: what the method goes by, see engine/remembered.py"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"snapshot of {self.run_id}"
