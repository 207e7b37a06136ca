import pytest
from django.db import DatabaseError, transaction
from django.test import RequestFactory
from pytest_django import Settings

from bzpeer.lib import audit
from bzpeer.lib.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_an_event_keeps_who_what_and_from_where() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    audit.record("claim_opened", request, 42, author=7)
    event = AuditEvent.objects.get()
    assert (event.kind, event.user_id, event.ip) == ("claim_opened", 42, "192.0.2.7")
    assert event.detail == {"author": 7}
    assert event.at is not None


def test_no_event_can_be_changed_or_deleted() -> None:
    audit.record("login", None, 1)
    events = AuditEvent.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        events.update(kind="logout")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        events.delete()
    assert events.get().kind == "login"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "", "10.0.0.1"),
        (1, " 2001:db8::1 ", "2001:db8::1"),
        (1, "not an address", None),
    ],
)
def test_only_known_proxies_are_believed(
    settings: Settings, proxies: int, forwarded: str, expected: str | None
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    audit.record("login", RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers))
    assert AuditEvent.objects.get().ip == expected
