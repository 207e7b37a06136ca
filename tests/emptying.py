"""The database as a new one, between tests that commit: what was written goes, and only that."""

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# Made with the tables, and the same for every test.
KEPT = ("django_content_type", "auth_permission")
# What is deleted leaves its room behind; a table that has grown to this is made anew.
LARGE = 512 * 1024
WRITTEN = """
SELECT relname, pg_relation_size(oid) > %s FROM pg_class
WHERE oid = ANY(%s::regclass[]) AND pg_relation_size(oid) > 0
ORDER BY oid
"""


def empty_tables() -> None:
    """Empty all tables of our models but those that no test writes to.

    Django's flush makes eighty tables anew each time, and what belongs to them: that takes ten
    times as long as all but the longest tests of this kind. Asks for a superuser, as the built-in
    server's is: no trigger fires for what is deleted here.
    """
    ours = set(connection.introspection.django_table_names(only_existing=True)) - set(KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITTEN, [LARGE, [connection.ops.quote_name(name) for name in ours]])
        written = dict(cursor.fetchall())
        if written:
            _empty(cursor, written)


def _empty(cursor: CursorWrapper, written: dict[str, bool]) -> None:
    quote = connection.ops.quote_name
    # As TRUNCATE does: a request that is still under way ends first, and what it wrote goes too.
    cursor.execute(f"LOCK TABLE {', '.join(map(quote, written))} IN ACCESS EXCLUSIVE MODE")
    large = [name for name, is_large in written.items() if is_large]
    for statement in connection.ops.sql_flush(no_style(), large, allow_cascade=True):
        cursor.execute(statement)
    cursor.execute("SET LOCAL session_replication_role = replica")
    for name in written.keys() - set(large):
        cursor.execute(f"DELETE FROM {quote(name)}")
