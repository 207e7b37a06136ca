"""The table of Django's database cache, which `createcachetable` would make outside migrations."""

from django.db import migrations

MAKE = """
CREATE TABLE lib_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX lib_cache_expires ON lib_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("lib", "0001_outbox_audit_limits")]

    operations = [migrations.RunSQL(MAKE, "DROP TABLE lib_cache")]
