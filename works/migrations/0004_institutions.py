from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0003_one_work")]

    operations = []
