"""Signed out, a page is the same bytes for everybody; signed in, it is nobody else's."""

from itertools import product

import pytest
from django.test import Client
from pytest_django import Settings

from profiles.models import User
from tests.web.addresses import (
    FORMS,
    NEVER_STORED,
    OF_A_RESEARCHER,
    PUBLIC,
    data_of,
    filled,
    researcher,
)
from works.models import Author

pytestmark = pytest.mark.django_db

ODD_READERS = (
    {"Accept-Language": "de, en;q=0.1"},
    {"User-Agent": "odd/1.0", "Accept": "text/html"},
    {"HX-Request": "true", "HX-Target": "works"},
    {"Referer": "http://elsewhere.example/", "Origin": "http://elsewhere.example"},
    {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"},
    {"Cookie": "sessionid=stale-and-long-forgotten"},
    {"Cookie": "csrftoken=abc; theme=dark; sessionid=\"x"},
    {"Authorization": "Basic YTpi", "DNT": "1", "Vary": "Accept"},
)  # fmt: skip
PUBLIC_CACHE = "public, max-age=0, s-maxage=60, must-revalidate"


@pytest.mark.parametrize("name", PUBLIC)
def test_the_same_bytes_for_all_readers(sample: Author, client: Client, name: str) -> None:
    address = filled(PUBLIC[name], sample)
    first = client.get(address)
    assert first.status_code == 200
    for headers in ODD_READERS:
        answer = Client().get(address, headers=headers)
        assert answer.content == first.content
        assert dict(answer.items()) == dict(first.items())
        assert not answer.cookies


@pytest.mark.parametrize("name", [*PUBLIC, *NEVER_STORED])
def test_no_cookie_and_no_token_for_readers(sample: Author, client: Client, name: str) -> None:
    response = client.get(filled((PUBLIC | NEVER_STORED)[name], sample))
    assert response.status_code == 200
    if name in PUBLIC or name in ("follow", "claim"):
        assert not response.cookies
        assert b"csrfmiddlewaretoken" not in response.content
        assert b"<form method=" not in response.content.lower()


@pytest.mark.parametrize("name", PUBLIC)
def test_who_holds_the_page_gets_304(sample: Author, client: Client, name: str) -> None:
    address = filled(PUBLIC[name], sample)
    first = client.get(address)
    assert (first["Cache-Control"], first["Vary"]) == (PUBLIC_CACHE, "Cookie")
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Vary"]) == (first["ETag"], "Cookie")
    assert client.get(address, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    head = client.head(address)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])


@pytest.mark.parametrize("name", NEVER_STORED)
def test_pages_with_forms_are_never_stored(sample: Author, client: Client, name: str) -> None:
    response = client.get(filled(NEVER_STORED[name], sample))
    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response


# Nothing of one person reaches another


ALL = [*PUBLIC, "follow", "claim"]


@pytest.mark.parametrize("name", ALL)
def test_signed_in_it_is_private_and_the_next_reader_sees_nothing(
    sample: Author, client: Client, as_ada: Client, name: str
) -> None:
    address = filled((PUBLIC | NEVER_STORED)[name], sample)
    stranger = client.get(address)
    as_ada.post(researcher(sample, "follow/"), {"action": "follow"})
    mine = as_ada.get(address, headers={"If-None-Match": stranger.get("ETag", "*")})
    assert mine.status_code == 200
    assert mine["Cache-Control"] == "private, no-store"
    assert "ETag" not in mine
    eve = Client()
    eve.force_login(User.objects.create_user("eve@example.org", "correct horse", name="Eve"))
    secrets = [b"Noether", b"ada@example.org", as_ada.cookies["sessionid"].value.encode()]
    if token := as_ada.cookies.get("csrftoken"):
        secrets.append(token.value.encode())
    for other in (client.get(address), eve.get(address), Client().get(address)):
        assert [secret for secret in secrets if secret in other.content] == []
        assert b"Unfollow" not in other.content
    assert b"csrfmiddlewaretoken" not in client.get(address).content


def test_after_log_out_the_page_is_anybodys_again(sample: Author, as_ada: Client) -> None:
    before = Client().get(researcher(sample))
    as_ada.get(researcher(sample))
    as_ada.post("/accounts/logout/")
    after = as_ada.get(researcher(sample))
    assert after.content == before.content
    assert "Cache-Control" in after
    assert after["Cache-Control"] == PUBLIC_CACHE


def test_a_signed_in_form_carries_a_token_of_its_own(sample: Author, as_ada: Client) -> None:
    assert b"csrfmiddlewaretoken" in as_ada.get(researcher(sample)).content


# What search engines may keep


PARTS = [*OF_A_RESEARCHER, ".json"]


@pytest.mark.parametrize("part", PARTS)
def test_unclaimed_records_ask_not_to_be_indexed(sample: Author, client: Client, part: str) -> None:
    address = data_of(sample) if part == ".json" else researcher(sample, part)
    response = client.get(address)
    assert response["X-Robots-Tag"] == "noindex"
    if part != ".json":
        assert b'<meta name="robots" content="noindex">' in response.content


@pytest.mark.parametrize("part", PARTS)
def test_a_site_may_have_them_indexed(
    sample: Author, client: Client, settings: Settings, part: str
) -> None:
    settings.INDEX_UNCLAIMED = True
    response = client.get(data_of(sample) if part == ".json" else researcher(sample, part))
    assert "X-Robots-Tag" not in response
    assert b"noindex" not in response.content


@pytest.mark.parametrize(("state", "several", "kept_out"), list(product(
    ("unclaimed", "pending", "claimed", "disputed"), (False, True), (None,)
)))  # fmt: skip
def test_only_a_clear_claimed_record_is_indexed(
    sample: Author, client: Client, state: str, several: bool, kept_out: None
) -> None:
    facts = sample.authorfacts
    facts.claim_state, facts.several = state, several
    facts.save()
    indexed = state == "claimed" and not several
    assert ("X-Robots-Tag" in client.get(researcher(sample))) is not indexed


@pytest.mark.parametrize("part", FORMS)
def test_pages_with_forms_are_not_indexed(sample: Author, client: Client, part: str) -> None:
    assert b'content="noindex"' in client.get(researcher(sample, part)).content


# Where records have gone


@pytest.mark.parametrize("part", [*OF_A_RESEARCHER, *FORMS, "works/?year=2020&q=a%20b", ".json"])
@pytest.mark.parametrize("old", ["old-name", "zoë", "", "林雪", "search", "a%20b"])
def test_an_old_name_leads_to_the_new_one(
    sample: Author, client: Client, old: str, part: str
) -> None:
    key = f"{old}-{sample.public_id}" if old else sample.public_id
    ending = part if part == ".json" else f"/{part}"
    response = client.get(f"/researchers/{key}{ending}")
    assert response.status_code == 301
    assert response["Location"] == f"/researchers/{sample.slug}{ending}"
    assert not response.cookies


def test_an_old_focus_of_the_explorer_leads_on(sample: Author, client: Client) -> None:
    assert client.get(f"/explore/?focus={sample.slug}")["Location"] == researcher(sample, "graph/")
    for focus in ("", "?focus=", "?focus=nobody-0000000", "?focus=%F0%9F%98%80"):
        assert client.get(f"/explore/{focus}")["Location"] == "/"
