"""The latest works of a topic are read first, by an index that ends in what they are ordered by."""

import django.db.models.deletion
from django.db import migrations, models

DATES = """
UPDATE works_worktopic wt SET year = w.year, date = w.date FROM works_work w WHERE w.id = wt.work_id
"""


class Migration(migrations.Migration):
    dependencies = [("works", "0013_search_words")]

    operations = [
        migrations.AddField("worktopic", "year", models.SmallIntegerField(null=True)),
        migrations.AddField("worktopic", "date", models.CharField(db_default="", max_length=10)),
        migrations.RunSQL([DATES, "SET CONSTRAINTS ALL IMMEDIATE"], migrations.RunSQL.noop),
        migrations.AddIndex(
            "worktopic",
            models.Index(
                models.F("topic"),
                models.F("year").desc(nulls_last=True),
                models.F("date").desc(),
                models.F("work").desc(),
                name="latest_of_topic",
            ),
        ),
        migrations.AlterField(
            "worktopic",
            "topic",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="works.topic",
            ),
        ),
    ]
