"""Corrections. The database itself keeps what was sent, and an answer once given, as they are."""

import django.db.models.functions.datetime
from django.db import migrations, models

import claims.models

MAKE = """
CREATE FUNCTION claims_correction_keep() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'DELETE'
        OR (old.token, old.once, old.record, old.record_title, old.kind, old.message, old.sent_at)
            IS DISTINCT FROM
            (new.token, new.once, new.record, new.record_title, new.kind, new.message, new.sent_at)
        OR new.name NOT IN (old.name, '') OR new.email NOT IN (old.email, '')
        OR old.state <> 'open'
            AND (old.state, old.answer, old.reason, old.answered_by, old.answered_at)
            IS DISTINCT FROM
            (new.state, new.answer, new.reason, new.answered_by, new.answered_at)
    THEN
        RAISE EXCEPTION 'a correction stays as it was sent and answered'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END
$body$;
CREATE TRIGGER claims_correction_keep BEFORE UPDATE OR DELETE ON claims_correction
    FOR EACH ROW EXECUTE FUNCTION claims_correction_keep();
"""

UNMAKE = """
DROP TRIGGER claims_correction_keep ON claims_correction;
DROP FUNCTION claims_correction_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_trust")]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(default=claims.models.new_token, max_length=32, unique=True)),
                ("once", models.CharField(max_length=64, unique=True)),
                ("record", models.CharField(max_length=120)),
                ("record_title", models.TextField()),
                ("kind", models.CharField(choices=[("fact", "A fact is wrong"), ("person", "A work or a name belongs to somebody else"), ("remove", "This is about me: remove it"), ("other", "Something else")], max_length=6)),
                ("message", models.TextField()),
                ("name", models.CharField(blank=True, max_length=120)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="sent")),
                ("state", models.CharField(choices=[("open", "Open"), ("answered", "Answered"), ("refused", "Refused")], default="open", max_length=8)),
                ("answer", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True, verbose_name="reason of a refusal")),
                ("answered_by", models.BigIntegerField(blank=True, null=True, verbose_name="answered by account")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
            ],
            options={
                "indexes": [models.Index(fields=["-answered_at", "sent_at"], name="correction_queue")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(state="open", answered_at=None)
                        | models.Q(state="answered", answered_at__isnull=False) & ~models.Q(answer="")
                        | models.Q(state="refused", answered_at__isnull=False) & ~models.Q(reason=""),
                        name="correction_answered_whole",
                    )
                ],
            },
        ),
        migrations.RunSQL(MAKE, UNMAKE),
    ]
