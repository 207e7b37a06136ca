import django.db.models.deletion
from django.db import migrations, models


def _author(column: str) -> migrations.AlterField:
    """An end of an edge without a check and without an index of its own."""
    return migrations.AlterField(
        model_name="collaboration",
        name=column,
        field=models.ForeignKey(
            db_constraint=False,
            db_index=False,
            on_delete=django.db.models.deletion.CASCADE,
            related_name="+",
            to="works.author",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("graph", "0002_slices")]

    operations = [
        migrations.RemoveIndex(model_name="collaboration", name="edge_strongest"),
        _author("author"),
        _author("other"),
    ]
