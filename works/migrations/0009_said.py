"""What the person of a claimed record says of themself, beside the other facts of its page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0008_suppression")]

    operations = [
        migrations.AddField(
            "authorfacts", "said", models.JSONField(default=dict, db_default={})
        ),
    ]
