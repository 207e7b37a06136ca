import claims.models.tokens
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0005_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CollaborationWishes",
            fields=[
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to=settings.AUTH_USER_MODEL)),
                ("open_to", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), default=list, size=None)),
                ("from_level", models.PositiveSmallIntegerField(default=2)),
                ("a_month", models.PositiveSmallIntegerField(default=5)),
                ("seeks", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), default=list, size=None)),
                ("words", models.CharField(blank=True, default="", max_length=300, verbose_name="what they look for")),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="SenderFreeze",
            fields=[
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to=settings.AUTH_USER_MODEL)),
                ("frozen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=claims.models.tokens.new_token, max_length=32, unique=True)),
                ("purpose", models.CharField(choices=[("coauthor", "Write together"), ("review", "Review or comment on a manuscript"), ("data", "Data or code"), ("talk", "A talk or a visit"), ("supervision", "Supervision"), ("other", "Something else")], max_length=12)),
                ("role", models.CharField(blank=True, default="", max_length=120)),
                ("time_frame", models.CharField(blank=True, default="", max_length=120)),
                ("message", models.CharField(max_length=1500)),
                ("days", models.PositiveSmallIntegerField(default=30, verbose_name="days to answer")),
                ("state", models.CharField(choices=[("open", "open"), ("held", "held"), ("queued", "queued"), ("accepted", "accepted"), ("declined", "declined"), ("postponed", "postponed"), ("withdrawn", "withdrawn"), ("expired", "expired")], max_length=10)),
                ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("was_held", models.BooleanField(db_default=False, default=False)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("silenced_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=12)),
                ("again_at", models.DateTimeField(blank=True, null=True)),
                ("from_author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.author")),
                ("from_user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("to_author", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.author")),
                ("to_user", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="InvitationDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True, db_default="", default="")),
                ("invitation", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="claims.invitation")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AbuseReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=80)),
                ("reason", models.CharField(choices=[("spam", "Advertising, or the same to many"), ("insult", "Insults or threats"), ("impostor", "Pretends to be somebody else"), ("fraud", "Asks for money or secrets"), ("other", "Something else")], max_length=12)),
                ("words", models.TextField(blank=True, default="")),
                ("trusted", models.BooleanField()),
                ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.BigIntegerField(blank=True, null=True)),
                ("upheld", models.BooleanField(blank=True, null=True)),
                ("reported", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["decided_at", "sent_at"], name="report_queue")],
                "constraints": [models.UniqueConstraint(fields=("user", "about"), name="report_once")],
            },
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("blocked", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("user", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "blocked"), name="block_once"), models.CheckConstraint(condition=models.Q(("user", models.F("blocked")), _negated=True), name="block_of_another")],
            },
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["from_user", "-sent_at"], name="invitation_sent"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["to_user", "-delivered_at"], name="invitation_received"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["to_author", "state"], name="invitation_of_author"),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(condition=models.Q(("state__in", ["held", "open", "queued"])), fields=["expires_at"], name="invitation_runs_out"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(condition=models.Q(("state__in", ["held", "open", "queued"])), fields=("from_user", "to_author"), name="invitation_one_live"),
        ),
        migrations.AddIndex(
            model_name="invitationdelivery",
            index=models.Index(condition=models.Q(("parked_at__isnull", True)), fields=["due_at"], name="claims_invitationdelivery_due"),
        ),
    ]
