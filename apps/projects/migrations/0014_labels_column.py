from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("projects", "0013_labels_apart")]
    operations = [migrations.RemoveField(model_name="project", name="labels")]
