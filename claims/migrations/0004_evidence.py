import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import claims.models.tokens

NOW = django.db.models.functions.datetime.Now()


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_claims")]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=claims.models.tokens.new_token, max_length=32, unique=True)),
                ("kind", models.CharField(choices=[("orcid", "ORCID sign-in"), ("mailbox", "Mailbox at an institution"), ("linkback", "Link back from a page"), ("coauthor", "Word of a co-author"), ("written", "Written evidence")], max_length=10)),
                ("subject", models.CharField(max_length=500)),
                ("facts", models.JSONField(default=dict)),
                ("strength", models.CharField(choices=[("strong", "strong"), ("supporting", "supporting"), ("none", "none")], default="none", max_length=10)),
                ("reason", models.CharField(default="", max_length=40)),
                ("voucher", models.CharField(blank=True, default="", max_length=260)),
                ("was_strong", models.BooleanField(db_default=False, default=False)),
                ("confirms", models.BooleanField(db_default=False, default=False)),
                ("added_at", models.DateTimeField(db_default=NOW)),
                ("assessed_at", models.DateTimeField(db_default=NOW)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("recheck_at", models.DateTimeField(blank=True, null=True)),
                ("lapses_at", models.DateTimeField(blank=True, null=True)),
                ("lapsed_at", models.DateTimeField(blank=True, null=True)),
                ("claim", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="evidence", to="claims.claim")),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(recheck_at__isnull=False), fields=["recheck_at"], name="evidence_recheck"),
                    models.Index(condition=models.Q(strength="strong"), fields=["kind", "subject"], name="evidence_proof"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "kind", "subject"), name="evidence_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceCode",
            fields=[
                ("evidence", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to="claims.evidence")),
                ("digest", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(db_default=NOW)),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="PageCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(db_default=NOW)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, db_default="", default="")),
                ("evidence", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="claims.evidence")),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(condition=models.Q(parked_at__isnull=True), fields=["due_at"], name="claims_pagecheck_due")
                ],
            },
        ),
    ]
