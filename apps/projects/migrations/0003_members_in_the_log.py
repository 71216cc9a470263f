"""Members who were there before the log spoke of members: from now on verify_log asks it for each of them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.log.chain import Entry
from apps.log.services import append


def tell(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    for member in apps.get_model("projects", "Membership").objects.order_by("pk"):
        body = {"member": member.pk, "person": member.user_id, "role": member.role}
        append(member.project_id, [Entry("member.added", "system", f"person:{member.user_id}", body)])


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_invitations"), ("log", "0001_initial")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
