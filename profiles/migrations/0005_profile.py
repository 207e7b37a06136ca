"""What the holder of a claimed record says on its page."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0004_notices"),
        ("claims", "0004_evidence"),
        ("works", "0009_said"),
    ]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("claim", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="+", serialize=False, to="claims.claim")),
                ("tagline", models.CharField(blank=True, default="", max_length=160)),
                ("role", models.CharField(blank=True, default="", max_length=60)),
                ("links", models.JSONField(blank=True, default=list)),
                ("open_to_collaborate", models.BooleanField(default=False)),
                ("featured", models.JSONField(blank=True, default=list)),
                ("shown_name", models.CharField(blank=True, default="", max_length=300)),
                ("other_names", models.JSONField(blank=True, default=list)),
                ("edited_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("affiliation", models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="works.institution")),
            ],
        ),
    ]
