"""The words of all names, each once: what was mistyped is looked for among them."""

from django.db import migrations, models

WORDS = """
INSERT INTO works_nameword (word)
SELECT DISTINCT left(word, 50) FROM works_author, unnest(string_to_array(name_key, ' ')) word
"""


class Migration(migrations.Migration):
    dependencies = [("works", "0014_search_latest")]

    operations = [
        migrations.CreateModel(
            "NameWord", [("word", models.TextField(primary_key=True, serialize=False))]
        ),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
