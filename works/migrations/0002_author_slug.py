from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0001_corpus")]

    operations = [
        migrations.AlterField("author", "slug", models.CharField(max_length=80)),
    ]
