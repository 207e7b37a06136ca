"""How many circles of a record a reviewer found to be one person's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0009_said")]

    operations = [
        migrations.AddField(
            "authorfacts", "circles_cleared", models.SmallIntegerField(db_default=0)
        ),
    ]
