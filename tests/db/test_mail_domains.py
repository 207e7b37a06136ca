"""Domains that take no mail any more: what rests on their mailboxes falls in a day (SAFETY 12)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from dns.resolver import NoResolverConfiguration
from pytest_django import Settings

from bzpeer.lib import mail_domains
from bzpeer.lib.models import OutboxEvent, ReturnedAddress
from claims.claiming import claim_open
from claims.models import Claim, Evidence
from profiles import tasks
from profiles.mail_domains import domains_check
from profiles.returned_mail import returned_settle
from profiles.tasks import CONSOLE
from tests.factories.accounts import person
from tests.factories.claims import NOW, account, claimant, record
from tests.factories.nameserver import Zone, name_server

ZONE: Zone = {
    "mail.example": {"MX": "10 mx.mail.example."},
    "host.example": {"A": "192.0.2.1"},
    "six.example": {"AAAA": "2001:db8::1"},
    "refuses.example": {"MX": "0 ."},
    "empty.example": {},
    "broken.example": "SERVFAIL",
    "closed.example": "REFUSED",
    "silent.example": "SILENT",
}
DAY = [datetime(2026, 11, 22, hour, 40, tzinfo=UTC) for hour in range(24)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(mail_domains, "GIVEN_S", 0.5)
    with name_server(ZONE) as resolver:
        monkeypatch.setattr(mail_domains, "resolver", lambda: resolver)
        yield


@pytest.mark.parametrize(
    ("domain", "takes"),
    [
        ("mail.example", True),
        ("host.example", True),
        ("six.example", True),
        ("refuses.example", False),
        ("empty.example", False),
        ("gone.example", False),
        ("broken.example", None),
        ("closed.example", None),
        ("silent.example", None),
        ("a..b", None),
        ("x" * 64 + ".example", None),
        ("", False),
    ],
)
def test_what_name_servers_say(names: None, domain: str, takes: bool | None) -> None:
    assert mail_domains.takes_mail(domain) is takes


def test_where_there_is_no_name_server_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise NoResolverConfiguration

    monkeypatch.setattr(mail_domains, "resolver", missing)
    assert mail_domains.takes_mail("mail.example") is None


def a_day() -> int:
    return sum(domains_check(hour) for hour in DAY)


def standing() -> dict[str, bool]:
    return dict(EmailAddress.objects.values_list("email", "verified"))


@pytest.mark.django_db
def test_addresses_fall_with_their_domain_and_no_others(names: None) -> None:
    for domain in ("mail", "gone", "silent", "empty"):
        person(f"ada@{domain}.example")
    assert a_day() == 2
    assert returned_settle() == 2
    assert standing() == {
        "ada@mail.example": True,
        "ada@gone.example": False,
        "ada@silent.example": True,
        "ada@empty.example": False,
    }
    assert set(ReturnedAddress.objects.values_list("status", flat=True)) == {"5.1.2"}
    assert a_day() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("backend", "asked"), [(CONSOLE, 0), ("smtp", 1)])
def test_it_is_asked_where_mail_leaves_the_machine(
    names: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, backend: str, asked: int
) -> None:
    calls: list[datetime] = []

    def checked(now: datetime) -> int:
        calls.append(now)
        return 0

    monkeypatch.setattr(tasks, "domains_check", checked)
    settings.DELIVERY_EMAIL_BACKEND = backend
    tasks.mail_domains_sweep()
    assert len(calls) == asked


@pytest.mark.django_db
def test_each_domain_has_its_hour(names: None) -> None:
    person("ada@gone.example")
    found = [domains_check(hour) for hour in DAY]
    assert sorted(found) == [0] * 23 + [1]
    assert OutboxEvent.objects.filter(kind="mail_returned").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("domain", "holds"), [("gone", False), ("mail", True), ("broken", True)])
def test_the_mailbox_of_a_claim_proves_nothing_once_its_domain_is_gone(
    names: None, domain: str, holds: bool
) -> None:
    user = account("Xue Lin")
    claim = claim_open(claimant(user), record("Xue Lin", "Bo Li"), NOW)
    assert isinstance(claim, Claim)
    proof = Evidence.objects.create(
        claim=claim, kind="mailbox", subject=f"xue.lin@{domain}.example", strength="strong",
        facts={"confirmed_on": "2026-11-01"}, lapses_at=NOW + timedelta(days=300),
    )  # fmt: skip
    a_day()
    returned_settle()
    proof.refresh_from_db()
    assert proof.lapses_at is not None
    assert (proof.strength == "strong" and proof.lapses_at > NOW + timedelta(days=200)) is holds
    assert a_day() == 0
