"""How often a page asks the database: a number that does not grow with what it shows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from graph import slices
from profiles.services import follow
from tests.factories.corpus import author, publish
from tests.web.addresses import any_topic, any_work, data_of, researcher
from tests.web.people import by, somebody

pytestmark = pytest.mark.django_db


def asked(client: Client, address: str, **headers: str) -> int:
    """Statements for an answer of 200, or of 304 where a version is held."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address, headers=headers)
    assert response.status_code == (304 if headers else 200)
    return len(captured)


def works_of(name: str, count: int, company: int = 1) -> None:
    publish(*(by(name, *map(somebody, range(n, n + company))) for n in range(count)))


@pytest.mark.parametrize("count", [1, 25, 400])
def test_a_profile_is_one_statement_whatever_the_number_of_works(
    client: Client, count: int
) -> None:
    works_of("Ann Lee", count)
    assert asked(client, researcher("Ann Lee")) == 1
    held = client.get(researcher("Ann Lee"))["ETag"]
    assert asked(client, researcher("Ann Lee"), If_None_Match=held) == 1


def test_a_profile_before_its_refresh_is_one_statement_too(client: Client) -> None:
    works_of("Ann Lee", 3)
    author("Ann Lee").authorfacts.delete()
    assert asked(client, researcher("Ann Lee")) == 1


def test_a_stale_session_asks_once_more(client: Client) -> None:
    works_of("Ann Lee", 3)
    client.cookies["sessionid"] = "s" * 32
    assert asked(client, researcher("Ann Lee")) == 2


def drawn() -> str:
    """The page of a graph that is drawn."""
    slices.build(author("Ann Lee").pk, timezone.now())
    return researcher("Ann Lee", "graph/")


# Statements of a signed-out page, with one row and with many
LISTS: dict[str, tuple[Callable[[], str], int]] = {
    "home": (lambda: "/", 4),
    "browse": (lambda: "/researchers/?letter=L", 1),
    "search": (lambda: "/search/?q=lee", 1),
    "search for a slip": (lambda: "/search/?q=ann+leea", 3),
    "search for nothing": (lambda: "/search/", 0),
    "search for works": (lambda: "/search/?q=on&kind=works", 1),
    "works": (lambda: researcher("Ann Lee", "works/"), 2),
    "works of a year": (lambda: researcher("Ann Lee", "works/?year=2024"), 2),
    "works with a word": (lambda: researcher("Ann Lee", "works/?q=holds"), 2),
    "trust": (lambda: researcher("Ann Lee", "trust/"), 2),
    "graph": (drawn, 6),
    "data": (lambda: data_of("Ann Lee"), 1),
    "topic": (any_topic, 3),
    "topics": (lambda: "/topics/", 1),
    "work": (any_work, 1),
}


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_often_for_one_row_as_for_many(client: Client, name: str, rows: int) -> None:
    company = [somebody(number, "Day") for number in range(rows)]
    publish(*(by("Ann Lee", somebody(number, "Lee"), *company) for number in range(rows)))
    where, statements = LISTS[name]
    address = where()
    assert asked(client, address) == statements


@pytest.mark.parametrize("part", ["", "works/", "trust/", ".json"])
def test_304_of_a_record_is_one_statement(client: Client, part: str) -> None:
    works_of("Ann Lee", 2)
    address = data_of("Ann Lee") if part == ".json" else researcher("Ann Lee", part)
    held = client.get(address)["ETag"]
    assert asked(client, address, If_None_Match=held) == 1


def test_signed_in_the_number_does_not_grow_either(as_ada: Client) -> None:
    counts = []
    for works in (1, 24):
        works_of("Ann Lee", works, company=3)
        follow(as_ada.get("/accounts/").context["user"], author("Ann Lee"))
        counts.append(asked(as_ada, researcher("Ann Lee")))
    assert counts == [7, 7]


def test_pages_of_words_ask_nothing(client: Client) -> None:
    assert [asked(client, page) for page in ("/about/", "/about/trust/")] == [0, 0]


def test_the_refresh_of_one_batch_does_not_grow_with_its_size() -> None:
    counts = []
    publish(by("Ann Lee"))
    for size in (2, 40):
        with CaptureQueriesContext(connection) as captured:
            publish(*(by(somebody(size), somebody(size + n + 1)) for n in range(size)))
        counts.append(len(captured))
    assert counts[0] == counts[1]
