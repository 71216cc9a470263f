"""What the migrations that it replaces come to, for a database without any of them: there are no rows to mend."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("oversight", "0001_initial"), ("oversight", "0002_initial"), ("oversight", "0003_supervision")]

    initial = True

    dependencies = [
        ("projects", "0001_squashed_0011_rubric"),
        ("records", "0001_squashed_0010_waits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveSmallIntegerField()),
                ("seen", models.BinaryField(help_text="digest of what was shown", max_length=32)),
                ("decision", models.CharField(help_text="see vocabulary.py", max_length=16)),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("key", models.CharField(help_text="idempotency key of the request", max_length=64)),
                ("salt", models.BinaryField(max_length=16)),
                (
                    "effect",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="records.effect"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "details",
                    models.BinaryField(
                        default=b"{}", help_text="canonical bytes: {edit: digest by path}, {repeats} or {}"
                    ),
                ),
                ("ended", models.DateTimeField(help_text="empty: its undo window is open", null=True)),
                (
                    "outcome",
                    models.CharField(blank=True, help_text="released, noted, withdrawn or void", max_length=12),
                ),
                ("releases_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "to",
                    models.ForeignKey(
                        help_text="whom it was escalated to",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdraws",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="oversight.answer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended__isnull", True)), fields=["releases_at"], name="answer_pending"
                    ),
                    models.Index(fields=["person", "id"], name="answer_by_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "key"), name="answer_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended__isnull", True)), fields=("effect",), name="one_answer_at_a_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Latch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500)),
                ("set_by", models.CharField(max_length=64)),
                ("set_at", models.DateTimeField(auto_now_add=True)),
                ("released_by", models.CharField(blank=True, max_length=64)),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="latches",
                        to="projects.project",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="latches", to="records.run"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at__isnull", True)), fields=["project"], name="latch_closed"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None), ("run", None)),
                        fields=("project",),
                        name="one_latch_per_project",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)), fields=("run",), name="one_latch_per_run"
                    ),
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("project", None), ("released_at", None)),
                        name="one_latch_of_everything",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("mode", models.CharField(max_length=32)),
                ("table", models.BinaryField(help_text="canonical bytes: a list of rules, see rules.py")),
                ("actor", models.CharField(max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="policies", to="records.run"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "version"), name="policy_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
                (
                    "effect",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claim", to="records.effect"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("key", models.CharField(help_text="idempotency key of the request", max_length=64)),
                ("salt", models.BinaryField(max_length=16)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="records.candidateedit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "key"), name="comment_once")],
            },
        ),
    ]
