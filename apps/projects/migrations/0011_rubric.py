from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0010_worker"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="labels",
            field=models.JSONField(
                default=list, help_text="levels that people gave: task, output, level, by; decide no score"
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="rubric",
            field=models.JSONField(
                default=dict,
                help_text="what a model judges answers by: role, max_tokens, effort, text, levels; empty: none",
            ),
        ),
    ]
