"""What a claimant decided stands and falls with their claim."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0010_cleared")]

    operations = [
        migrations.AddField(
            "mentiondecision", "stands", models.BooleanField(db_default=True, default=True)
        ),
    ]
