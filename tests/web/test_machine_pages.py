"""Pages for machines, and pages for when something is down."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.utils import InterfaceError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from bzpeer import urls as root
from bzpeer.lib.access import public, signed_in_only, staff_only
from bzpeer.lib.models import Heartbeat
from profiles.models import User
from tests.factories.accounts import person, staff


@public
def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret of the house")


@public
def reads(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(User.objects.count()))


@public
def interrupted(request: HttpRequest) -> HttpResponse:
    raise InterfaceError("connection already closed")


@staff_only
def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse("desk")


@signed_in_only
def room(request: HttpRequest) -> HttpResponse:
    return HttpResponse("room")


urlpatterns = [
    *(path(f"test/{view.__name__}/", view) for view in (crash, reads, interrupted, desk, room)),
    *root.urlpatterns,
]
handler400, handler403, handler404 = root.handler400, root.handler403, root.handler404
handler500 = root.handler500


@pytest.fixture
def site(settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection is refused, as by a server that is down."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    for name in ("cursor", "ensure_connection", "connect"):
        monkeypatch.setattr(connections["default"], name, refuse)


def test_healthz_needs_nothing(client: Client, no_database: None) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_says_that_the_database_is_away(client: Client, no_database: None) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"database": "away"})
    assert int(response["Retry-After"]) > 0


@pytest.mark.django_db
def test_readyz_tells_little(client: Client) -> None:
    Heartbeat.objects.all().delete()
    assert client.get("/readyz").json() == {
        "database": "ok",
        "worker": "never",
        "heartbeat_age_s": None,
        "queue_age_s": None,
    }


@pytest.mark.parametrize("path", ["healthz", "readyz", "robots.txt", ".well-known/security.txt"])
def test_machines_may_only_read(client: Client, path: str) -> None:
    assert client.post(f"/{path}").status_code == 405


def test_robots_keep_out_of_forms(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /accounts/", "Disallow: /*/follow/", "Disallow: /*/claim/"} <= set(lines)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [("mailto:hole@example.org", "mailto:hole@example.org"), ("", "https://b.example/about/")],
)
def test_security_txt_has_a_contact_and_a_year(
    client: Client, settings: Settings, contact: str, shown: str
) -> None:
    settings.SECURITY_CONTACT, settings.SITE_URL = contact, "https://b.example"
    text = client.get("/.well-known/security.txt").content.decode()
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Contact"] == shown
    assert fields["Canonical"] == "https://b.example/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    ahead = expires - datetime.now(timezone.utc)  # noqa: UP017
    assert timedelta(days=360) < ahead < timedelta(days=365)


def test_a_crash_is_answered_even_when_the_error_page_is_broken(
    site: Client, no_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> str:
        raise ValueError("no template")

    monkeypatch.setattr("bzpeer.lib.views.render_to_string", broken)
    response = site.get("/test/crash/")
    assert response.status_code == 500
    assert response["X-Request-Id"] in response.content.decode()


def test_a_crash_shows_a_number_to_ask_with_and_no_more(
    site: Client, no_database: None, caplog: pytest.LogCaptureFixture
) -> None:
    site.cookies["sessionid"] = "a" * 32
    response = site.get("/test/crash/")
    assert response.status_code == 500
    page = response.content.decode()
    assert re.fullmatch(r"[0-9a-f]{12}", response["X-Request-Id"])
    assert response["X-Request-Id"] in caplog.text
    assert "secret of the house" not in page
    assert "Traceback" not in page
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies


@pytest.mark.parametrize("path", ["reads", "interrupted", "room"])
def test_without_the_database_a_page_asks_for_patience(
    site: Client, no_database: None, path: str
) -> None:
    site.cookies["sessionid"] = "a" * 32
    response = site.get(f"/test/{path}/")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_strangers_are_sent_to_log_in_and_back(site: Client) -> None:
    for name in ("room", "desk"):
        response = site.get(f"/test/{name}/?page=2")
        assert response["Location"] == f"/accounts/login/?next=/test/{name}/%3Fpage%3D2"
        assert response["Cache-Control"] == "private, no-store"
        response = site.get(f"/test/{name}/", headers={"HX-Request": "true"})
        assert response["HX-Redirect"] == f"/accounts/login/?next=/test/{name}/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("user", "status"),
    [(person, 403), (partial(person, is_staff=True), 403), (staff, 200)],
    ids=["member", "without a second factor", "staff"],
)
def test_the_desk_is_for_staff(site: Client, user: Callable[[], User], status: int) -> None:
    site.force_login(user())
    assert site.get("/test/desk/").status_code == status
    assert site.get("/test/room/").content == b"room"
    assert site.get("/test/room/")["Cache-Control"] == "private, no-store"
