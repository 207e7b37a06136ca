"""A page has a new version whenever it differs, and a record that went says where to."""

from collections.abc import Iterator

import msgspec
import pytest
from django.test import Client
from pytest_django import Settings

from bzpeer.lib.caching import release
from profiles.models import User
from profiles.services import follow
from tests.factories.corpus import author, publish, refresh_all, take_in
from tests.factories.records import person
from tests.web.addresses import FORMS, OF_A_RESEARCHER, data_of, researcher
from tests.web.people import by
from works.domain.records import AuthorRecord
from works.models import Author, Work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def new_process() -> Iterator[None]:
    """The name of the release is kept for the life of a process."""
    yield
    release.cache_clear()


def tag(address: str) -> str:
    etag: str = Client().get(address)["ETag"]
    return etag


@pytest.mark.parametrize("part", ["", "works/", "trust/", ".json"])
def test_an_import_and_its_refresh_each_make_a_new_version(db: None, part: str) -> None:
    publish(by("Ann Lee", "Bo Li"))
    address = data_of("Ann Lee") if part == ".json" else researcher("Ann Lee", part)
    tags = [tag(address)]
    for _ in range(2):
        take_in(by("Ann Lee", "Cy Day"))
        tags.append(tag(address))
        refresh_all()
        tags.append(tag(address))
    assert len(set(tags)) == len(tags)


def test_an_import_that_says_nothing_new_leaves_the_version(db: None) -> None:
    record = by("Ann Lee")
    publish(record)
    before = tag(researcher("Ann Lee"))
    publish(record)
    assert tag(researcher("Ann Lee")) == before


def test_a_follow_makes_a_new_version(db: None, ada: User) -> None:
    publish(by("Ann Lee"))
    before = tag(researcher("Ann Lee"))
    follow(ada, author("Ann Lee"))
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
    publish(first)
    address = f"/works/{Work.objects.get().pk}/"
    before = Client().get(address)
    publish(msgspec.structs.replace(first, **change, record_date="2025-01-01"))
    after = Client().get(address)
    assert after.content != before.content
    assert after["ETag"] != before["ETag"]


def test_a_second_source_makes_a_new_version_of_the_work(db: None) -> None:
    first = by("Ann Lee")
    publish(first)
    address = f"/works/{Work.objects.get().pk}/"
    before = tag(address)
    publish(by("Ann Lee", source="crossref", format="crossref/1", ids=first.ids))
    assert Work.objects.count() == 1
    assert tag(address) != before


# Records that are no more


def test_a_merged_record_leads_to_its_heir(db: None, client: Client) -> None:
    publish(by("Ann Lee", "Bo Li"))
    gone, heir = author("Ann Lee"), author("Bo Li")
    gone.merged_into = heir
    gone.save()
    for part in (*OF_A_RESEARCHER, *FORMS):
        response = client.get(researcher(gone, part))
        assert (response.status_code, response["Location"]) == (301, researcher(heir, part))


def test_a_record_that_got_a_person_id_leads_to_the_id(db: None, client: Client) -> None:
    first = by("Ann Lee")
    publish(first)
    old = researcher("Ann Lee")
    known = person("Ann Lee", orcid="0000-0002-1825-0097")
    publish(msgspec.structs.replace(first, authors=(known,), record_date="2025-01-01"))
    heir = Author.objects.get(key_scheme="orcid")
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (301, researcher(heir))


@pytest.mark.parametrize(
    ("name", "value"), [("INDEX_UNCLAIMED", True), ("SITE_URL", "https://bzpeer.example")]
)
def test_another_setting_that_pages_show_makes_a_new_version(
    settings: Settings, name: str, value: object
) -> None:
    publish(by("Ann Lee"))
    before = tag(researcher("Ann Lee"))
    setattr(settings, name, value)
    release.cache_clear()  # another process
    assert tag(researcher("Ann Lee")) != before
