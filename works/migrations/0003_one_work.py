from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0002_author_slug")]

    operations = []
