"""What beat sends and what the tasks then do, without the processes."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail as django_mail
from django.core.mail import send_mail
from django.utils import timezone

from bzpeer.celery import app
from bzpeer.lib import outbox, tasks
from bzpeer.lib.models import OutboxEvent
from bzpeer.supervisor import STOP_LIMIT
from profiles.tasks import SWEEP_S


def test_beat_sends_only_tasks_that_there_are() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted >= {"profiles.refresh", "lib.mail", "lib.heartbeat", "lib.clear_sessions"}
    assert wanted <= set(app.tasks)


def test_who_stops_the_worker_waits_for_what_it_has_begun() -> None:
    assert app.conf.worker_soft_shutdown_timeout < STOP_LIMIT
    assert max(SWEEP_S, outbox.SWEEP_S) < STOP_LIMIT


@pytest.mark.django_db
def test_expired_sessions_are_deleted_and_living_ones_kept() -> None:
    for _ in range(3):
        SessionStore().save()
    expired = Session.objects.first()
    assert expired is not None
    Session.objects.filter(pk=expired.pk).update(expire_date=timezone.now() - timedelta(days=1))
    tasks.clear_sessions()
    assert Session.objects.count() == 2
    assert not Session.objects.filter(pk=expired.pk).exists()


@pytest.mark.django_db
def test_a_slow_mail_server_gets_the_rest_later_and_no_mail_is_to_blame(
    our_outbox: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        send_mail(str(number), "text", None, ["reader@example.org"])
    clock = iter(range(0, 100, 4))  # every look at it finds 4 s gone
    monkeypatch.setattr(outbox, "monotonic", lambda: next(clock))
    assert outbox.send_mail() == 1
    assert [message.subject for message in django_mail.outbox] == ["0"]
    rows = OutboxEvent.objects.order_by("pk").values_list("attempts", "error", "parked_at")
    assert list(rows) == [(0, outbox.SLOW, None)] * 3
