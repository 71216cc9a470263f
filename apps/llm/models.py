"""Models and what they cost, who plays which role, what may be spent, and every call that was made.

Keys never stand here: a row names the variable of the environment that holds one. Money is counted in billionths of
the currency that the prices are in, so that sums are exact; a cost that is empty is not known.
"""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now

from apps.llm.contract import OFFICIAL
from apps.llm.tokens import BYTES_PER_TOKEN
from apps.log.models import PERSON
from apps.projects.models import Project
from apps.records.models import Run


class CallState(models.TextChoices):
    IN_FLIGHT = "in flight"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


def of_person(by: str) -> bool:
    """Whether an actor, as a row keeps it, is a person."""
    return by.startswith(PERSON)


class LanguageModel(models.Model):
    """A row of the catalogue: how a model is reached, and how much may be asked of it."""

    name = models.SlugField(max_length=64, unique=True, help_text="what projects, methods and pages call it")
    model = models.CharField(max_length=200, help_text="its name at the provider")
    base_url = models.CharField(max_length=300, default=OFFICIAL)
    key_variable = models.CharField(
        max_length=100, blank=True, default="ANTHROPIC_API_KEY", help_text="variable of the environment with the key"
    )
    context = models.PositiveIntegerField(null=True, help_text="tokens of prompt and reply together")
    max_tokens = models.PositiveIntegerField(default=8192, help_text="of one reply")
    timeout = models.FloatField(default=600.0, help_text="seconds of one attempt")
    concurrency = models.PositiveSmallIntegerField(default=8, help_text="calls at a time, of one machine")
    requests_per_minute = models.PositiveIntegerField(default=0, help_text="of one machine; 0: not limited")
    tokens_per_minute = models.PositiveIntegerField(default=0, help_text="of one machine; 0: not limited")
    bytes_per_token = models.FloatField(
        default=BYTES_PER_TOKEN, help_text="the fewest that a token of its prompts had lately; learned from its calls"
    )
    extra = models.BinaryField(default=b"{}", help_text="canonical bytes: what else goes into a request")
    structured = models.BooleanField(default=True, help_text="keeps to a JSON schema")
    caching = models.BooleanField(default=True, help_text="takes cache_control")
    counting = models.BooleanField(default=True, help_text="counts tokens")
    retired = models.BooleanField(default=False, help_text="not used any more; its calls stay")
    added_by = models.CharField(max_length=64)
    added = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What a model costs from a day on, per million tokens. Never changed, only followed by a later one."""

    model = models.ForeignKey(LanguageModel, models.PROTECT, related_name="prices")
    since = models.DateTimeField()
    input = models.DecimalField(max_digits=12, decimal_places=6, validators=[MinValueValidator(0)])
    output = models.DecimalField(max_digits=12, decimal_places=6, validators=[MinValueValidator(0)])
    cache_read = models.DecimalField(max_digits=12, decimal_places=6, validators=[MinValueValidator(0)])
    cache_write = models.DecimalField(max_digits=12, decimal_places=6, validators=[MinValueValidator(0)])
    set_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "since"], name="price_once")]

    def __str__(self) -> str:
        return f"{self.model} since {self.since:%Y-%m-%d}: {self.input} in, {self.output} out"


class Casting(models.Model):
    """A model that plays a role: in one project, or, without one, in all that cast nobody for that role."""

    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="castings")
    role = models.CharField(max_length=16)
    model = models.ForeignKey(LanguageModel, models.PROTECT, related_name="castings")
    weight = models.FloatField(default=1.0, help_text="how often it is drawn against the others")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "role", "model"], name="casting_once"),
            models.UniqueConstraint(
                fields=["role", "model"], condition=models.Q(project=None), name="casting_of_everything_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.project or 'everything'}: {self.model}"


class ModelLatch(models.Model):
    """A persisted stop of one model, until a person mended what is wrong with it. Releasing it releases no other."""

    model = models.ForeignKey(LanguageModel, models.PROTECT, related_name="latches")
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="+", help_text="whose log holds it; empty: the installation's"
    )
    reason = models.CharField(max_length=500)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField(db_default=Now())
    released_by = models.CharField(max_length=64, blank=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model"], condition=models.Q(released_at__isnull=True), name="one_latch_per_model"
            )
        ]

    @property
    def for_all(self) -> bool:
        """Whether everybody may read the reason: a person wrote it for them.

        Else it may hold a server's words and address, and is for those who may release the model.
        """
        return of_person(self.set_by)

    def __str__(self) -> str:
        return f"stop of {self.model} by {self.set_by}"


class Absence(models.Model):
    """A model that did not answer lately. It is asked nothing until then, and then one short question."""

    model = models.OneToOneField(LanguageModel, models.PROTECT, related_name="absence")
    since = models.DateTimeField(help_text="of the first call that it did not answer")
    until = models.DateTimeField(help_text="when it is asked again")
    tries = models.PositiveIntegerField(default=0, help_text="short questions that it was asked since")
    wished = models.BooleanField(default=False, help_text="its server named the time")
    reason = models.CharField(max_length=500, help_text="hostile text")

    def __str__(self) -> str:
        return f"absence of {self.model} since {self.since:%Y-%m-%d %H:%M}"


class Budget(models.Model):
    """What may be spent on calls: of a run, of a project for good, or of a project on each day (UTC).

    Empty: not bounded in that unit. 0: no calls.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="budgets")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="budgets")
    daily = models.BooleanField(default=False)
    money = models.PositiveBigIntegerField(null=True)
    tokens = models.PositiveBigIntegerField(null=True)
    set_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run"], name="budget_of_run_once"),
            models.UniqueConstraint(
                fields=["project", "daily"], condition=models.Q(run=None), name="budget_of_project_once"
            ),
            models.CheckConstraint(condition=models.Q(run__isnull=True) | models.Q(daily=False), name="budget_scope"),
        ]

    @property
    def spelled(self) -> str:
        """Its money as somebody types it; empty where none bounds it."""
        return "" if self.money is None else f"{Decimal(self.money).scaleb(-9).normalize():f}"

    def __str__(self) -> str:
        return f"budget of {self.run or self.project}{' per day' if self.daily else ''}"


class Spend(models.Model):
    """What calls have cost and may still cost: of a run, a project, a project's day. *Cached*: Call is the record."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+")
    day = models.DateField(null=True, help_text="UTC")
    money = models.BigIntegerField(default=0)
    tokens = models.BigIntegerField(default=0)
    calls = models.BigIntegerField(default=0)
    unpriced = models.BigIntegerField(default=0, help_text="calls whose cost is not known")
    money_reserved = models.BigIntegerField(default=0)
    tokens_reserved = models.BigIntegerField(default=0)
    lost = models.BigIntegerField(default=0, help_text="calls whose process died: they may have been charged")
    money_lost = models.BigIntegerField(default=0, help_text="the most that those can have cost")
    tokens_lost = models.BigIntegerField(default=0, help_text="the most that those can have taken")
    told = models.PositiveSmallIntegerField(default=0, help_text="percent of the budget that was given notice of")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run"], name="spend_of_run_once"),
            models.UniqueConstraint(fields=["project", "day"], name="spend_of_day_once"),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(run=None, day=None), name="spend_of_project_once"
            ),
        ]

    def __str__(self) -> str:
        return f"spend of {self.run or self.project}{f' on {self.day}' if self.day else ''}"


class Call(models.Model):
    """One call of a model: what was asked and answered, by digest, and what it took."""

    key = models.CharField(max_length=32, unique=True, help_text="what the journal calls it")
    catalogue = models.ForeignKey(LanguageModel, models.PROTECT, related_name="calls", db_index=False)
    model_id = models.CharField(max_length=200, help_text="the model's name at the provider, at that moment")
    role = models.CharField(max_length=16)
    state = models.CharField(max_length=9, choices=CallState)

    # Where it belongs. A call that checks a model belongs to no project.
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="+", db_index=False)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="calls", db_index=False)
    round = models.BigIntegerField(null=True, help_text="of the effect, as are position and child")
    position = models.PositiveIntegerField(null=True)
    child = models.SmallIntegerField(default=-1)
    candidate = models.BigIntegerField(null=True)
    task = models.BigIntegerField(null=True, help_text="that the model works on, where it is what is measured")
    repeat = models.PositiveSmallIntegerField(default=0)

    prompt = models.BinaryField(max_length=32, help_text="digest of its canonical bytes")
    request = models.BinaryField(max_length=32, help_text="digest of everything that decides the reply")
    occurrence = models.PositiveIntegerField(help_text="how often its run asked the same before")
    reply = models.BinaryField(max_length=32, null=True, help_text="digest of the text")
    stop = models.CharField(max_length=8, blank=True)
    replayed = models.BooleanField(default=False, help_text="answered from an earlier call, not paid")

    input = models.PositiveIntegerField(default=0)
    output = models.PositiveIntegerField(default=0)
    cache_read = models.PositiveIntegerField(default=0)
    cache_write = models.PositiveIntegerField(default=0)
    estimated = models.BooleanField(default=False, help_text="tokens: its reply broke off before all were told")
    cost = models.BigIntegerField(null=True, help_text="empty: not known")
    tokens_reserved = models.PositiveIntegerField(default=0)
    money_reserved = models.PositiveBigIntegerField(default=0)

    opened = models.DateTimeField()
    seconds = models.FloatField(null=True, help_text="of the last attempt")
    attempts = models.PositiveSmallIntegerField(default=0)
    request_id = models.CharField(max_length=100, blank=True, help_text="the provider's")
    status = models.PositiveSmallIntegerField(null=True, help_text="of HTTP, where it failed")
    blame = models.CharField(max_length=5, blank=True, help_text="again, model or call, where it failed")
    detail = models.CharField(max_length=1000, blank=True, help_text="hostile text")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["request", "occurrence"], name="call_request"),
            models.Index(fields=["run", "id"], condition=models.Q(run__isnull=False), name="call_run"),
            models.Index(fields=["candidate"], condition=models.Q(candidate__isnull=False), name="call_candidate"),
            models.Index(fields=["round"], condition=models.Q(round__isnull=False), name="call_round"),
            models.Index(fields=["catalogue", "id"], name="call_catalogue"),
            models.Index(fields=["run", "state"], condition=models.Q(run__isnull=False), name="call_state"),
        ]

    @property
    def tokens(self) -> int:
        """Tokens of prompt and reply."""
        return self.prompt_tokens + self.output

    @property
    def prompt_tokens(self) -> int:
        """Tokens of the prompt, from wherever the provider had them."""
        return self.input + self.cache_read + self.cache_write

    def __str__(self) -> str:
        return f"call {self.key} of {self.model_id}"
