"""Claims, their history and challenges. The database itself keeps the history as it was written."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import claims.models.tokens

NOW = django.db.models.functions.datetime.Now()
STATES = [
    ("draft", "draft"),
    ("submitted", "submitted"),
    ("needs_evidence", "needs evidence"),
    ("accepted", "accepted"),
    ("rejected", "rejected"),
    ("withdrawn", "withdrawn"),
    ("disputed", "disputed"),
    ("revoked", "revoked"),
]

MAKE = """
CREATE FUNCTION claims_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'the history of claims is append-only' USING ERRCODE = 'restrict_violation';
END
$body$;
CREATE TRIGGER claims_event_append_only BEFORE UPDATE OR DELETE ON claims_claimevent
    FOR EACH ROW EXECUTE FUNCTION claims_event_refuse();
"""

UNMAKE = """
DROP TRIGGER claims_event_append_only ON claims_claimevent;
DROP FUNCTION claims_event_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0002_corrections"),
        ("works", "0002_author_slug"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=claims.models.tokens.new_token, max_length=32, unique=True)),
                ("state", models.CharField(choices=STATES, default="draft", max_length=14)),
                ("version", models.IntegerField(db_default=1, default=1)),
                ("level", models.SmallIntegerField(db_default=0, default=0)),
                ("token", models.CharField(default=claims.models.tokens.new_mark, max_length=40, unique=True)),
                ("statement", models.TextField(blank=True, default="")),
                ("note", models.TextField(blank=True, default="")),
                ("reason", models.CharField(blank=True, default="", max_length=40)),
                ("opened_at", models.DateTimeField(db_default=NOW)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("held_at", models.DateTimeField(blank=True, null=True, verbose_name="first accepted")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.BigIntegerField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("overturned", models.BooleanField(db_default=False, default=False)),
                ("cleared_at", models.DateTimeField(blank=True, null=True, verbose_name="flag cleared")),
                ("cleared_by", models.BigIntegerField(blank=True, null=True)),
                ("frozen_at", models.DateTimeField(blank=True, null=True)),
                ("frozen_by", models.BigIntegerField(blank=True, null=True)),
                ("frozen_reason", models.TextField(blank=True, default="")),
                ("author", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.author")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["author", "state"], name="claim_of_author"),
                    models.Index(condition=models.Q(state__in=["submitted", "needs_evidence"]), fields=["submitted_at"], name="claim_queue"),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(state__in=["accepted", "disputed"]), fields=("author",), name="claim_one_holder"),
                    models.UniqueConstraint(condition=~models.Q(state__in=["rejected", "withdrawn", "revoked"]), fields=("author", "user"), name="claim_one_live"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim", models.BigIntegerField()),
                ("user", models.BigIntegerField(verbose_name="claimant")),
                ("author", models.BigIntegerField(verbose_name="record")),
                ("at", models.DateTimeField(db_default=NOW)),
                ("step", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=14)),
                ("version", models.IntegerField()),
                ("actor", models.BigIntegerField(blank=True, null=True)),
                ("role", models.CharField(max_length=10)),
                ("reason", models.CharField(blank=True, default="", max_length=40)),
                ("detail", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["claim", "id"], name="claimevent_claim"),
                    models.Index(fields=["user", "-id"], name="claimevent_user"),
                ],
            },
        ),
        migrations.RunSQL(MAKE, UNMAKE),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=claims.models.tokens.new_token, max_length=32, unique=True)),
                ("opened_at", models.DateTimeField(db_default=NOW)),
                ("admitted_at", models.DateTimeField(blank=True, null=True)),
                ("admitted_by", models.BigIntegerField(blank=True, null=True)),
                ("window_ends", models.DateTimeField(blank=True, null=True)),
                ("challenger_words", models.TextField(blank=True, default="")),
                ("holder_words", models.TextField(blank=True, default="")),
                ("challenger_heard_at", models.DateTimeField(blank=True, null=True)),
                ("holder_heard_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True, verbose_name="holder told again")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=10)),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="challenges", to="claims.claim")),
                ("holder", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="challenged_by", to="claims.claim")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(closed_at=None), fields=("claim", "holder"), name="challenge_once"),
                    models.CheckConstraint(condition=~models.Q(claim=models.F("holder")), name="challenge_of_another"),
                ],
            },
        ),
    ]
