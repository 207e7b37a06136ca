from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("graph", "0002_slices")]

    operations = []
