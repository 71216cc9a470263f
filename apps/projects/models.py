"""A project as it was imported: what evolves, what it is measured on, and who may do what.

Components and tasks never change after import; a changed folder becomes a new version (see importer.py). The evaluator
may be replaced (see services/evaluators.py): what it was stays, and so do the scores that it gave, as a closed series.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.engine.effects import SPLITS
from apps.projects.vocabulary import DIRECTIONS, EDITS, KINDS, ROLES, STYLES, choices


def forgeable(style: str) -> bool:
    """Whether scores of this style are told by a process that a candidate shares."""
    return style != "evoweb"


class Project(models.Model):
    """One thing that evolves. family is the name in evoweb.toml; versions of one folder share it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    family = models.CharField(max_length=100, db_index=True)
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=140, unique=True, allow_unicode=True)
    package_digest = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of everything imported")
    created = models.DateTimeField(db_default=Now())

    direction = models.CharField(max_length=8, choices=choices(DIRECTIONS), default="maximise")
    metric = models.CharField(max_length=100, default="score", help_text="what pages call the score")
    entry = models.CharField(max_length=300, help_text="file.py:function that answers a task")

    style = models.CharField(
        max_length=20,
        choices=tuple(STYLES.items()),
        default="evoweb",
        help_text="whose contract the evaluator keeps; another engine's runs beside the candidate, see forgeable",
    )
    notes = models.JSONField(default=list, help_text="lines: what of another engine's folder has no counterpart here")
    evaluator = models.BinaryField(
        help_text="canonical {path: text}; never within reach of a candidate, unless the project is forgeable"
    )
    evaluator_entry = models.CharField(max_length=300)
    evaluator_limits = models.JSONField(default=dict, help_text="wall_seconds and memory_mb of the scorer")
    repeatable = models.BooleanField(default=False, help_text="equal content scored equally in every repeat at import")
    noise = models.FloatField(
        default=0.0, help_text="standard deviation of one task's score between repeats of the seed"
    )

    scorer = models.BinaryField(
        max_length=32, default=b"", help_text="digest of all that decides a score beside the tasks, as in protocol.py"
    )

    limits = models.JSONField(
        default=dict, help_text="what a candidate may use per task, as in sandbox.contract.Limits"
    )
    packages = models.JSONField(default=list, help_text="pinned requirements, such as numpy==2.4.6")
    preload = models.JSONField(default=list, help_text="modules imported once in the warm parent")
    variables = models.JSONField(default=dict, help_text="environment of candidates")

    about = models.TextField(blank=True, help_text="what it is about: what prompts tell a model")
    templates = models.JSONField(default=dict, help_text="its own texts for prompts, by name")
    worker = models.JSONField(
        default=dict, help_text="who answers what candidates ask: role, max_tokens, effort; empty: nobody"
    )
    rubric = models.JSONField(
        default=dict, help_text="what a model judges answers by: role, max_tokens, effort, text, levels; empty: none"
    )
    labels_digest = models.BinaryField(
        max_length=32, default=b"", help_text="of people's labels, as Labels has them; empty: there are none"
    )

    method = models.CharField(max_length=100)
    parameters = models.JSONField(default=dict, help_text="of the method")
    budget = models.JSONField(default=dict, help_text="candidates, and seconds where bounded")
    mode = models.CharField(max_length=32, default="full-auto")
    parallel = models.PositiveSmallIntegerField(default=1)
    contracts = models.JSONField(
        default=dict, help_text="aa_share, and what the word that a contract comes to leads to: nothing, gate, revert"
    )
    seed = models.BigIntegerField(default=0, help_text="of random draws, unless a run says otherwise")

    champion = models.BigIntegerField(
        null=True, blank=True, help_text="key of the promoted CandidateEdit; a number, because records live above"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def forgeable(self) -> bool:
        """Whether a candidate runs in one sandbox with its evaluator, and so could write its own score."""
        return forgeable(self.style)


class Component(models.Model):
    """One file of the evolving thing, with the bytes of the seed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="components")
    path = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=choices(KINDS))
    edit = models.CharField(max_length=16, choices=choices(EDITS))
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "path"], name="component_path_once")]

    def __str__(self) -> str:
        return self.path


class Task(models.Model):
    """One item that a candidate is measured on. input and expected are canonical JSON bytes."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    key = models.CharField(max_length=100)
    split = models.CharField(max_length=16, choices=choices(SPLITS))
    input = models.BinaryField()
    expected = models.BinaryField()
    origin = models.CharField(max_length=200, blank=True)
    difficulty = models.FloatField(null=True, blank=True)
    position = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "key"], name="task_key_once")]

    def __str__(self) -> str:
        return self.key


class Labels(models.Model):
    """The levels that people gave to outputs, by which a project's judge is tried. They decide no score.

    Apart from the project, because there may be megabytes of them, and few pages ask for more than their digest.
    """

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="+")
    count = models.PositiveIntegerField()
    rows = models.BinaryField(help_text="canonical bytes: [{task, output, level, by}, …], output as JSON text")

    def __str__(self) -> str:
        return f"{self.count} labels of {self.project}"


class FormerEvaluator(models.Model):
    """What decided a project's scores until somebody replaced it. They are never mixed with later ones."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="former_evaluators")
    version = models.PositiveIntegerField(help_text="1 came with the project")
    columns = models.BinaryField(help_text="canonical bytes: what was replaced, by column of Project")
    actor = models.CharField(max_length=64, help_text="who replaced it")
    at = models.DateTimeField(auto_now_add=True, help_text="when it was replaced")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "version"], name="evaluator_version_once")]

    def __str__(self) -> str:
        return f"evaluator {self.version} of {self.project}"


class AxesVersion(models.Model):
    """A version of the axes that a project's candidates are looked at along. The highest is in force.

    They may change at any time, because they change no score; a run keeps those that it started with.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="axes_versions")
    version = models.PositiveIntegerField()
    axes = models.BinaryField(help_text="canonical bytes: {descriptors, objectives}, see engine/axes.py")
    imported = models.BooleanField(default=False, help_text="it came with the project's folder")
    actor = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    salt = models.BinaryField(max_length=16)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "version"], name="axes_version_once")]

    def __str__(self) -> str:
        return f"axes of {self.project}, version {self.version}"


class Invitation(models.Model):
    """A link that lets one person in: into a project with a role, or, without a project, into the installation.

    The link holds a token of which only the digest is kept, so nobody who reads the database can use it.
    """

    token = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of what the link holds")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="invitations")
    role = models.CharField(max_length=16, choices=choices(tuple(ROLES)), blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField()
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["project", "-id"],
                name="invitation_open",
                condition=models.Q(used=None, revoked=None),
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Membership(models.Model):
    """A person's role in a project; what it allows is vocabulary.ROLES."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=choices(tuple(ROLES)))

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.project}"


class IntakeState(models.TextChoices):
    WAITING = "waiting"
    CHECKING = "checking"
    WRONG = "wrong"
    FINE = "fine"
    IMPORTED = "imported"


class Intake(models.Model):
    """A project folder on its way in: brought, checked, corrected, imported. Its files lie in staging.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    origin = models.CharField(max_length=300, help_text="what the person brought, by name")
    starts = models.BooleanField(default=False, help_text="once it is fine it is imported and a run is started")
    state = models.CharField(max_length=10, choices=IntakeState, default=IntakeState.WAITING)
    step = models.CharField(max_length=200, blank=True, help_text="what the check is at")
    attempts = models.PositiveSmallIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="as problems.Problem")
    facts = models.JSONField(default=dict, help_text="as facts.Facts")
    digest = models.BinaryField(max_length=32, null=True, help_text="of the package that was found fine")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="+")
    changed = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.origin} ({self.state})"
