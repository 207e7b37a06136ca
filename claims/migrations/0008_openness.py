"""Whether a person is open to collaborate is one of their wishes; proposals can be dropped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0007_conversations")]

    operations = [
        migrations.AddField(
            model_name="collaborationwishes",
            name="is_open",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("joined", "Joined"),
                    ("refused", "Refused"),
                    ("dropped", "Dropped"),
                ],
                default="waiting",
                max_length=7,
            ),
        ),
    ]
