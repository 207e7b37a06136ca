"""The first names that are kept with works: as their rows say, whatever changes these."""

from html import escape

import pytest
from django.test import Client

from profiles.services import refresh_due
from tests.factories.corpus import author, publish, refresh_all, stale, take_in
from tests.factories.races import together
from tests.factories.records import changed, people, work
from works.addressing import addresses_due
from works.lists import SIZE, WorksFilter, works_of_author
from works.models import Author, AuthorChange, Authorship
from works.services import ADDRESS, authors_changed

pytestmark = pytest.mark.django_db

CROWD = people(15)
HOSTILE = 'O\'Neil & <b>Sons</b> "Ltd"'


def listed(client: Client, name: str) -> str:
    return client.get(f"/researchers/{author(name).slug}/works/").content.decode()


def bylines(html: str) -> list[str]:
    return [part.partition("</p>")[0] for part in html.split('<p class="byline">')[1:]]


def readdressed() -> tuple[Author, str]:
    """A record that is to get another name, and its slug so far; Cy Day is a co-author."""
    publish(work("Ann Lee", "Cy Day", number=1))
    ann = author("Ann Lee")
    Author.objects.filter(pk=ann.pk).update(chosen_name="Anne-Lou Lee")
    authors_changed([ann.pk])
    return ann, ann.slug


def test_a_list_reads_what_is_kept(client: Client) -> None:
    publish(work("Ann Lee", HOSTILE, "The Tide Collaboration"))
    assert not stale()
    ann = author("Ann Lee")
    (mine,) = bylines(listed(client, "Ann Lee"))
    other = author(HOSTILE)
    assert mine == (
        f'<b><bdi>Ann Lee</bdi></b>, <a href="/researchers/{other.slug}/"><bdi>{escape(HOSTILE)}'
        "</bdi></a>, <bdi>The Tide Collaboration</bdi>"
    )
    (theirs,) = bylines(listed(client, HOSTILE))
    assert f'<a href="/researchers/{ann.slug}/"><bdi>Ann Lee</bdi></a>, <b>' in theirs


@pytest.mark.parametrize(("place", "rest"), [(1, 3), (12, 3), (13, 2), (15, 2)])
def test_who_is_far_behind_is_named_beside_the_first(client: Client, place: int, rest: int) -> None:
    publish(work(*CROWD))
    (line,) = bylines(listed(client, CROWD[place - 1]))
    assert line.count("<bdi>") == (12 if place <= 12 else 13)
    assert f"<b><bdi>{CROWD[place - 1]}</bdi></b>" in line
    assert line.endswith(f'<span class="more-authors">and {rest} more</span>')


def test_imports_keep_them_as_the_names_are() -> None:
    first = work(*CROWD, number=1)
    publish(first, work("Ann Lee", number=2))
    assert not stale()
    fewer = changed(first, record_date="2025-01-01", authors=first.authors[3:9])
    publish(fewer)
    assert not stale()
    later = changed(fewer, record_date="2025-01-02", created="2019-07-07")
    publish(later)
    assert not stale()
    assert set(Authorship.objects.filter(work__people=6).values_list("year", flat=True)) == {2019}


def test_they_follow_who_gets_another_address(client: Client) -> None:
    ann, before = readdressed()
    assert refresh_due()
    ann.refresh_from_db()
    assert ann.slug != before
    # Until the worker comes the old address stands there, and leads to the new one.
    (line,) = bylines(listed(client, "Cy Day"))
    assert f"/researchers/{before}/" in line
    assert client.get(f"/researchers/{before}/").headers["Location"].endswith(f"/{ann.slug}/")
    assert all("<b><bdi>" in line for line in bylines(listed(client, ann.name)))
    assert [row.author_id for row in AuthorChange.objects.filter(kind=ADDRESS)] == [ann.pk]
    assert addresses_due() == 1
    assert addresses_due() is None
    assert not stale()
    (line,) = bylines(listed(client, "Cy Day"))
    assert f"/researchers/{ann.slug}/" in line


def test_a_failure_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    readdressed()
    assert refresh_due()

    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("works.addressing.bylines_renew", fails)
        assert addresses_due() == 0
    rows = AuthorChange.objects.filter(kind=ADDRESS)
    (row,) = rows
    assert (row.attempts, row.error) == (1, "OSError: the disk is full")
    rows.update(due_at=row.due_at.replace(year=2020))
    assert addresses_due() == 1
    assert not stale()


def test_a_record_without_works_is_done_with() -> None:
    publish(work("Ann Lee"))
    lone = Author.objects.create(
        **dict.fromkeys(("slug", "name", "key_scheme", "key_value", "name_key", "letter"), "x"),
        public_id="lonelyrecord",
    )
    AuthorChange.objects.create(author=lone, kind=ADDRESS)
    assert addresses_due() == 1
    assert not AuthorChange.objects.exists()


@pytest.fixture
def prolific() -> Author:
    """Somebody with three works more than a page of a list holds."""
    publish(
        *(work("Ann Lee", "Cy Day", number=n, created=f"{2000 + n}-01-01") for n in range(SIZE + 3))
    )
    return author("Ann Lee")


def test_a_long_list_comes_page_by_page(prolific: Author) -> None:
    pages = [works_of_author(prolific.pk, WorksFilter(page=n)) for n in (1, 2, 3)]
    years = [row.year for page in pages for row in page]
    assert years == sorted(years, reverse=True)  # type: ignore[type-var]
    assert [len(page) for page in pages] == [SIZE, 3, 0]
    assert {row.matching for page in pages for row in page} == {SIZE + 3}
    oldest = works_of_author(prolific.pk, WorksFilter(sort="oldest"))
    assert [row.year for row in oldest] == sorted(years)[:SIZE]  # type: ignore[type-var]
    assert {row.matching for row in oldest} == {SIZE + 3}


def test_what_is_not_counted_yet_is_in_the_number(prolific: Author) -> None:
    take_in(work("Ann Lee", number=99))
    (first, *_) = works_of_author(prolific.pk, WorksFilter())
    assert first.matching == SIZE + 4


def test_undated_works_come_last() -> None:
    publish(
        work("Ann Lee", number=1, created=""),
        work("Ann Lee", number=2, created="1999-01-01"),
        work("Ann Lee", number=3, created="2020-01-01"),
    )
    found = works_of_author(author("Ann Lee").pk, WorksFilter())
    assert [row.year for row in found] == [2020, 1999, None]


@pytest.mark.django_db(transaction=True)
def test_imports_and_addresses_beside_each_other() -> None:
    first = [work(name, "Cy Day", number=n) for n, name in enumerate(people(6))]
    publish(*first)
    Author.objects.update(chosen_name="Another One")
    authors_changed([*Author.objects.values_list("pk", flat=True)])
    assert refresh_due()
    again = [changed(r, record_date="2025-02-02", title=f"{r.title} again") for r in first]
    together([lambda: take_in(*again), addresses_due, addresses_due])
    refresh_all()
    assert not stale()
    assert not AuthorChange.objects.exists()
