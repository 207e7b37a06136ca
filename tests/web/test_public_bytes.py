"""Signed out, a page is the same bytes for everybody; signed in, it is nobody else's."""

from itertools import product

import pytest
from django.test import Client
from pytest_django import Settings

from profiles.models import User
from profiles.services import follow
from tests.factories.corpus import corpus, refresh_all, take
from tests.factories.records import ORCIDS, person
from tests.web.addresses import FORMS, NEVER_STORED, OF_A_RESEARCHER, PUBLIC, data_of, filled
from tests.web.addresses import researcher
from tests.web.people import by, named
from works.domain.records import AuthorRecord
from works.models import Author, Work

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


# The version moves with what is shown


def tag(address: str) -> str:
    etag: str = Client().get(address)["ETag"]
    return etag


@pytest.mark.parametrize("part", [*OF_A_RESEARCHER, ".json"])
def test_an_import_and_its_refresh_each_make_a_new_version(db: None, part: str) -> None:
    corpus(by("Ann Lee", "Bo Li"))
    address = data_of("Ann Lee") if part == ".json" else researcher("Ann Lee", part)
    tags = [tag(address)]
    for _ in range(2):
        take(by("Ann Lee", "Cy Day"))
        tags.append(tag(address))
        refresh_all()
        tags.append(tag(address))
    assert len(set(tags)) == len(tags)


def test_an_import_that_says_nothing_new_leaves_the_version(db: None) -> None:
    record = by("Ann Lee")
    corpus(record)
    before = tag(researcher("Ann Lee"))
    corpus(record)
    assert tag(researcher("Ann Lee")) == before


def test_a_follow_makes_a_new_version(db: None, ada: User) -> None:
    corpus(by("Ann Lee"))
    before = tag(researcher("Ann Lee"))
    follow(ada, named("Ann Lee"))
    assert tag(researcher("Ann Lee")) != before


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another title"},
        {"abstract": "Another abstract."},
        {"authors": (AuthorRecord("Ann Lee"), AuthorRecord("New Name"))},
        {"comments": "12 pages"},
        {"journal_ref": "J. Odd 1"},
        {"licence": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"},
        {},
    ],
    ids=lambda change: next(iter(change), "only a later date"),
)
def test_a_work_has_a_new_version_when_its_page_differs(
    db: None, change: dict[str, object]
) -> None:
    first = by("Ann Lee")
    corpus(first)
    address = f"/works/{Work.objects.get().pk}/"
    before = Client().get(address)
    corpus(type(first)(**{**as_fields(first), **change, "record_date": "2025-01-01"}))
    after = Client().get(address)
    assert after.content != before.content
    assert after["ETag"] != before["ETag"]


def as_fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__}  # type: ignore[attr-defined]


def test_a_second_source_makes_a_new_version_of_the_work(db: None) -> None:
    first = by("Ann Lee")
    corpus(first)
    address = f"/works/{Work.objects.get().pk}/"
    before = tag(address)
    corpus(by("Ann Lee", source="crossref", format="crossref/1", ids=first.ids))
    assert Work.objects.count() == 1
    assert tag(address) != before


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
    to = (lambda slug: f"/researchers/{slug}.json") if part == ".json" else (
        lambda slug: f"/researchers/{slug}/{part}"
    )  # fmt: skip
    response = client.get(to(key))
    assert (response.status_code, response["Location"]) == (301, to(sample.slug))
    assert not response.cookies


def test_a_merged_record_leads_to_its_heir(db: None, client: Client) -> None:
    corpus(by("Ann Lee", "Bo Li"))
    gone, heir = named("Ann Lee"), named("Bo Li")
    gone.merged_into = heir
    gone.save()
    for part in (*OF_A_RESEARCHER, *FORMS):
        response = client.get(researcher(gone, part))
        assert (response.status_code, response["Location"]) == (301, researcher(heir, part))


def test_a_record_that_got_a_person_id_leads_to_the_id(db: None, client: Client) -> None:
    first = by("Ann Lee")
    corpus(first)
    old = researcher("Ann Lee")
    known = person("Ann Lee", orcid=ORCIDS[0])
    fields = as_fields(first) | {"authors": (known,), "record_date": "2025-01-01"}
    corpus(type(first)(**fields))
    heir = Author.objects.get(key_scheme="orcid")
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (301, researcher(heir))


def test_an_old_focus_of_the_explorer_leads_on(sample: Author, client: Client) -> None:
    assert client.get(f"/explore/?focus={sample.slug}")["Location"] == researcher(sample, "graph/")
    for focus in ("", "?focus=", "?focus=nobody-0000000", "?focus=%F0%9F%98%80"):
        assert client.get(f"/explore/{focus}")["Location"] == "/"
