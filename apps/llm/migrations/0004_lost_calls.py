from typing import Any

from django.db import migrations, models
from django.db.models import Count, Sum


def count(apps: Any, schema_editor: Any) -> None:
    """What calls that were lost so far may have taken: they stood in the budgets as nothing."""
    call, spend = apps.get_model("llm", "Call"), apps.get_model("llm", "Spend")
    for row in spend.objects.all():
        lost = call.objects.filter(state="lost", project=row.project_id)
        if row.run_id is not None:
            lost = lost.filter(run=row.run_id)
        elif row.day is not None:
            lost = lost.filter(opened__date=row.day)
        found = lost.aggregate(lost=Count("pk"), tokens=Sum("tokens_reserved"), money=Sum("money_reserved"))
        if found["lost"]:
            row.lost, row.tokens_lost, row.money_lost = found["lost"], found["tokens"], found["money"]
            row.save(update_fields=["lost", "tokens_lost", "money_lost"])


class Migration(migrations.Migration):
    dependencies = [("llm", "0003_call_state")]

    operations = [
        migrations.AddField(
            model_name="spend",
            name="lost",
            field=models.BigIntegerField(default=0, help_text="calls whose process died: they may have been charged"),
        ),
        migrations.AddField(
            model_name="spend",
            name="money_lost",
            field=models.BigIntegerField(default=0, help_text="the most that those can have cost"),
        ),
        migrations.AddField(
            model_name="spend",
            name="tokens_lost",
            field=models.BigIntegerField(default=0, help_text="the most that those can have taken"),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
