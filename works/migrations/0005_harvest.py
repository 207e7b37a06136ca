from django.db import migrations, models
from django.db.models.functions import Now


def counter():
    return models.IntegerField(db_default=0, default=0)


def small_counter():
    return models.PositiveSmallIntegerField(db_default=0, default=0)


def text(length):
    return models.CharField(db_default="", default="", max_length=length)


class Migration(migrations.Migration):
    dependencies = [("works", "0004_institutions")]

    operations = [
        migrations.CreateModel(
            name="HarvestCheckpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=20)),
                ("base_url", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=1000)),
                ("start", models.CharField(max_length=10)),
                ("until", models.CharField(max_length=10)),
                ("token", models.TextField(db_default="", default="")),
                ("expires", text(20)),
                ("since", text(10)),
                ("latest", text(10)),
                ("ordered", models.BooleanField(db_default=True, default=True)),
                ("setbacks", small_counter()),
                ("failures", small_counter()),
                ("pages", counter()),
                ("created", counter()),
                ("updated", counter()),
                ("unchanged", counter()),
                ("rejected", counter()),
                ("authors", counter()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("done", "done"), ("failed", "failed")],
                        db_default="open",
                        default="open",
                        max_length=6,
                    ),
                ),
                ("error", models.TextField(db_default="", default="")),
                ("holder", models.UUIDField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(db_default=Now())),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["source", "base_url", "subject", "start", "until"],
                        name="harvest_once",
                    )
                ]
            },
        ),
    ]
