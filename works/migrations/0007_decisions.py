from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0006_import_desk")]

    operations = []
