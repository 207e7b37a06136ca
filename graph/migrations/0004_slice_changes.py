"""Changes of drawings are told to the web processes, as those of the facts are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("graph", "0003_edges"), ("works", "0012_page_changes")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER page_changes"
            " AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON graph_slice"
            " FOR EACH STATEMENT EXECUTE FUNCTION page_changes_tell()",
            "DROP TRIGGER page_changes ON graph_slice",
        ),
    ]
