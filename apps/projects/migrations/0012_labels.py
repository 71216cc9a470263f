import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0011_rubric"),
    ]

    operations = [
        migrations.CreateModel(
            name="Labels",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                (
                    "rows",
                    models.BinaryField(
                        help_text="canonical bytes: [{task, output, level, by}, …], output as JSON text"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="project",
            name="labels_digest",
            field=models.BinaryField(
                default=b"", help_text="of people's labels, as Labels has them; empty: there are none", max_length=32
            ),
        ),
    ]
