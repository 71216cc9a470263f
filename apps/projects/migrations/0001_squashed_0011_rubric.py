"""What the migrations that it replaces come to, for a database without any of them: there are no rows to mend."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("projects", "0001_initial"),
        ("projects", "0002_invitations"),
        ("projects", "0003_members_in_the_log"),
        ("projects", "0004_intake"),
        ("projects", "0005_axes"),
        ("projects", "0006_evaluators"),
        ("projects", "0007_models_and_wording"),
        ("projects", "0008_styles"),
        ("projects", "0009_contracts"),
        ("projects", "0010_worker"),
        ("projects", "0011_rubric"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("family", models.CharField(db_index=True, max_length=100)),
                ("name", models.CharField(max_length=120, unique=True)),
                ("slug", models.SlugField(allow_unicode=True, max_length=140, unique=True)),
                (
                    "package_digest",
                    models.BinaryField(help_text="SHA-256 of everything imported", max_length=32, unique=True),
                ),
                ("created", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "direction",
                    models.CharField(
                        choices=[("maximise", "maximise"), ("minimise", "minimise")], default="maximise", max_length=8
                    ),
                ),
                ("metric", models.CharField(default="score", help_text="what pages call the score", max_length=100)),
                ("entry", models.CharField(help_text="file.py:function that answers a task", max_length=300)),
                (
                    "evaluator",
                    models.BinaryField(
                        help_text="canonical {path: text}; never within reach of a candidate, unless the project is forgeable"
                    ),
                ),
                ("evaluator_entry", models.CharField(max_length=300)),
                (
                    "evaluator_limits",
                    models.JSONField(default=dict, help_text="wall_seconds and memory_mb of the scorer"),
                ),
                (
                    "repeatable",
                    models.BooleanField(
                        default=False, help_text="equal content scored equally in every repeat at import"
                    ),
                ),
                (
                    "noise",
                    models.FloatField(
                        default=0.0, help_text="standard deviation of one task's score between repeats of the seed"
                    ),
                ),
                (
                    "limits",
                    models.JSONField(
                        default=dict, help_text="what a candidate may use per task, as in sandbox.contract.Limits"
                    ),
                ),
                ("packages", models.JSONField(default=list, help_text="pinned requirements, such as numpy==2.4.6")),
                ("preload", models.JSONField(default=list, help_text="modules imported once in the warm parent")),
                ("variables", models.JSONField(default=dict, help_text="environment of candidates")),
                ("method", models.CharField(max_length=100)),
                ("parameters", models.JSONField(default=dict, help_text="of the method")),
                ("budget", models.JSONField(default=dict, help_text="candidates, and seconds where bounded")),
                ("mode", models.CharField(default="full-auto", max_length=32)),
                ("parallel", models.PositiveSmallIntegerField(default=1)),
                (
                    "champion",
                    models.BigIntegerField(
                        blank=True,
                        help_text="key of the promoted CandidateEdit; a number, because records live above",
                        null=True,
                    ),
                ),
                (
                    "scorer",
                    models.BinaryField(
                        default=b"",
                        help_text="digest of all that decides a score beside the tasks, as in protocol.py",
                        max_length=32,
                    ),
                ),
                ("about", models.TextField(blank=True, help_text="what it is about: what prompts tell a model")),
                ("templates", models.JSONField(default=dict, help_text="its own texts for prompts, by name")),
                (
                    "notes",
                    models.JSONField(
                        default=list, help_text="lines: what of another engine's folder has no counterpart here"
                    ),
                ),
                ("seed", models.BigIntegerField(default=0, help_text="of random draws, unless a run says otherwise")),
                (
                    "style",
                    models.CharField(
                        choices=[
                            ("evoweb", "evoweb"),
                            ("openevolve", "OpenEvolve"),
                            ("shinka", "ShinkaEvolve"),
                            ("gepa", "GEPA"),
                            ("asi_evolve", "ASI-Evolve"),
                        ],
                        default="evoweb",
                        help_text="whose contract the evaluator keeps; another engine's runs beside the candidate, see forgeable",
                        max_length=20,
                    ),
                ),
                (
                    "contracts",
                    models.JSONField(
                        default=dict,
                        help_text="aa_share, and what the word that a contract comes to leads to: nothing, gate, revert",
                    ),
                ),
                (
                    "worker",
                    models.JSONField(
                        default=dict,
                        help_text="who answers what candidates ask: role, max_tokens, effort; empty: nobody",
                    ),
                ),
                (
                    "labels",
                    models.JSONField(
                        default=list, help_text="levels that people gave: task, output, level, by; decide no score"
                    ),
                ),
                (
                    "rubric",
                    models.JSONField(
                        default=dict,
                        help_text="what a model judges answers by: role, max_tokens, effort, text, levels; empty: none",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "viewer"),
                            ("reviewer", "reviewer"),
                            ("operator", "operator"),
                            ("maintainer", "maintainer"),
                            ("auditor", "auditor"),
                            ("admin", "admin"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="projects.project"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "user"), name="membership_once")],
            },
        ),
        migrations.CreateModel(
            name="Component",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("program", "program"),
                            ("prompt", "prompt"),
                            ("skill", "skill"),
                            ("tool", "tool"),
                            ("middleware", "middleware"),
                            ("memory", "memory"),
                            ("config", "config"),
                            ("workflow", "workflow"),
                            ("reward", "reward"),
                            ("data", "data"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "edit",
                    models.CharField(
                        choices=[("whole", "whole"), ("regions", "regions"), ("protected", "protected")], max_length=16
                    ),
                ),
                ("content", models.BinaryField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="components", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["path"],
                "constraints": [models.UniqueConstraint(fields=("project", "path"), name="component_path_once")],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=100)),
                (
                    "split",
                    models.CharField(
                        choices=[
                            ("train", "train"),
                            ("validation", "validation"),
                            ("gate", "gate"),
                            ("sealed", "sealed"),
                            ("canary", "canary"),
                        ],
                        max_length=16,
                    ),
                ),
                ("input", models.BinaryField()),
                ("expected", models.BinaryField()),
                ("origin", models.CharField(blank=True, max_length=200)),
                ("difficulty", models.FloatField(blank=True, null=True)),
                ("position", models.PositiveIntegerField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("project", "key"), name="task_key_once")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.BinaryField(help_text="SHA-256 of what the link holds", max_length=32, unique=True)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("viewer", "viewer"),
                            ("reviewer", "reviewer"),
                            ("operator", "operator"),
                            ("maintainer", "maintainer"),
                            ("auditor", "auditor"),
                            ("admin", "admin"),
                        ],
                        max_length=16,
                    ),
                ),
                ("made", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField()),
                ("used", models.DateTimeField(null=True)),
                ("revoked", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="projects.project",
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("revoked", None), ("used", None)),
                        fields=["project", "-id"],
                        name="invitation_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("origin", models.CharField(help_text="what the person brought, by name", max_length=300)),
                (
                    "starts",
                    models.BooleanField(default=False, help_text="once it is fine it is imported and a run is started"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("checking", "Checking"),
                            ("wrong", "Wrong"),
                            ("fine", "Fine"),
                            ("imported", "Imported"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("step", models.CharField(blank=True, help_text="what the check is at", max_length=200)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("problems", models.JSONField(default=list, help_text="as problems.Problem")),
                ("facts", models.JSONField(default=dict, help_text="as facts.Facts")),
                (
                    "digest",
                    models.BinaryField(help_text="of the package that was found fine", max_length=32, null=True),
                ),
                ("changed", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AxesVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                (
                    "axes",
                    models.BinaryField(help_text="canonical bytes: {descriptors, objectives}, see engine/axes.py"),
                ),
                ("imported", models.BooleanField(default=False, help_text="it came with the project's folder")),
                ("actor", models.CharField(max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("salt", models.BinaryField(max_length=16)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="axes_versions", to="projects.project"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "version"), name="axes_version_once")],
            },
        ),
        migrations.CreateModel(
            name="FormerEvaluator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(help_text="1 came with the project")),
                ("columns", models.BinaryField(help_text="canonical bytes: what was replaced, by column of Project")),
                ("actor", models.CharField(help_text="who replaced it", max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True, help_text="when it was replaced")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_evaluators",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "version"), name="evaluator_version_once")],
            },
        ),
    ]
