from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0004_institutions")]

    operations = []
