"""How two researchers are connected, as a page: in words and links, the same for everyone."""

from itertools import pairwise
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from graph.domain.path_words import told_in_words
from graph.domain.paths import Outcome
from tests.factories.corpus import author, publish, take_in
from tests.factories.records import people, person, work
from tests.web.addresses import researcher
from tests.web.dom import Page, page
from works.domain.records import WorkRecord
from works.models import Author, AuthorFacts

pytestmark = pytest.mark.django_db


def address(start: str = "", goal: str = "") -> str:
    return f"/explore/path/?{urlencode({'from': start, 'to': goal})}"


def shown(client: Client, start: str = "", goal: str = "") -> Page:
    response = client.get(address(start, goal))
    assert response.status_code == 200
    return page(response)


def slug(name: str) -> str:
    return author(name).slug


def chain(length: int) -> list[str]:
    names = people(length)
    publish(*(work(*pair, title=f"By {pair[0]}") for pair in pairwise(names)))
    return names


def test_the_way_is_a_list_of_links_to_people_and_works(client: Client) -> None:
    names = chain(4)
    found = shown(client, slug(names[0]), slug(names[3]))
    people_on_it = found.all("a", class_="way-name")
    assert [link.text for link in people_on_it] == names
    assert [link["href"] for link in people_on_it] == [researcher(name) for name in names]
    steps = found.all("p", class_="way-step")
    assert [step.text for step in steps] == [f"1 work together: By {n} 2024" for n in names[:3]]
    assert f"three steps apart, over {names[1]} and {names[2]}" in found.text
    assert address(slug(names[3]), slug(names[0])) in found.links()


def test_names_will_do_where_they_mean_one_researcher(client: Client) -> None:
    publish(work("Ann Lee", "Bo Chen"), work("Ann Leeds"))
    assert "Ann Lee and Bo Chen have written together." in shown(client, "ann lee", "chen bo").text


def test_a_name_of_several_offers_the_choice_and_keeps_the_other_field(client: Client) -> None:
    publish(work("Ann Leeds", "Bo Chen"), work("Ann Leeman"))
    found = shown(client, "Ann", "Bo Chen")
    for name in ("Ann Leeds", "Ann Leeman"):
        assert address(slug(name), "Bo Chen") in found.links()
    assert not found.all(class_="way")


def test_a_choice_that_may_be_several_people_leads_to_why(client: Client) -> None:
    publish(work("Ann Leeds", "Bo Chen"), work("Ann Leeman"))
    AuthorFacts.objects.filter(author=author("Ann Leeds")).update(several=True)
    link = shown(client, "Ann", "Bo Chen").one("a", class_="several")
    assert link["href"] == researcher("Ann Leeds", "trust/#identity")


def longer_names(works: int) -> list[WorkRecord]:
    """Eight people with so many works whose names begin with Ann Lee."""
    ends = ("ch", "ds", "man", "ming", "nder", "rs", "son", "ves")
    return [work(f"Ann Lee{end}") for end in ends for _ in range(works)]


def test_an_exact_name_is_meant_however_many_with_more_works_begin_so(client: Client) -> None:
    publish(work("Ann Lee", "Bo Chen"), *longer_names(2))
    assert "Ann Lee and Bo Chen have written together." in shown(client, "Ann Lee", "Bo Chen").text


def test_of_the_choices_the_exact_names_come_first_those_with_most_works_before(
    client: Client,
) -> None:
    one, other = (person("Ann Lee", openalex=key) for key in ("A1", "A2"))
    publish(work(one), work(other), work(other), *longer_names(3))
    rows = shown(client, "Ann Lee").all("li", class_="person-row")
    told = [row.text.split("2024")[0] for row in rows]
    assert told[:3] == ["Ann Lee 2 works", "Ann Lee 1 work", "Ann Leech 3 works"]
    assert len(told) == 8


@pytest.mark.parametrize(
    ("start", "goal", "words"),
    [
        ("", "", "Name two researchers"),
        ("Ann Lee", "", "Name the other researcher"),
        ("Ann Lee", "Ann Lee", "The same researcher"),
        ("Ann Lee", "Cy Dahl", "Not connected"),
        ("Ann Lee", "Nobody Here", "Nobody found for “Nobody Here”"),
        ("ann-lee-zzzzzzz", "Ann Lee", "Nobody found for “ann-lee-zzzzzzz”"),
    ],
)
def test_states(client: Client, start: str, goal: str, words: str) -> None:
    publish(work("Ann Lee", "Bo Chen"), work("Cy Dahl"))
    found = shown(client, start, goal)
    assert words in found.text
    assert [field["value"] for field in found.all("input", autocomplete="off")[1:]] == [start, goal]


def test_seven_steps_are_too_far(client: Client) -> None:
    names = chain(8)
    assert "more than six steps apart" in shown(client, names[0], names[7]).text


def test_before_the_first_refresh_the_page_says_so(client: Client) -> None:
    take_in(work("Ann Lee", "Bo Chen"))
    ends = slug("Ann Lee"), slug("Bo Chen")
    found = shown(client, *ends)
    assert "Not computed yet" in found.text
    assert address(*ends) in found.links()


def test_a_merged_record_stands_for_its_heir(client: Client) -> None:
    publish(work("Ann Lee", "Bo Chen"), work("Anne Lee"))
    Author.objects.filter(name="Anne Lee").update(merged_into=author("Ann Lee"))
    found = shown(client, slug("Anne Lee"), slug("Bo Chen"))
    assert "Ann Lee and Bo Chen have written together." in found.text


def test_signed_out_it_is_the_same_for_everyone_and_kept_out_of_search(client: Client) -> None:
    publish(work("Ann Lee", "Bo Chen"))
    here = address(slug("Ann Lee"), slug("Bo Chen"))
    first = client.get(here)
    assert not first.cookies
    assert first["Cache-Control"].startswith("public")
    assert page(first).one("meta", name="robots")["content"] == "noindex"
    assert client.get(here, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_signed_in_it_is_not_stored(as_ada: Client) -> None:
    assert as_ada.get(address())["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><b>', "x" * 3_000, "\u202e", "'"]
)
def test_what_is_typed_comes_back_as_text(client: Client, hostile: str) -> None:
    found = shown(client, hostile, hostile)
    assert found.all("input", autocomplete="off")[1]["value"] == hostile[:200]
    assert not found.all("b")


@pytest.mark.parametrize("works", [1, 20])
def test_the_statements_do_not_grow_with_the_works(client: Client, works: int) -> None:
    publish(*(work("Ann Lee", "Bo Chen") for _ in range(works)))
    here = address(slug("Ann Lee"), slug("Bo Chen"))
    with CaptureQueriesContext(connection) as captured:
        client.get(here)
    # Two records, the edges of both, everyone on the way; a savepoint and patience around them.
    assert len(captured) == 8


@pytest.mark.parametrize(
    ("outcome", "on_it", "words"),
    [
        (Outcome.CONNECTED, "AB", "A and B have written together."),
        (Outcome.CONNECTED, "AXB", "A and B have both written with X."),
        (Outcome.CONNECTED, "AXYZB", "A and B are four steps apart, over X, Y and Z."),
        (Outcome.APART, "", "No works that people wrote together lead from A to B."),
    ],
)
def test_words(outcome: Outcome, on_it: str, words: str) -> None:
    assert told_in_words(outcome, "A", "B", list(on_it)) == words
