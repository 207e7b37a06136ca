"""What people decided about works and bylines, which every import keeps to."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
NOW = django.db.models.functions.datetime.Now()


def staff():
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("works", "0006_import_desk"),
    ]

    operations = [
        migrations.AddField("work", "removed", models.BooleanField(db_default=False)),
        migrations.AddField("author", "chosen_name", models.CharField(db_default="", max_length=300)),
        migrations.CreateModel(
            name="WorkRemoval",
            fields=[
                ("id", ID),
                ("source", models.CharField(max_length=41)),
                ("external_id", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=500)),
                ("removed_at", models.DateTimeField(db_default=NOW)),
                ("removed_by", staff()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "external_id"), name="removed_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="MentionDecision",
            fields=[
                ("id", ID),
                ("source", models.CharField(max_length=41)),
                ("external_id", models.CharField(max_length=200)),
                ("name_key", models.TextField()),
                ("rank", models.SmallIntegerField(default=1)),
                (
                    "link",
                    models.CharField(choices=[("must", "Must"), ("cannot", "Cannot")], max_length=6),
                ),
                ("confirmed", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField(db_default=NOW)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="works.author"
                    ),
                ),
                ("decided_by", staff()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "external_id", "name_key", "rank", "author"),
                        name="mention_decided_once",
                    )
                ],
            },
        ),
    ]
