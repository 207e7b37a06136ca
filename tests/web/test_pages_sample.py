"""The sample as a visitor meets it: the page that the product is judged by."""

import json
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from django.test import Client

from tests.web.addresses import any_topic, any_work, data_of, researcher
from tests.web.dom import Page, html, page
from works.models import Author, Work

pytestmark = pytest.mark.django_db

MAIN = {
    "data-trust-score": "21",
    "data-trust-band": "Emerging",
    "data-verification-level": "L1",
    "data-claim-state": "unclaimed",
    "data-works": "25",
    "data-followers": "0",
    "data-close-collaborators": "4",
}
TEXTS = (
    "Xue Lin",
    "Affiliation not imported",
    "Invitations open after a claim",
    "Trust snapshot",
    "Trust 21 – Emerging",
    "Unclaimed author",
    "may be several people",
    "Claiming links this public author record to a researcher profile and unlocks direct "
    "collaboration workflows.",
    "Log in to claim",
    "Direct collaboration",
    "Open a focused conversation when the fit is right",
    "Claim this author entity first to unlock direct invitations.",
    "See the researcher in context",
    "Inspect adjacent work, topics, institutions and collaborators without jumping out to a "
    "separate graph page.",
    "Open full explorer",
    "Summary by BZPEER",
    "This is sample data.",
    "import_works",
    "25 published items",
)


@pytest.fixture
def profile(sample: Author, client: Client) -> Page:
    return page(client.get(researcher(sample)))


def test_the_facts_for_scripts_and_checks(sample: Author, profile: Page) -> None:
    main = profile.one("main")
    assert {name: main.attributes[name] for name in MAIN} == MAIN
    assert main["data-slug"] == sample.slug
    assert int(main["data-topics"]) > 0


def test_the_words_of_the_page(profile: Page) -> None:
    assert [text for text in TEXTS if text not in profile.text] == []


def test_the_four_counts(profile: Page) -> None:
    topics = profile.one("main")["data-topics"]
    counts = {
        stat.around[-1].text for stat in profile.all("dt") if stat.around[-2]["class"] == "stats"
    }
    assert counts == {"works25", "followers0", f"topics{topics}", "close collaborators4"}


def test_every_work_is_there_once_with_its_byline(profile: Page) -> None:
    articles = [e for e in profile.all("article") if "data-work-id" in e.attributes]
    numbers = [int(article["data-work-id"]) for article in articles]
    assert sorted(numbers) == sorted(Work.objects.values_list("id", flat=True))
    assert all(any(around.attributes.get("id") == "works" for around in a.around) for a in articles)
    bylines = profile.all("p", class_="byline")
    assert len(bylines) == 25
    assert all("Xue Lin" in byline.text for byline in bylines)


def test_the_years_stand_newest_first_and_filter(profile: Page) -> None:
    shown = [section.text for section in profile.all("h3") if section.around[-1].tag == "section"]
    years = [int(text[:4]) for text in shown if text[:2] == "20"]
    assert years == sorted(years, reverse=True)
    bars = [e for e in profile.all("a") if e.attributes.get("id", "").startswith("year-")]
    assert {int(bar["id"][5:]) for bar in bars} == set(years)
    assert all(bar["href"].endswith(f"works/?year={bar['id'][5:]}#works") for bar in bars)


def test_guesses_are_marked(profile: Page) -> None:
    expected = sum(bool(w.unverified) for w in Work.objects.all())
    marks = profile.all("mark", class_="unverified")
    assert len(marks) == expected > 0


def test_the_slot_of_the_graph_has_words_and_ways_on(sample: Author, profile: Page) -> None:
    slot = profile.one(id="research-graph")
    assert "Building this graph slice" in slot.text
    assert (
        "BZPEER is loading the nearby papers, people, topics and institutions for this page."
        in slot.text
    )
    links = profile.links()
    assert f"/explore/?focus={sample.slug}" in links
    assert researcher(sample, "graph/") in links


def test_the_page_is_small(sample: Author, client: Client) -> None:
    body = client.get(researcher(sample)).content
    assert len(brotli.compress(body)) <= 35_000
    assert len(Page(body.decode()).elements) <= 1_300


def test_before_the_first_refresh_it_says_so(sample: Author, client: Client) -> None:
    sample.authorfacts.delete()
    shown = page(client.get(researcher(sample)))
    assert "Trust is being computed" in shown.text
    assert "Building this graph slice" in shown.one(id="research-graph").text
    assert shown.one("main")["data-trust-score"] == ""
    told = client.get(data_of(sample)).json()["bzpeer"]
    assert (told["trust"]["score"], told["identity"]["status"]) == (None, "undecided")
    assert "being computed" in page(client.get(researcher(sample, "trust/"))).text


def test_the_ledger_says_where_each_point_comes_from(sample: Author, client: Client) -> None:
    shown = page(client.get(researcher(sample, "trust/")))
    headings = [element.text for element in shown.all("h3")]
    assert headings == ["Identity", "Corroboration", "Record", "Network"]
    points = [element.text for element in shown.all("p", class_="points")]
    assert points == ["5 of 45", "0 of 25", "10.7 of 15", "5 of 15"]
    for words in ("21 of 100", "Formula 1", "about this page, not the person", "It is not merit",
                  "first computed", "What would raise it", "0–19", "85–100"):  # fmt: skip
        assert words in shown.text
    assert "Its works fall into circles of co-authors that never meet" in shown.text


def test_a_work_says_where_its_facts_come_from(sample: Author, client: Client) -> None:
    guessed = Work.objects.filter(unverified__contains=["authors"])[0]
    shown = page(client.get(f"/works/{guessed.pk}/"))
    assert "Where these facts come from" in shown.text
    assert "BZPEER sample" in shown.text
    assert "Summary by BZPEER" in shown.text
    assert "Unverified, because no source confirms it" in shown.text
    sure = Work.objects.filter(unverified=[])[0]
    assert "nverified" not in page(client.get(f"/works/{sure.pk}/")).text


def test_what_is_near_in_words(sample: Author, client: Client) -> None:
    shown = page(client.get(researcher(sample, "graph/")))
    listed = [e for e in shown.all("li") if e.around[-1].attributes.get("class") == "listed"]
    assert sum(item.text.endswith(", close collaborator") for item in listed) == 4
    assert "None imported." in shown.text
    assert len({link for link in shown.links() if link.startswith("/works/")}) == 25


def test_home_shows_the_leading_researcher_and_says_sample(sample: Author, client: Client) -> None:
    shown = page(client.get("/"))
    people = [element.text for element in shown.all("a", class_="person-name")]
    assert people[0] == "Xue Lin"
    assert "82" in shown.text
    assert "This is sample data." in shown.text


def test_topic_and_browse_lead_to_the_researcher(sample: Author, client: Client) -> None:
    assert researcher(sample) in page(client.get("/researchers/?letter=L")).links()
    assert any_work()
    topic = page(client.get(any_topic()))
    assert any(link.startswith("/researchers/") for link in topic.links())


# The machine-readable form: these keys and no more


def shape(value: Any) -> Any:
    """The keys and types of a JSON value; a list is just a list."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return type(value).__name__


LINE = {"code": "str", "points": "float", "max": "int", "evidence": "str", "raise_by": "list"}
WAYS = [
    {"action": "str", "points": "float", "url": "str"},
    {"action": "str", "points": "float", "url": "NoneType"},
]
GROUP = {"works": "int", "years": "list", "topics": "list", "collaborators": "list"}
DATA = {
    "@context": "str",
    "@type": "str",
    "url": "str",
    "dateModified": "str",
    "mainEntity": {"@type": "str", "@id": "str", "name": "str", "url": "str"},
    "bzpeer": {
        "slug": "str",
        "name": "str",
        "claim_state": "str",
        "verification_level": "str",
        "trust": {
            "score": "int",
            "band": "str",
            "formula": "int",
            "computed_at": "str",
            "lines": "list",
        },
        "counts": dict.fromkeys(("works", "followers", "topics", "close_collaborators"), "int"),
        "identity": {"status": "str", "groups": "list"},
    },
}  # fmt: skip


def test_the_data_has_these_keys_and_no_more(sample: Author, client: Client) -> None:
    response = client.get(data_of(sample))
    assert response["Content-Type"] == "application/ld+json; charset=utf-8"
    told = json.loads(html(response))
    assert shape(told) == DATA
    assert (told["@type"], told["mainEntity"]["@type"]) == ("ProfilePage", "Person")
    lines, groups = told["bzpeer"]["trust"]["lines"], told["bzpeer"]["identity"]["groups"]
    assert [line["code"] for line in lines] == ["identity", "corroboration", "record", "network"]
    assert [shape(line) for line in lines] == [LINE] * 4
    assert all(shape(way) in WAYS for line in lines for way in line["raise_by"])
    assert [shape(group) for group in groups] == [GROUP] * len(groups)
    assert {type(year) for group in groups for year in group["years"]} == {int}


def test_the_data_says_what_the_page_says(sample: Author, client: Client) -> None:
    told = client.get(data_of(sample)).json()["bzpeer"]
    assert told["counts"] | {"topics": 0} == {
        "works": 25, "followers": 0, "topics": 0, "close_collaborators": 4,
    }  # fmt: skip
    trust = told["trust"]
    assert (trust["score"], trust["band"], trust["formula"]) == (21, "Emerging", 1)
    assert sum(line["points"] for line in trust["lines"]) == pytest.approx(20.7, abs=0.05)
    assert told["verification_level"] == "L1"
    assert told["identity"]["status"] == "several"
    assert sum(group["works"] for group in told["identity"]["groups"]) == 25


def test_a_signed_in_person_finds_nothing_private_in_the_data(
    sample: Author, client: Client, as_ada: Client
) -> None:
    as_ada.post(researcher(sample, "follow/"), {"action": "follow"})
    mine, theirs = as_ada.get(data_of(sample)), client.get(data_of(sample))
    assert mine.json() == theirs.json()
    assert b"noether" not in mine.content.lower()
    assert b"@example" not in mine.content.lower()
