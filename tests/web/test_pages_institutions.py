"""The page of an institution, and institutions in the search."""

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.corpus import publish
from tests.factories.institutions import institution, name_on, record, register, ror
from tests.web.dom import Page, page
from tests.web.hostile import HOSTILE
from tests.web.people import by, somebody
from works.domain.institutions import Link, NameForm, Relation
from works.institution_pages import MOST_RELATED
from works.institutions import PEOPLE
from works.models import Institution, Work

pytestmark = pytest.mark.django_db


def address(number: int = 1) -> str:
    return f"/institutions/{institution(number).slug}/"


def shown(client: Client, query: str = "", number: int = 1) -> Page:
    return page(client.get(address(number) + query))


def works_at(number: int, count: int, *people: str) -> None:
    """So many works whose people are all at this institution."""
    made = [by(*(people or ("Ann Lee",))) for _ in range(count)]
    publish(*made)
    for one in made:
        place = [("ror", ror(number), "North")]
        name_on(Work.objects.get(report__external_id=one.external_id), *[place] * len(one.authors))


FULL: dict[str, Any] = {
    "names": (
        NameForm("Université du Nord", "display", "fr"),
        NameForm("North University", "label", "en"),
        NameForm("UDN", "acronym"),
    ),
    "country": "CA",
    "country_name": "Canada",
    "place": "Rouyn",
    "types": ("education", "nonprofit"),
    "established": 1911,
    "links": (
        Link("website", "https://www.north.example/fr/"),
        Link("wikipedia", "https://en.wikipedia.org/wiki/North_University"),
    ),
    "domains": ("north.example", "udn.example"),
    "relations": (Relation("child", ror(2), "A Lab"), Relation("parent", ror(3), "The Whole")),
}


def test_everything_that_a_registry_says_is_shown(client: Client) -> None:
    register(record(1, **FULL), record(2, "The Lab"))
    found = shown(client)
    assert found.one("h1").text == "Université du Nord"
    assert "Institution · Education, Non-profit" in found.text
    assert "Rouyn, Canada · established 1911" in found.text
    for words in ("North University", "UDN short form", "north.example", "udn.example",
                  "record of 6 May 2024", "The Whole"):  # fmt: skip
        assert words in found.text
    assert found.one("bdi", lang="en").text == "North University"
    outward = {link["href"]: link["rel"] for link in found.all("a") if "://" in link["href"]}
    assert outward == dict.fromkeys(
        (
            "https://www.north.example/fr/",
            "https://en.wikipedia.org/wiki/North_University",
            f"https://ror.org/{ror(1)}",
        ),
        "nofollow noopener",
    )
    assert f"/institutions/the-lab-{ror(2)}/" in found.links()
    assert [e.text for e in found.all("h3", class_="rail-head")] == ["Part of", "Parts"]


def test_plain_words_where_nothing_is_imported(client: Client) -> None:
    register(record(1))
    found = shown(client)
    assert "No researchers or works yet" in found.text
    assert not found.all("section", class_="works")
    assert not found.all("nav", aria_label="Pages of researchers")


def test_works_of_groups_alone_are_shown_too(client: Client) -> None:
    register(record(1))
    works_at(1, 1, "for the ATLAS Collaboration")
    found = shown(client)
    assert "0 researchers" in found.text
    assert "name groups here, and no single researcher" in found.text
    assert len(found.all("article")) == 1


def test_one_that_only_bylines_know_says_so(client: Client) -> None:
    works_at(1, 1)
    found = shown(client)
    assert found.one("h1").text == "North"
    assert "No record of the institution itself has been imported" in found.text
    name_on(Work.objects.get(), [("openalex", "I5", "A Lab")])
    lab = page(client.get("/institutions/a-lab-i5/"))
    assert "https://openalex.org/I5" in lab.links()


@pytest.mark.parametrize(
    ("status", "relations", "words"),
    [
        ("active", (), None),
        ("inactive", (), "No longer active. ROR names no successor."),
        (
            "inactive",
            (Relation("successor", ror(2), "S"), Relation("successor", ror(3), "Third")),
            "No longer active. ROR says that it was succeeded by South and Third.",
        ),
        (
            "active",
            (Relation("successor", ror(2), "S"),),
            "Succeeded. ROR says that it was succeeded by South.",
        ),
        ("withdrawn", (), "Withdrawn. ROR took this record back"),
    ],
)
def test_what_became_of_it_comes_first(
    client: Client, status: Any, relations: tuple[Relation, ...], words: str | None
) -> None:
    register(record(1, status=status, relations=relations), record(2, "South"))
    found = shown(client)
    notes = [element.text for element in found.all("p", class_="card deleted")]
    assert [note.startswith(words or "") for note in notes] == [True] * (words is not None)
    assert (f"/institutions/south-{ror(2)}/" in found.links()) == bool(relations)


def test_its_researchers_and_works_with_counts(client: Client) -> None:
    register(record(1), record(2, "South"))
    works_at(1, 2, "Ann Lee", "Bo Day")
    works_at(1, 1, "Ann Lee")
    works_at(2, 1, "Cy Fox")
    found = shown(client)
    listed = [e.text for e in found.all("li") if e.within("section") and "last in" in e.text]
    assert listed == ["Ann Lee 3 works, last in 2024", "Bo Day 2 works, last in 2024"]
    assert "2 researchers" in found.text
    assert "3 works" in found.text
    assert len(found.all("article")) == 3
    assert "Cy Fox" not in found.text


def turns(found: Page, label: str) -> dict[str, str]:
    navs = found.all("nav", aria_label=label)
    return {link["rel"]: link["href"] for link in found.all("a") if navs and navs[0] in link.around}


def test_many_researchers_and_works_are_paged(client: Client) -> None:
    register(record(1))
    works_at(1, 1, *(somebody(number, "Lee") for number in range(PEOPLE + 5)))
    works_at(1, 29, "Ann Zed")
    first = shown(client)
    assert f"{PEOPLE + 6} researchers" in first.text
    assert "30 works" in first.text
    assert turns(first, "Pages of researchers") == {"next": f"{address()}?people=2"}
    assert turns(first, "Pages of works") == {"next": f"{address()}?page=2#works-title"}
    second = shown(client, "?people=2")
    assert turns(second, "Pages of researchers") == {"prev": address()}
    both = shown(client, "?people=2&page=2")
    assert turns(both, "Pages of researchers") == {"prev": f"{address()}?page=2"}
    names = [link.text for one in (first, second) for link in one.all("a")
             if link.within("li") and not link.within("article")]  # fmt: skip
    assert len(names) == len(set(names)) == PEOPLE + 6
    assert len(shown(client, "?page=2").all("article")) == 5


@pytest.mark.parametrize("query", ["?people=9", "?page=9", "?page=2&people=1"])
def test_a_page_behind_the_last_leads_to_the_first(client: Client, query: str) -> None:
    register(record(1))
    works_at(1, 1)
    response = client.get(address() + query)
    assert (response.status_code, response["Location"]) == (302, address())


@pytest.mark.parametrize("query", ["?people=0", "?people=x", "?page=-1", "?people=1&people=2a"])
def test_nonsense_in_the_address_asks_for_the_first_page(client: Client, query: str) -> None:
    register(record(1))
    assert client.get(address() + query).status_code == 200


def test_an_old_name_leads_to_the_page(client: Client) -> None:
    register(record(1, "New Name"))
    for slug in (f"old-name-{ror(1)}", ror(1), f"x-{ror(1).upper()}"):
        response = client.get(f"/institutions/{slug}/")
        assert (response.status_code, response["Location"]) == (301, address())


@pytest.mark.parametrize(
    "slug",
    ["nothing", "-", f"north-{ror(9)}", "north-05gq02988", "i5", "%20", "x" * 3_000, "é", "%5C"],
)
def test_what_is_not_here_is_404(client: Client, slug: str) -> None:
    register(record(1))
    response = client.get(f"/institutions/{slug}/")
    assert response.status_code == 404
    assert page(response).one("h1").text == "This page is not here"


def test_a_council_of_a_thousand_institutes_lists_some(client: Client) -> None:
    labs = tuple(Relation("child", ror(number), f"Lab {number:04}") for number in range(2, 1_002))
    register(record(1, relations=labs), record(900, "Aardvark Lab"))
    found = shown(client)
    listed = [e.text for e in found.all("li") if "Lab" in e.text]
    assert len(listed) == MOST_RELATED
    assert listed[0] == "Aardvark Lab"
    assert f"And {1_000 - MOST_RELATED} more" in found.text


@pytest.mark.parametrize("rows", [1, 20])
def test_a_page_asks_as_often_for_one_row_as_for_many(client: Client, rows: int) -> None:
    relations = tuple(Relation("child", ror(number), "L") for number in range(2, rows + 2))
    names = [NameForm(f"N {number}", "alias") for number in range(rows)]
    register(record(1, names=(NameForm("N", "display"), *names), relations=relations))
    works_at(1, rows, *(somebody(number) for number in range(rows)))
    for where, statements in ((address(), 3), ("/search/?q=n&kind=institutions", 1)):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(where).status_code == 200
        assert len(captured) == statements


def test_the_page_is_the_same_bytes_for_all_readers(client: Client, as_ada: Client) -> None:
    register(record(1, **FULL))
    first = client.get(address())
    assert first["Cache-Control"].startswith("public")
    assert not first.cookies
    assert b"csrfmiddlewaretoken" not in first.content
    held = client.get(address(), headers={"If-None-Match": first["ETag"]})
    assert held.status_code == 304
    assert as_ada.get(address())["Cache-Control"] == "private, no-store"
    register(record(1, record_date="2025-01-01"))
    assert client.get(address())["ETag"] != first["ETag"]


def test_whatever_a_record_says_stays_text(client: Client) -> None:
    for number, text in enumerate((text[:400] for text in HOSTILE if "\0" not in text), start=1):
        register(
            record(
                number,
                names=(NameForm(text, "display"), NameForm(f"{text} b", "alias")),
                place=text[:400],
                country_name=text,
                relations=(Relation("successor", ror(0), text),),
                status="inactive",
            )
        )
    for found in Institution.objects.all():
        for where in (
            f"/institutions/{found.slug}/",
            f"/search/?kind=institutions&q={quote(found.name[:50])}",
        ):
            response = client.get(where)
            if response.status_code == 400:  # the search refuses some letters at the door
                continue
            assert response.status_code == 200
            check_nothing_alive(page(response))


def test_a_search_says_what_is_known_of_a_find(client: Client) -> None:
    register(record(1, "North", status="inactive"), record(2, "North Gate"))
    works_at(3, 1)
    found = page(client.get("/search/?q=north&kind=institutions"))
    told = [row.text for row in found.all("li", class_="person-row")]
    assert told == ["North no longer active", "North known from works alone", "North Gate"]


def check_nothing_alive(found: Page) -> None:
    for element in found.elements:
        assert not any(name.startswith(("on", "hx-", "style")) for name in element.attributes)
        assert element.tag not in {"iframe", "img", "svg:script", "base", "object", "style"}
        if element.tag == "script":
            assert element["src"].startswith("/static/")
        assert element.attributes.get("href", "/").startswith(("/", "#", "https://", "http://"))


# Search


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("udn", [("Université du Nord", "found as UDN")]),
        ("north university", [("Université du Nord", "found as North University")]),
        ("du nord", [("Université du Nord", "")]),
        ("nowhere", []),
    ],
)
def test_institutions_are_found_by_every_name(
    client: Client, q: str, expected: list[tuple[str, str]]
) -> None:
    register(record(1, **FULL))
    found = page(client.get(f"/search/?q={quote(q)}&kind=institutions"))
    rows = found.all("li", class_="person-row")
    names = [link.text for link in found.all("a", class_="person-name")]
    assert names == [name for name, _ in expected]
    assert all(said in row.text for row, (_, said) in zip(rows, expected))
    assert all("Rouyn, Canada" in row.text for row in rows)
    assert ("No institution of that name here" in found.text) == (not expected)


def test_the_searches_lead_to_each_other(client: Client) -> None:
    people = page(client.get("/search/?q=north"))
    assert people.one("h1").text == "Researchers named “north”"
    here, other, works, *_ = [
        link for link in people.all("a") if link["href"].startswith("/search/?")
    ]
    assert works["href"] == "/search/?q=north&kind=works"
    assert here.attributes["aria-current"] == "page"
    assert other["href"] == "/search/?q=north&kind=institutions"
    there = page(client.get(other["href"]))
    assert there.one("h1").text == "Institutions named “north”"
    assert there.one("input", name="kind")["value"] == "institutions"
    assert page(client.get("/search/?kind=institutions")).one("h1").text == "Find an institution"


def test_more_than_a_list_holds_is_said(client: Client) -> None:
    register(*(record(number, f"North {number}") for number in range(1, 23)))
    found = page(client.get("/search/?q=north&kind=institutions"))
    assert len(found.all("li", class_="person-row")) == 20
    assert "There are more" in found.text
