"""Changes of what the stamps of researchers' pages come from are told to the web processes."""

from django.db import migrations

TELL = """
CREATE FUNCTION page_changes_tell() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NOTIFY page_changes;
    RETURN NULL;
END
$body$
"""


def told(table, changes):
    """Once a statement, whatever the number of its rows; notices of one transaction are one."""
    return migrations.RunSQL(
        f"CREATE TRIGGER page_changes AFTER {changes} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION page_changes_tell()",
        f"DROP TRIGGER page_changes ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("works", "0011_decisions_stand")]

    operations = [
        migrations.RunSQL(TELL, "DROP FUNCTION page_changes_tell()"),
        told("works_author", "UPDATE OF slug, name, merged_into_id OR DELETE OR TRUNCATE"),
        told("works_authorfacts", "INSERT OR UPDATE OR DELETE OR TRUNCATE"),
        told("works_authorchange", "INSERT OR UPDATE OF generation OR DELETE OR TRUNCATE"),
    ]
