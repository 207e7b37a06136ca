"""Lists of works read their own rows: the first names are kept with works, dates with authorships."""

import json

import django.db.models.deletion
from django.db import migrations, models

from works.domain.article import BYLINE, Name, byline

BATCH = 5_000
DATES = """
UPDATE works_authorship a SET year = w.year, date = w.date FROM works_work w WHERE w.id = a.work_id
"""
NAMES = """
SELECT n.work_id, json_agg(json_build_array(n.name, coalesce(o.slug, '')) ORDER BY n.position)::text
FROM works_authorship n LEFT JOIN works_author o ON o.id = n.author_id
WHERE n.position <= %s AND n.work_id = ANY(%s) GROUP BY n.work_id
"""
WRITE = """
UPDATE works_work w SET byline_html = n.html, byline_rest = w.people - n.people
FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS n (id, html, people) WHERE w.id = n.id
"""


def fill(apps, schema_editor):
    Work = apps.get_model("works", "Work")
    ids, last = Work.objects.order_by("id").values_list("id", flat=True), 0
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(DATES)
        while works := list(ids.filter(id__gt=last)[:BATCH]):
            last = works[-1]
            cursor.execute(NAMES, [BYLINE, works])
            rows = [(id, *_piece(json.loads(names))) for id, names in cursor.fetchall()]
            cursor.execute(WRITE, [list(column) for column in zip(*rows)] or [[]] * 3)
        # An index is not made while rows wait for the check of their keys.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _piece(found):
    names = [Name(*name) for name in found]
    return byline(names), sum(name.is_person for name in names)


class Migration(migrations.Migration):
    dependencies = [("works", "0015_search_spelling")]

    operations = [
        migrations.AddField("work", "byline_html", models.TextField(db_default="")),
        migrations.AddField("work", "byline_rest", models.IntegerField(db_default=0)),
        migrations.AddField("authorship", "year", models.SmallIntegerField(null=True)),
        migrations.AddField("authorship", "date", models.CharField(db_default="", max_length=10)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "authorship",
            models.Index(
                models.F("author"),
                models.F("year").desc(nulls_last=True),
                models.F("date").desc(),
                models.F("work").desc(),
                name="latest_of_author",
            ),
        ),
        migrations.AlterField(
            "authorship",
            "author",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="works.author",
            ),
        ),
    ]
