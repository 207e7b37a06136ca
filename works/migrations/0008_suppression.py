"""People who are named nowhere, and leave for a note that names one of them to be emptied."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
REASONS = [
    ("objection", "The person objects to being listed"),
    ("erasure", "The person asks for erasure of what is stored"),
    ("safety", "Being findable puts the person in danger"),
    ("order", "An authority or a court orders it"),
]


def suppression():
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="works.suppression"
    )


# What was sent and answered stays as it is, or is emptied as a whole: never something between.
KEEP = """
CREATE OR REPLACE FUNCTION claims_correction_keep() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    {emptied}IF TG_OP = 'DELETE'
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
"""
EMPTIED = """IF TG_OP = 'UPDATE' THEN
        IF (new.record, new.record_title, new.message, new.name, new.email)
                = ('', '', '', '', '')
            AND (old.token, old.once, old.kind, old.sent_at, old.state, old.answered_by,
                old.answered_at)
            IS NOT DISTINCT FROM
            (new.token, new.once, new.kind, new.sent_at, new.state, new.answered_by,
                new.answered_at)
        THEN
            RETURN new;
        END IF;
    END IF;
    """


class Migration(migrations.Migration):
    dependencies = [
        ("works", "0007_decisions"),
        # For the trigger, which keeps what people sent from being changed.
        ("claims", "0002_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name="SuppressionSecret",
            fields=[("id", ID), ("value", models.BinaryField(max_length=32))],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", ID),
                ("reason", models.CharField(choices=REASONS, max_length=9)),
                ("decided_by", models.BigIntegerField(null=True)),
                (
                    "decided_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "author",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="works.author",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SuppressedKey",
            fields=[
                ("id", ID),
                ("digest", models.BinaryField(max_length=16)),
                ("suppression", suppression()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("suppression", "digest"), name="suppressed_key_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SuppressedMention",
            fields=[
                ("id", ID),
                ("key", models.BigIntegerField()),
                ("name", models.BinaryField(max_length=16)),
                ("rank", models.SmallIntegerField()),
                ("forms", models.BinaryField()),
                ("suppression", suppression()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "suppression", "name", "rank"),
                        name="suppressed_mention_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(KEEP.format(emptied=EMPTIED), KEEP.format(emptied="")),
    ]
