"""What the migrations that it replaces come to, for a database without any of them: there are no rows to mend."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("records", "0001_initial"),
        ("records", "0002_supervision"),
        ("records", "0003_verdict_time"),
        ("records", "0004_traits_and_axes"),
        ("records", "0005_origin_of_a_run"),
        ("records", "0006_scorer"),
        ("records", "0007_models_and_wording"),
        ("records", "0008_contracts"),
        ("records", "0009_method_memory"),
        ("records", "0010_waits"),
    ]

    initial = True

    dependencies = [
        ("projects", "0001_squashed_0011_rubric"),
    ]

    operations = [
        migrations.CreateModel(
            name="Content",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("size", models.PositiveIntegerField()),
                (
                    "data",
                    models.BinaryField(help_text="compressed; empty: in a file under EVOWEB_HOME/content", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Protocol",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("description", models.BinaryField(help_text="canonical bytes of what the digest covers")),
                (
                    "scorer",
                    models.BinaryField(
                        default=b"",
                        help_text="digest of all but tasks and sandbox, as in Project.scorer",
                        max_length=32,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField(help_text="within the project")),
                ("method", models.CharField(max_length=64)),
                ("parameters", models.BinaryField(help_text="canonical bytes")),
                ("seed", models.BigIntegerField()),
                ("code", models.BinaryField(help_text="digest of engine, method and operators", max_length=32)),
                ("candidates", models.PositiveIntegerField(help_text="budget: candidates to measure")),
                ("seconds", models.FloatField(help_text="budget: seconds of execution", null=True)),
                ("parallel", models.PositiveSmallIntegerField(default=1, help_text="rounds that may move at a time")),
                ("waiting_limit", models.PositiveSmallIntegerField(default=40)),
                ("started_by", models.CharField(max_length=64)),
                (
                    "options",
                    models.BinaryField(default=b"{}", help_text="canonical bytes: how the command was told to go on"),
                ),
                ("created", models.DateTimeField()),
                (
                    "since",
                    models.PositiveBigIntegerField(
                        default=0, help_text="sequence of its first log entry: where the fold begins"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("finished", "Finished"),
                            ("exhausted", "Exhausted"),
                            ("failed", "Failed"),
                            ("diverged", "Diverged"),
                            ("aborted", "Aborted"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=500)),
                ("ended", models.DateTimeField(null=True)),
                ("result", models.BinaryField(help_text="canonical bytes of the conclusion", null=True)),
                ("driver", models.CharField(blank=True, max_length=100)),
                ("driver_token", models.PositiveIntegerField(default=0)),
                ("driver_until", models.DateTimeField(null=True)),
                ("control", models.PositiveIntegerField(default=0)),
                ("born", models.PositiveIntegerField(default=0)),
                (
                    "measured",
                    models.PositiveIntegerField(default=0, help_text="candidates measured, the seed not counted"),
                ),
                (
                    "reserved",
                    models.PositiveIntegerField(default=0, help_text="candidates on their way to be measured"),
                ),
                ("evaluations", models.PositiveBigIntegerField(default=0)),
                ("spent", models.FloatField(default=0.0, help_text="seconds of execution")),
                ("rounds", models.PositiveIntegerField(default=0)),
                (
                    "looks",
                    models.PositiveIntegerField(
                        default=0, help_text="confirmatory comparisons, each of which spends error budget"
                    ),
                ),
                ("best", models.PositiveIntegerField(null=True)),
                ("best_score", models.FloatField(null=True)),
                (
                    "baseline_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="baselines",
                        to="records.run",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="projects.project"
                    ),
                ),
                (
                    "protocol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.protocol"
                    ),
                ),
                (
                    "finishing",
                    models.BooleanField(
                        default=False, help_text="a person ends it: no new rounds, then the conclusion"
                    ),
                ),
                (
                    "axes",
                    models.BinaryField(
                        default=b"{}", help_text="canonical bytes: descriptors and objectives that the method sees"
                    ),
                ),
                (
                    "origin",
                    models.BigIntegerField(
                        help_text="id of the candidate that round 0 plants; empty: the seed", null=True
                    ),
                ),
                (
                    "ensembles",
                    models.BinaryField(
                        default=b"{}",
                        help_text="canonical bytes: the models of each role, [name, weight] each, by role",
                    ),
                ),
                (
                    "wording",
                    models.BinaryField(
                        default=b"{}",
                        help_text="canonical bytes: {about, templates}, what its prompts say of the project",
                    ),
                ),
                (
                    "contracts",
                    models.BinaryField(
                        default=b"{}", help_text="canonical bytes: what became of Project.contracts when it started"
                    ),
                ),
                (
                    "waits",
                    models.BinaryField(
                        default=b"",
                        help_text="canonical bytes: what its rounds wait for besides people, as its driver saw it last",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("origin__isnull", False)), fields=["origin"], name="run_origin")
                ],
                "constraints": [models.UniqueConstraint(fields=("project", "number"), name="run_number_once")],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to="records.run"
                    ),
                ),
                ("curve", models.BinaryField(help_text="canonical bytes: [[candidate, score], …], each new best")),
                ("failures", models.BinaryField(help_text="canonical bytes: {label: count}")),
                ("at", models.DateTimeField()),
                (
                    "contracts",
                    models.BinaryField(
                        default=b"{}",
                        help_text="canonical bytes: {authors: calibration of each, repeats, flips by state}",
                    ),
                ),
                (
                    "memory",
                    models.BinaryField(
                        default=b"{}", help_text="canonical bytes: what the method goes by, see engine/remembered.py"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(help_text="plant, grow, edit, measure, again, control or conclude", max_length=8),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("done", "Done"),
                            ("diverged", "Diverged"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "position",
                    models.PositiveIntegerField(
                        default=0, help_text="of the open effect; a commit is conditional on it"
                    ),
                ),
                ("outcome", models.BinaryField(help_text="canonical bytes", null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.run"
                    ),
                ),
                ("commission", models.BigIntegerField(help_text="id of the commission that it serves", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("outcome__isnull", True)), fields=["run"], name="round_open")
                ],
            },
        ),
        migrations.CreateModel(
            name="CandidateEdit",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "parents",
                    models.BinaryField(
                        help_text="canonical bytes: {parents: [base, crossover …], inspirations?: […], replaces?: number, origin?: id of the same candidate in another run}"
                    ),
                ),
                ("content", models.BinaryField(help_text="canonical bytes: digest of each component by path")),
                ("content_digest", models.BinaryField(max_length=32)),
                ("authors", models.BinaryField(help_text="canonical bytes: {method, operator, model?, persons?}")),
                (
                    "contract",
                    models.BinaryField(
                        help_text="canonical bytes: {hypothesis, evidence, predicted_fixes, at_risk, probabilities}"
                    ),
                ),
                ("salt", models.BinaryField(max_length=16)),
                ("verdict", models.CharField(blank=True, max_length=8)),
                ("score", models.FloatField(null=True)),
                ("failure", models.CharField(blank=True, max_length=16)),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.round",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.run"
                    ),
                ),
                ("base", models.BigIntegerField(help_text="id of the base parent; empty for a seed", null=True)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="bytes of all components")),
                (
                    "traits",
                    models.BinaryField(default=b"{}", help_text="canonical bytes: what the method gave it for good"),
                ),
                (
                    "graded",
                    models.BinaryField(
                        default=b"",
                        help_text="canonical bytes: what its contract came to when it was judged, see contracts/payload.py",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["base"], name="candidate_base")],
            },
        ),
        migrations.CreateModel(
            name="Trajectory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.BigIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("child", models.SmallIntegerField(default=-1, help_text="of the effect, in a list of effects")),
                ("repeat", models.PositiveSmallIntegerField(default=0)),
                ("seed", models.BigIntegerField()),
                ("score", models.FloatField(help_text="higher is better", null=True)),
                ("failure", models.CharField(blank=True, max_length=16)),
                ("report", models.BinaryField(help_text="canonical bytes: {detail, feedback, metrics}; hostile text")),
                ("output", models.BinaryField(help_text="what the candidate returned, compressed; hostile")),
                ("seconds", models.FloatField()),
                ("cpu_seconds", models.FloatField()),
                ("salt", models.BinaryField(max_length=16)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trajectories",
                        to="records.candidateedit",
                    ),
                ),
                (
                    "protocol",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.protocol",
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
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decision", models.CharField(help_text="keep, drop, hold, promote, revert", max_length=8)),
                ("by", models.CharField(help_text="rule, monitor or person", max_length=64)),
                ("why", models.TextField()),
                ("content_digest", models.BinaryField(max_length=32)),
                ("salt", models.BinaryField(max_length=16)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="verdicts", to="records.candidateedit"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="for reading; the log vouches for the time",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Effect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                (
                    "child",
                    models.SmallIntegerField(default=-1, help_text="index in a list of effects; -1: the row itself"),
                ),
                ("kind", models.CharField(max_length=8)),
                ("asked", models.BinaryField(help_text="canonical bytes")),
                ("ran", models.BinaryField(help_text="canonical bytes; empty: as asked", null=True)),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held before", "Held Before"),
                            ("ready", "Ready"),
                            ("running", "Running"),
                            ("held after", "Held After"),
                            ("done", "Done"),
                            ("refused", "Refused"),
                            ("unmeasurable", "Unmeasurable"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                ("answer", models.BinaryField(help_text="canonical bytes", null=True)),
                (
                    "candidate",
                    models.BigIntegerField(
                        help_text="id of the candidate that it makes, measures or judges", null=True
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(default=0, help_text="attempts that failed on infrastructure"),
                ),
                ("token", models.PositiveIntegerField(default=0)),
                ("holder", models.CharField(blank=True, max_length=100)),
                ("until", models.DateTimeField(help_text="end of the lease, or of a back-off", null=True)),
                (
                    "approved",
                    models.BooleanField(default=False, help_text="people let it go, before it was carried out"),
                ),
                (
                    "since",
                    models.DateTimeField(help_text="when an open effect came into its state; empty: closed", null=True),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="effects",
                        to="records.round",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("since__isnull", False)), fields=["id"], name="effect_open")
                ],
                "constraints": [models.UniqueConstraint(fields=("round", "position", "child"), name="effect_once")],
            },
        ),
        migrations.CreateModel(
            name="Commission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="grow, edit, measure or again", max_length=8)),
                (
                    "candidate",
                    models.BigIntegerField(
                        help_text="id of the candidate to grow from, to edit or to measure again; for again it is one of another run"
                    ),
                ),
                ("asked", models.BinaryField(help_text="canonical bytes: {hint}, {edit: digest by path} or {repeats}")),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("salt", models.BinaryField(max_length=16)),
                ("served", models.BigIntegerField(help_text="id of the round that serves it", null=True)),
                (
                    "receipt",
                    models.CharField(
                        blank=True, help_text="whether anybody read the hint: read, not read", max_length=16
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commissions",
                        to="records.run",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("served__isnull", True)), fields=["run"], name="commission_waiting"
                    ),
                    models.Index(fields=["candidate"], name="commission_candidate"),
                ],
            },
        ),
    ]
