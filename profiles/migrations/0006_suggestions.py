"""People whom somebody might work with, found in batches."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
NOW = django.db.models.functions.datetime.Now()
CASCADE = django.db.models.deletion.CASCADE


def author():
    return models.ForeignKey(on_delete=CASCADE, related_name="+", to="works.author")


def user():
    return models.ForeignKey(db_index=False, on_delete=CASCADE, to=settings.AUTH_USER_MODEL)


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0005_profile"),
        ("claims", "0006_collaboration"),
        ("works", "0001_corpus"),
    ]

    operations = [
        migrations.CreateModel(
            name="SuggestionChoice",
            fields=[
                ("user", models.OneToOneField(on_delete=CASCADE, primary_key=True, serialize=False, to=settings.AUTH_USER_MODEL)),
                ("off", models.BooleanField(db_default=False, default=False)),
                ("found_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", ID),
                ("place", models.SmallIntegerField()),
                ("reasons", models.JSONField()),
                ("author", author()),
                ("user", user()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "author"), name="suggestion_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SuggestionDismissal",
            fields=[
                ("id", ID),
                ("created_at", models.DateTimeField(db_default=NOW)),
                ("author", author()),
                ("user", user()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "author"), name="dismissal_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SuggestionOrder",
            fields=[
                ("id", ID),
                ("due_at", models.DateTimeField(db_default=NOW)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, db_default="", default="")),
                ("user", models.OneToOneField(on_delete=CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("parked_at__isnull", True)),
                        fields=["due_at"],
                        name="profiles_suggestionorder_due",
                    )
                ],
            },
        ),
    ]
