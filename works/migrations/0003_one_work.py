"""Reports are joined to works by what they share, not by one key of each."""

import django.db.models.deletion
import django.db.models.functions.datetime
import msgspec
from django.conf import settings
from django.db import migrations, models

from works.domain.records import WorkRecord
from works.domain.sameness import face

BATCH = 2_000


def fill_keys(apps, schema_editor):
    """The keys of the reports that are there; `rerender --all` then joins what belongs together."""
    Report = apps.get_model("works", "Report")
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while rows := list(
            Report.objects.filter(id__gt=last, work__isnull=False)
            .order_by("id")
            .values_list("id", "record")[:BATCH]
        ):
            last = rows[-1][0]
            with cursor.copy("COPY works_reportkey (key, report_id) FROM STDIN") as copy:
                for id, record in rows:
                    for key in face(msgspec.convert(record, WorkRecord)).keys:
                        copy.write_row((key, id))


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("works", "0002_author_slug"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "report", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField()),
                (
                    "report",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="works.report",
                    ),
                ),
            ],
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.RemoveField("work", "key"),
        migrations.AddField("work", "sheet", models.JSONField(default=dict)),
        migrations.AddField(
            "topic",
            "broader",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="works.topic"
            ),
        ),
        migrations.CreateModel(
            name="WorkRedirect",
            fields=[
                ("old_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=41)),
                ("external_id", models.CharField(max_length=200)),
                (
                    "work",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="works.work"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("together", "Together"), ("apart", "Apart")], max_length=8
                    ),
                ),
                ("source", models.CharField(max_length=41)),
                ("external_id", models.CharField(max_length=200)),
                ("other_source", models.CharField(max_length=41)),
                ("other_external_id", models.CharField(max_length=200)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "decided_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["other_source", "other_external_id"], name="decided_other"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "external_id", "other_source", "other_external_id"),
                        name="decided_once",
                    )
                ],
            },
        ),
    ]
