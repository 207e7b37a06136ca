"""Every answer carries the security headers once, whatever answered."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from bzpeer.lib import caching
from bzpeer.lib.headers import HeadersMiddleware
from profiles.models import User

EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def raw_headers(response: HttpResponseBase) -> list[str]:
    return [name.lower() for name, _ in response.items()]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/robots.txt", 200),
        ("/accounts/login/", 200),
        ("/accounts/password/change/", 302),
        ("/no-such-page/", 404),
        ("/no-slash-no-page", 404),
        ("/%00", 400),
        ("/static/css/site.css", 200),
        ("/static/nothing.css", 404),
    ],
)
def test_pages_files_and_refusals(client: Client, path: str, status: int) -> None:
    response = client.get(path)
    if response.streaming:
        list(response)
    assert response.status_code == status
    assert {name: response[name] for name in EXPECTED} == EXPECTED
    assert response["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "camera=()" in response["Permissions-Policy"]
    assert "Cache-Control" in response
    names = raw_headers(response)
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_methods_and_tokens_that_are_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    for response in (client.post("/accounts/login/", {}), client.post("/healthz")):
        assert response.status_code in (403, 405)
        assert {name: response[name] for name in EXPECTED} == EXPECTED


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    response = client.get("/accounts/login/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
    assert response["X-Frame-Options"] == "DENY"


def test_what_a_view_says_of_referrer_and_caching_stands() -> None:
    said = {"Referrer-Policy": "no-referrer", "Cache-Control": "public"}
    answer = HeadersMiddleware(lambda request: HttpResponse(headers=said))(HttpRequest())
    assert {name: answer[name] for name in said} == said


def test_who_says_nothing_of_caching_is_not_cached() -> None:
    answer = HeadersMiddleware(lambda request: HttpResponse())(HttpRequest())
    assert answer["Cache-Control"] == "private, no-store"


# Versions


def ask(held: str = "", method: str = "GET") -> HttpRequest:
    headers = {"If-None-Match": held} if held else {}
    return RequestFactory().generic(method, "/", headers=headers)


STAMP = caching.stamp("profile", 17)


@pytest.mark.parametrize(
    ("held", "same"),
    [
        ("", False),
        (f'"{STAMP}"', True),
        (f'W/"{STAMP}"', True),
        (f'"other", W/"{STAMP}"', True),
        ("*", True),
        (STAMP, False),
        (f'W/"{STAMP}1"', False),
        (f'W/"x{STAMP}"', False),
        ('"', False),
    ],
)
def test_a_reader_who_holds_the_version_gets_304(held: str, same: bool) -> None:
    answer = caching.not_modified(ask(held), STAMP)
    assert (answer is not None) == same
    if answer is not None:
        assert isinstance(answer, HttpResponseNotModified)
        page = caching.finish_public(HttpResponse("page"), STAMP)
        for name in ("ETag", "Vary", "Cache-Control"):
            assert answer[name] == page[name]
    assert caching.not_modified(ask(held, "POST"), STAMP) is None


def test_a_public_page_may_be_kept_by_shared_caches_for_a_minute() -> None:
    page = caching.finish_public(HttpResponse(), STAMP, vary="Cookie, HX-Request")
    assert page["Cache-Control"] == "public, max-age=0, s-maxage=60, must-revalidate"
    assert page["Vary"] == "Cookie, HX-Request"
    assert page["ETag"] == f'W/"{STAMP}"'
    assert caching.finish_private(page)["Cache-Control"] == "private, no-store"


@given(st.integers(), st.integers())
def test_stamps_differ_as_their_parts_do(first: int, second: int) -> None:
    assert (caching.stamp("a", first) == caching.stamp("a", second)) == (first == second)
    assert caching.stamp("a", first) != caching.stamp("b", first)


# Who is signed in


@pytest.mark.django_db
def test_without_a_cookie_nobody_asks_the_database(
    client: Client, django_assert_num_queries: Callable[[int], object]
) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        response = client.get("/no-such-page/")
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["", "x", "a" * 32, "é" * 40, "%00", "a" * 4_000])
def test_a_stale_or_foreign_cookie_means_nobody_and_is_not_spoken_of(
    client: Client, cookie: str
) -> None:
    client.cookies["sessionid"] = cookie
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert not response.cookies
    assert 'href="/accounts/login/"' in response.content.decode()


@pytest.mark.django_db
def test_a_session_without_a_person_means_nobody(client: Client) -> None:
    session = client.session
    session["waiting"] = "for a code"
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    response = client.get("/no-such-page/")
    assert not response.cookies
    assert 'href="/accounts/login/"' in response.content.decode()


@pytest.mark.django_db
def test_who_is_signed_in_is_seen(client: Client) -> None:
    client.force_login(User.objects.create_user("ada@example.org"))
    response = client.get("/no-such-page/")
    assert 'action="/accounts/logout/"' in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
