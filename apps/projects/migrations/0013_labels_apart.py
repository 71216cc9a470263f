"""People's labels move out of the project's row, with the digest that measured agreements know them by."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.engine.canonical import decode, digest, encode


def apart(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    project, labels = apps.get_model("projects", "Project"), apps.get_model("projects", "Labels")
    for key, known in project.objects.exclude(labels=[]).values_list("pk", "labels").iterator(chunk_size=1):
        rows = encode(known)
        labels.objects.create(project_id=key, count=len(known), rows=rows)
        project.objects.filter(pk=key).update(labels_digest=digest(rows))


def together(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    project, labels = apps.get_model("projects", "Project"), apps.get_model("projects", "Labels")
    for key, rows in labels.objects.values_list("pk", "rows").iterator(chunk_size=1):
        project.objects.filter(pk=key).update(labels=decode(bytes(rows)))


class Migration(migrations.Migration):
    dependencies = [("projects", "0012_labels")]
    operations = [migrations.RunPython(apart, together)]
