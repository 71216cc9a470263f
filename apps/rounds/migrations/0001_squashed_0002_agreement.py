"""What the migrations that it replaces come to, for a database without any of them: there are no rows to mend."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("rounds", "0001_trial"), ("rounds", "0002_agreement")]

    initial = True

    dependencies = [
        ("projects", "0001_squashed_0011_rubric"),
        ("records", "0001_squashed_0010_waits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seed", models.BigIntegerField()),
                ("asked", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("stopped", "Stopped"),
                            ("interrupted", "Interrupted"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                (
                    "stopping",
                    models.CharField(blank=True, help_text="who wants it ended; its worker does that", max_length=64),
                ),
                ("token", models.PositiveIntegerField(default=0)),
                ("holder", models.CharField(blank=True, max_length=100)),
                ("until", models.DateTimeField(help_text="end of the lease, by the database's clock", null=True)),
                ("started", models.DateTimeField(null=True)),
                ("ended", models.DateTimeField(help_text="empty: it waits or runs", null=True)),
                (
                    "failure",
                    models.CharField(blank=True, help_text="label, as in sandbox.contract.FAILURES", max_length=16),
                ),
                ("detail", models.CharField(blank=True, max_length=2000)),
                ("out", models.BinaryField(default=b"", help_text="the first bytes of standard output")),
                ("err", models.BinaryField(default=b"")),
                ("out_size", models.PositiveBigIntegerField(default=0, help_text="bytes in all")),
                ("err_size", models.PositiveBigIntegerField(default=0)),
                ("answer", models.BinaryField(default=b"", help_text="the first bytes of what the candidate returned")),
                ("answer_size", models.PositiveBigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
                ("cpu_seconds", models.FloatField(default=0.0)),
                ("memory", models.PositiveBigIntegerField(default=0, help_text="highest seen, bytes; 0: never seen")),
                ("processes", models.PositiveIntegerField(default=0, help_text="most at a time; 0: never seen")),
                (
                    "files",
                    models.PositiveBigIntegerField(
                        default=0, help_text="bytes in its scratch folder, its program included"
                    ),
                ),
                (
                    "left",
                    models.BinaryField(
                        default=b"[]", help_text="canonical bytes: [[name, bytes], …] of files it made or changed"
                    ),
                ),
                ("left_whole", models.BooleanField(default=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.candidateedit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.task",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended__isnull", True)),
                        fields=("person",),
                        name="one_open_trial_per_person",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.CharField(max_length=64)),
                ("asked", models.DateTimeField(auto_now_add=True)),
                ("started", models.DateTimeField(null=True)),
                ("beat", models.DateTimeField(help_text="last sign of life", null=True)),
                ("ended", models.DateTimeField(null=True)),
                ("done", models.PositiveIntegerField(default=0, help_text="calls that have ended")),
                ("total", models.PositiveIntegerField(default=0)),
                ("why", models.CharField(blank=True, help_text="what kept it from being measured", max_length=1000)),
                (
                    "judge",
                    models.BinaryField(
                        default=b"", help_text="digest of rubric and model, as the protocol has them", max_length=32
                    ),
                ),
                ("model", models.CharField(blank=True, help_text="the judge's name in the catalogue", max_length=100)),
                ("labels", models.BinaryField(default=b"", help_text="digest of the labels", max_length=32)),
                (
                    "levels",
                    models.BinaryField(
                        default=b"",
                        help_text="canonical bytes, per label: [level of the person, of the judge, of the judge again]",
                    ),
                ),
                (
                    "figures",
                    models.JSONField(default=dict, help_text="as agreement.Figures; empty where nothing was measured"),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "judge", "-id"], name="agreement_of_judge")],
            },
        ),
    ]
