"""Audit rows are written once: the database itself refuses to change or to delete one."""

from django.db import migrations

MAKE = """
CREATE FUNCTION lib_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
END
$body$;
CREATE TRIGGER lib_audit_append_only BEFORE UPDATE OR DELETE ON lib_auditevent
    FOR EACH ROW EXECUTE FUNCTION lib_audit_refuse();
"""

UNMAKE = """
DROP TRIGGER lib_audit_append_only ON lib_auditevent;
DROP FUNCTION lib_audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("lib", "0002_cache_table")]

    operations = [migrations.RunSQL(MAKE, UNMAKE)]
