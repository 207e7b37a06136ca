from django.db import migrations, models
from django.db.models.deletion import CASCADE, SET_NULL
from django.db.models.functions import Now

ID = models.BigAutoField(
    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
)


class Migration(migrations.Migration):
    dependencies = [("works", "0005_harvest")]

    operations = [
        migrations.AddField(
            "importrun",
            "kind",
            models.CharField(db_default="import", default="import", max_length=10),
        ),
        migrations.AddField(
            "importrun",
            "of",
            models.ForeignKey(
                null=True, on_delete=SET_NULL, related_name="replays", to="works.importrun"
            ),
        ),
        migrations.AddField("importrun", "seen_at", models.DateTimeField(db_default=Now())),
        migrations.AddField("importrun", "error", models.TextField(db_default="", default="")),
        migrations.AddField("importrun", "done_before", models.IntegerField(db_default=0)),
        migrations.AddField(
            "importrun", "kept_bytes", models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            "importreject", "digest", models.BinaryField(max_length=16, null=True, unique=True)
        ),
        migrations.AddField(
            "importreject", "again", models.BinaryField(db_default=b"", default=b"")
        ),
        migrations.AddField(
            "importreject", "is_parsed", models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField("importreject", "tried_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "importreject",
            "replayed_in",
            models.ForeignKey(
                null=True, on_delete=SET_NULL, related_name="mended", to="works.importrun"
            ),
        ),
        migrations.AddIndex(
            "importreject",
            models.Index(fields=["run", "field", "reason"], name="reject_groups"),
        ),
        migrations.CreateModel(
            name="ImportCheckpoint",
            fields=[
                ("id", ID),
                ("source", models.CharField(max_length=41)),
                ("identity", models.BinaryField(max_length=16)),
                ("path", models.TextField()),
                ("position", models.BigIntegerField()),
                ("finished", models.BooleanField(default=False)),
                ("run", models.ForeignKey(on_delete=CASCADE, to="works.importrun")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["source", "identity"], name="checkpoint_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplayOrder",
            fields=[
                ("id", ID),
                ("due_at", models.DateTimeField(db_default=Now())),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, db_default="", default="")),
                ("field", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=300)),
                ("total", models.IntegerField(default=0)),
                ("user_id", models.BigIntegerField(null=True)),
                ("ordered_at", models.DateTimeField(db_default=Now())),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=CASCADE, related_name="orders", to="works.importrun"
                    ),
                ),
                (
                    "replay",
                    models.ForeignKey(
                        null=True, on_delete=SET_NULL, related_name="+", to="works.importrun"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("parked_at__isnull", True)),
                        fields=["due_at"],
                        name="works_replayorder_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["run", "field", "reason"], name="replay_once"
                    )
                ],
            },
        ),
    ]
