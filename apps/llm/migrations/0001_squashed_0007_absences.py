"""What the migrations that it replaces come to, for a database without any of them: there are no rows to mend."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("llm", "0001_initial"),
        ("llm", "0002_call_round"),
        ("llm", "0003_call_state"),
        ("llm", "0004_lost_calls"),
        ("llm", "0005_bytes_per_token"),
        ("llm", "0006_limits_of_a_machine"),
        ("llm", "0007_absences"),
    ]

    initial = True

    dependencies = [
        ("projects", "0001_squashed_0011_rubric"),
        ("records", "0001_squashed_0010_waits"),
    ]

    operations = [
        migrations.CreateModel(
            name="LanguageModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.SlugField(help_text="what projects, methods and pages call it", max_length=64, unique=True),
                ),
                ("model", models.CharField(help_text="its name at the provider", max_length=200)),
                ("base_url", models.CharField(default="https://api.anthropic.com", max_length=300)),
                (
                    "key_variable",
                    models.CharField(
                        blank=True,
                        default="ANTHROPIC_API_KEY",
                        help_text="variable of the environment with the key",
                        max_length=100,
                    ),
                ),
                ("context", models.PositiveIntegerField(help_text="tokens of prompt and reply together", null=True)),
                ("max_tokens", models.PositiveIntegerField(default=8192, help_text="of one reply")),
                ("timeout", models.FloatField(default=600.0, help_text="seconds of one attempt")),
                (
                    "concurrency",
                    models.PositiveSmallIntegerField(default=8, help_text="calls at a time, of one machine"),
                ),
                (
                    "requests_per_minute",
                    models.PositiveIntegerField(default=0, help_text="of one machine; 0: not limited"),
                ),
                (
                    "tokens_per_minute",
                    models.PositiveIntegerField(default=0, help_text="of one machine; 0: not limited"),
                ),
                (
                    "extra",
                    models.BinaryField(default=b"{}", help_text="canonical bytes: what else goes into a request"),
                ),
                ("structured", models.BooleanField(default=True, help_text="keeps to a JSON schema")),
                ("caching", models.BooleanField(default=True, help_text="takes cache_control")),
                ("counting", models.BooleanField(default=True, help_text="counts tokens")),
                ("retired", models.BooleanField(default=False, help_text="not used any more; its calls stay")),
                ("added_by", models.CharField(max_length=64)),
                ("added", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "bytes_per_token",
                    models.FloatField(
                        default=3.0,
                        help_text="the fewest that a token of its prompts had lately; learned from its calls",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("daily", models.BooleanField(default=False)),
                ("money", models.PositiveBigIntegerField(null=True)),
                ("tokens", models.PositiveBigIntegerField(null=True)),
                ("set_by", models.CharField(max_length=64)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="budgets", to="projects.project"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="budgets", to="records.run"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run",), name="budget_of_run_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("run", None)), fields=("project", "daily"), name="budget_of_project_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("run__isnull", True), ("daily", False), _connector="OR"),
                        name="budget_scope",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Casting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=16)),
                ("weight", models.FloatField(default=1.0, help_text="how often it is drawn against the others")),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="castings",
                        to="projects.project",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="castings", to="llm.languagemodel"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "role", "model"), name="casting_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("project", None)),
                        fields=("role", "model"),
                        name="casting_of_everything_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(help_text="what the journal calls it", max_length=32, unique=True)),
                (
                    "model_id",
                    models.CharField(help_text="the model's name at the provider, at that moment", max_length=200),
                ),
                ("role", models.CharField(max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("in flight", "In Flight"), ("done", "Done"), ("failed", "Failed"), ("lost", "Lost")],
                        max_length=9,
                    ),
                ),
                ("round", models.BigIntegerField(help_text="of the effect, as are position and child", null=True)),
                ("position", models.PositiveIntegerField(null=True)),
                ("child", models.SmallIntegerField(default=-1)),
                ("candidate", models.BigIntegerField(null=True)),
                (
                    "task",
                    models.BigIntegerField(
                        help_text="that the model works on, where it is what is measured", null=True
                    ),
                ),
                ("repeat", models.PositiveSmallIntegerField(default=0)),
                ("prompt", models.BinaryField(help_text="digest of its canonical bytes", max_length=32)),
                ("request", models.BinaryField(help_text="digest of everything that decides the reply", max_length=32)),
                ("occurrence", models.PositiveIntegerField(help_text="how often its run asked the same before")),
                ("reply", models.BinaryField(help_text="digest of the text", max_length=32, null=True)),
                ("stop", models.CharField(blank=True, max_length=8)),
                ("replayed", models.BooleanField(default=False, help_text="answered from an earlier call, not paid")),
                ("input", models.PositiveIntegerField(default=0)),
                ("output", models.PositiveIntegerField(default=0)),
                ("cache_read", models.PositiveIntegerField(default=0)),
                ("cache_write", models.PositiveIntegerField(default=0)),
                ("cost", models.BigIntegerField(help_text="empty: not known", null=True)),
                ("tokens_reserved", models.PositiveIntegerField(default=0)),
                ("money_reserved", models.PositiveBigIntegerField(default=0)),
                ("opened", models.DateTimeField()),
                ("seconds", models.FloatField(help_text="of the last attempt", null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("request_id", models.CharField(blank=True, help_text="the provider's", max_length=100)),
                ("status", models.PositiveSmallIntegerField(help_text="of HTTP, where it failed", null=True)),
                (
                    "blame",
                    models.CharField(blank=True, help_text="again, model or call, where it failed", max_length=5),
                ),
                ("detail", models.CharField(blank=True, help_text="hostile text", max_length=1000)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="records.run",
                    ),
                ),
                (
                    "catalogue",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="llm.languagemodel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["request", "occurrence"], name="call_request"),
                    models.Index(condition=models.Q(("run__isnull", False)), fields=["run", "id"], name="call_run"),
                    models.Index(
                        condition=models.Q(("candidate__isnull", False)), fields=["candidate"], name="call_candidate"
                    ),
                    models.Index(fields=["catalogue", "id"], name="call_catalogue"),
                    models.Index(condition=models.Q(("round__isnull", False)), fields=["round"], name="call_round"),
                    models.Index(
                        condition=models.Q(("run__isnull", False)), fields=["run", "state"], name="call_state"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ModelLatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500)),
                ("set_by", models.CharField(max_length=64)),
                ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("released_by", models.CharField(blank=True, max_length=64)),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="latches", to="llm.languagemodel"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        help_text="whose log holds it; empty: the installation's",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at__isnull", True)), fields=("model",), name="one_latch_per_model"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                (
                    "input",
                    models.DecimalField(
                        decimal_places=6, max_digits=12, validators=[django.core.validators.MinValueValidator(0)]
                    ),
                ),
                (
                    "output",
                    models.DecimalField(
                        decimal_places=6, max_digits=12, validators=[django.core.validators.MinValueValidator(0)]
                    ),
                ),
                (
                    "cache_read",
                    models.DecimalField(
                        decimal_places=6, max_digits=12, validators=[django.core.validators.MinValueValidator(0)]
                    ),
                ),
                (
                    "cache_write",
                    models.DecimalField(
                        decimal_places=6, max_digits=12, validators=[django.core.validators.MinValueValidator(0)]
                    ),
                ),
                ("set_by", models.CharField(max_length=64)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prices", to="llm.languagemodel"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("model", "since"), name="price_once")],
            },
        ),
        migrations.CreateModel(
            name="Spend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="UTC", null=True)),
                ("money", models.BigIntegerField(default=0)),
                ("tokens", models.BigIntegerField(default=0)),
                ("calls", models.BigIntegerField(default=0)),
                ("unpriced", models.BigIntegerField(default=0, help_text="calls whose cost is not known")),
                ("money_reserved", models.BigIntegerField(default=0)),
                ("tokens_reserved", models.BigIntegerField(default=0)),
                (
                    "told",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="percent of the budget that was given notice of"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.run"
                    ),
                ),
                (
                    "lost",
                    models.BigIntegerField(default=0, help_text="calls whose process died: they may have been charged"),
                ),
                ("money_lost", models.BigIntegerField(default=0, help_text="the most that those can have cost")),
                ("tokens_lost", models.BigIntegerField(default=0, help_text="the most that those can have taken")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run",), name="spend_of_run_once"),
                    models.UniqueConstraint(fields=("project", "day"), name="spend_of_day_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("day", None), ("run", None)),
                        fields=("project",),
                        name="spend_of_project_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(help_text="of the first call that it did not answer")),
                ("until", models.DateTimeField(help_text="when it is asked again")),
                ("tries", models.PositiveIntegerField(default=0, help_text="short questions that it was asked since")),
                ("wished", models.BooleanField(default=False, help_text="its server named the time")),
                ("reason", models.CharField(help_text="hostile text", max_length=500)),
                (
                    "model",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="absence", to="llm.languagemodel"
                    ),
                ),
            ],
        ),
    ]
