"""What the migrations that it replaces come to, for a database without any of them: there are no rows to mend."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("log", "0001_initial"), ("log", "0002_reading")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LogHead",
            fields=[
                ("project", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField(default=0)),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project", models.BigIntegerField()),
                ("sequence", models.BigIntegerField(help_text="1, 2, 3 … without a gap, in commit order")),
                ("kind", models.CharField(max_length=32)),
                ("at", models.BigIntegerField(help_text="microseconds since 1970, UTC")),
                ("actor", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=64)),
                (
                    "body",
                    models.BinaryField(
                        help_text="canonical bytes: ids, closed-list words, numbers, digests; never free text"
                    ),
                ),
                ("hash", models.BinaryField(max_length=32)),
                (
                    "person",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(actor__startswith="person:", then=models.F("actor")), default=models.Value(None)
                        ),
                        output_field=models.CharField(max_length=64, null=True),
                    ),
                ),
                (
                    "rare",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                kind__in=("candidate.measured", "candidate.proposed", "round.ended", "verdict.given"),
                                then=models.Value(None),
                            ),
                            default=models.F("kind"),
                        ),
                        output_field=models.CharField(max_length=32, null=True),
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "sequence"), name="event_sequence_once")],
                "indexes": [
                    models.Index(fields=["project", "subject", "sequence"], name="event_subject"),
                    models.Index(
                        condition=models.Q(("rare__isnull", False)),
                        fields=["project", "rare", "sequence"],
                        name="event_rare",
                    ),
                    models.Index(
                        condition=models.Q(("person__isnull", False)),
                        fields=["project", "person", "sequence"],
                        name="event_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project", models.BigIntegerField()),
                ("asked_by", models.CharField(max_length=64)),
                ("asked", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started", models.DateTimeField(null=True)),
                (
                    "beat",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="its last sign of life, by the database's clock",
                    ),
                ),
                ("ended", models.DateTimeField(null=True)),
                ("upto", models.BigIntegerField(default=0, help_text="the last entry that it looks at")),
                ("part", models.CharField(blank=True, help_text="what it looks at now", max_length=40)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("problems", models.JSONField(default=list, help_text="the first of them, in words")),
                ("whole", models.BooleanField(help_text="whether everything follows; empty: not known", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["project", "id"], name="verification_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended__isnull", True)),
                        fields=("project",),
                        name="one_verification_at_a_time",
                    )
                ],
            },
        ),
    ]
