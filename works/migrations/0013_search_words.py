"""What searches look in, for all that is there: the words of names and of titles."""

import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.utils import timezone

from works.domain.steps import title_step, title_words

BATCH = 5_000
NAMES = """
INSERT INTO works_namewords (author_id, works, words)
SELECT f.author_id, f.works, array_to_tsvector(ARRAY(
    SELECT width_bucket(f.works, ARRAY[2, 4, 8, 16, 32, 64, 128, 256, 512]) || left(word, 50)
    FROM unnest(string_to_array(a.name_key, ' ')) word))
FROM works_authorfacts f JOIN works_author a ON a.id = f.author_id
WHERE f.works > 0 AND a.merged_into_id IS NULL AND a.name_key <> ''
"""
TITLES = """
INSERT INTO works_titlewords (work_id, year, words)
SELECT id, year, array_to_tsvector(ARRAY(
    SELECT step || word FROM unnest(string_to_array(words, ' ')) word))
FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[]) AS told (id, year, step, words)
"""


def fill(apps, schema_editor):
    Work = apps.get_model("works", "Work")
    this_year = timezone.now().year
    last = 0
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NAMES)
        works = Work.objects.filter(removed=False).order_by("id").values_list
        while found := list(works("id", "year", "title_text").filter(id__gt=last)[:BATCH]):
            last = found[-1][0]
            rows = [
                (id, year, title_step(year, this_year), " ".join(words))
                for id, year, title in found
                if (words := title_words(title))
            ]
            cursor.execute(TITLES, [list(column) for column in zip(*rows)] or [[]] * 4)
        # An index is not made while rows wait for the check of their keys.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def key(to):
    return models.OneToOneField(
        on_delete=django.db.models.deletion.CASCADE,
        primary_key=True,
        related_name="+",
        serialize=False,
        to=to,
    )


WORDS = ("words", django.contrib.postgres.search.SearchVectorField())


class Migration(migrations.Migration):
    dependencies = [("works", "0012_page_changes")]

    operations = [
        migrations.CreateModel(
            "NameWords",
            [("author", key("works.authorfacts")), ("works", models.IntegerField()), WORDS],
        ),
        migrations.CreateModel(
            "TitleWords",
            [("work", key("works.work")), ("year", models.SmallIntegerField(null=True)), WORDS],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "NameWords", GinIndex(fastupdate=False, fields=["words"], name="name_words")
        ),
        migrations.AddIndex(
            "TitleWords", GinIndex(fastupdate=False, fields=["words"], name="title_words")
        ),
    ]
