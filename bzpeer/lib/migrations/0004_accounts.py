from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lib", "0003_audit_append_only")]

    operations = []
