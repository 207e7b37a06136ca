import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
NOW = django.db.models.functions.datetime.Now()


def user():
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [("profiles", "0003_accounts"), ("works", "0001_corpus")]

    operations = [
        migrations.CreateModel(
            name="TopicFollow",
            fields=[
                ("id", ID),
                ("created_at", models.DateTimeField(db_default=NOW)),
                ("topic", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="works.topic")),
                ("user", user()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "topic"), name="topic_follow_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                ("id", ID),
                ("kind", models.CharField(max_length=11)),
                ("way", models.CharField(max_length=6)),
                ("user", user()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="notice_choice_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=11)),
                ("what", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=200)),
                ("data", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(db_default=NOW)),
                ("read_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(db_default="", default="", max_length=6)),
                ("user", user()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind", "subject"), name="notice_once")
                ],
                "indexes": [
                    models.Index(
                        models.F("user"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        models.F("id"),
                        name="notice_latest",
                    ),
                    models.Index(
                        condition=models.Q(("read_at", None)), fields=["user"], name="notice_unread"
                    ),
                    models.Index(
                        condition=models.Q(("digest", ""), _negated=True),
                        fields=["user"],
                        name="notice_waiting",
                    ),
                    models.Index(fields=["created_at"], name="notice_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", ID),
                ("due_at", models.DateTimeField(db_default=NOW)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, db_default="", default="")),
                ("rhythm", models.CharField(max_length=6)),
                ("after_work", models.BigIntegerField(db_default=0, default=0)),
                ("user", user()),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("parked_at__isnull", True)),
                        fields=["due_at"],
                        name="profiles_digest_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "rhythm"), name="digest_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NewsMark",
            fields=[
                ("hour", models.DateTimeField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("work_id", models.BigIntegerField()),
            ],
        ),
    ]
