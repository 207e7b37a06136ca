"""The staff page of a work: what was joined and why, and what staff undo and do again."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bzpeer.lib.models import AuditEvent
from profiles.models import User
from tests.db.test_one_work import BARE, BRIDGE, DOI, ERRATUM, PREPRINT, PUBLISHED, TITLE
from tests.factories.accounts import staff
from tests.factories.corpus import TODAY, take_in
from tests.factories.records import changed, person
from tests.web.dom import Page, html, page
from tests.web.hostile import HOSTILE
from works import joining
from works.domain.records import ExternalId
from works.models import Report, ReportDecision, Work, WorkRedirect, WorkRemoval

pytestmark = pytest.mark.django_db

LIST = "/moderation/works/"
DEEDS = ("split/", "join/", "undecide/", "remove/", "restore/")
ARXIV = "2401.00001"


@pytest.fixture
def mod(db: None) -> User:
    return staff()


@pytest.fixture
def as_mod(mod: User) -> Client:
    client = Client()
    client.force_login(mod)
    return client


def at(work: int | None = None, part: str = "") -> str:
    return f"{LIST}{Work.objects.get().pk if work is None else work}/{part}"


def works() -> list[int]:
    return list(Work.objects.order_by("id").values_list("id", flat=True))


def report_of(source: str) -> str:
    """The number that its box has on the page."""
    return str(Report.objects.get(source=source).pk)


def shown(client: Client, work: int | None = None) -> Page:
    return page(client.get(at(work)))


def do(client: Client, part: str, work: int | None = None, **fields: str) -> Any:
    return client.post(at(work, part), fields)


def split_off(client: Client, source: str = "crossref") -> tuple[int, int]:
    """The numbers of the work, and of the one that its report of this source is now."""
    one = Work.objects.get().pk
    assert do(client, "split/", report=report_of(source), note="Two papers").status_code == 303
    (other,) = set(works()) - {one}
    return one, other


# The door


@pytest.mark.parametrize("part", [None, "", *DEEDS])
def test_only_staff_get_in(client: Client, as_ada: Client, part: str | None) -> None:
    take_in(PREPRINT)
    place = LIST if part is None else at(part=part)
    for response in (client.get(place), client.post(place)):
        assert response["Location"].startswith(f"/accounts/login/?next={LIST}")
    for response in (as_ada.get(place), as_ada.post(place)):
        assert response.status_code == 403
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("part", [None, "", *DEEDS])
def test_get_shows_and_post_does(as_mod: Client, part: str | None) -> None:
    take_in(PREPRINT, PUBLISHED)
    place = LIST if part is None else at(part=part)
    wrong = as_mod.get(place) if part in DEEDS else as_mod.post(place)
    assert wrong.status_code == 405
    assert wrong["Cache-Control"] == "private, no-store"
    assert not AuditEvent.objects.filter(kind__startswith="work").exists()


@pytest.mark.parametrize("part", ["", *DEEDS])
@pytest.mark.parametrize("number", [0, 10**6, 10**18])
def test_a_work_that_is_not(as_mod: Client, number: int, part: str) -> None:
    response = as_mod.post(at(number, part)) if part else as_mod.get(at(number))
    assert response.status_code == 404


@pytest.mark.parametrize("part", DEEDS)
def test_a_form_without_a_token_does_nothing(mod: User, part: str) -> None:
    take_in(PREPRINT, PUBLISHED)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(mod)
    fields = {"report": report_of("crossref"), "other": "1", "reason": "no", "decision": "1"}
    assert strict.post(at(part=part), fields).status_code == 403
    assert not ReportDecision.objects.exists()
    assert not WorkRemoval.objects.exists()


def test_moderation_leads_here(as_mod: Client, as_ada: Client, client: Client) -> None:
    take_in(PREPRINT)
    public = f"/works/{Work.objects.get().pk}/"
    assert LIST in page(as_mod.get("/moderation/admin/")).links()
    assert at() in page(as_mod.get(public)).links()
    for others in (as_ada, client):
        assert "/moderation/" not in html(others.get(public))


# What is shown


def test_the_reports_stand_side_by_side_with_the_rule_that_joined_them(as_mod: Client) -> None:
    take_in(changed(PREPRINT, doi=DOI), changed(PUBLISHED, title="Tides and sand of bays"))
    found = shown(as_mod)
    for told in (
        "2 reports", ARXIV, "arxiv-oai/arXiv", "crossref/works", "2024-05-06", TITLE,
        "B. Mato, Ann Lee", "2019", "2020", "proceedings-article", "preprint",
        f"the same DOI, with Crossref {DOI}", f"the same DOI, with arXiv {ARXIV}",
    ):  # fmt: skip
        assert told in found.text, told
    assert [cell.text for cell in found.all("td", class_="differs")] == ["Tides and sand of bays"]
    assert f"https://doi.org/{DOI}" in found.links()
    assert len(found.all("input", type="checkbox")) == 2


def test_a_lone_report_cannot_be_split(as_mod: Client) -> None:
    take_in(PREPRINT)
    assert not shown(as_mod).all("input", type="checkbox")
    assert "These are another work" not in shown(as_mod).text
    refused = do(as_mod, "split/", report=report_of("arxiv"))
    assert refused.status_code == 422
    assert page(refused).one(role="alert").text == (
        "Choose some of the reports, and not all of them."
    )


NEAR: list[tuple[list[Any], list[str]]] = [
    ([changed(PUBLISHED, published="2024-01", doi="", ids=())],
     ["In common the title", "5 years apart"]),
    ([changed(PUBLISHED, type="dataset")],
     ["In common the title", "a text here, a dataset there"]),
    ([changed(PUBLISHED, authors=(person("Di Fu"), person("Ed Go")))],
     ["In common the title", "0 in common of 2 names"]),
    ([changed(PREPRINT, external_id="2401.00002", ids=(ExternalId("arxiv", "2401.00002"),))],
     ["In common the title", "different arXiv identifiers", "arXiv knows them as two"]),
    ([changed(BRIDGE, title="Sand", authors=(person("Di Fu"),))],
     ["In common arXiv 2401.00001", "different titles", "0 in common of 1 and 2 names"]),
    ([changed(PUBLISHED, authors=(), type="book")],
     ["a text here, a book there", "no names to compare"]),
]  # fmt: skip


@pytest.mark.parametrize(("others", "told"), NEAR)
def test_what_is_near_says_what_keeps_it_apart(
    as_mod: Client, others: list[Any], told: list[str]
) -> None:
    take_in(PREPRINT)
    take_in(*others)
    first, second = works()
    found = shown(as_mod, first)
    for words in told:
        assert words in found.text
    assert at(second) in found.links()


def test_a_notice_about_the_work_is_near_it(as_mod: Client) -> None:
    take_in(PUBLISHED)
    take_in(ERRATUM)
    first, second = works()
    assert "a notice there, which is about this work" in shown(as_mod, first).text
    assert "a notice here, which is about that work" in shown(as_mod, second).text


def test_a_work_with_nothing_near_it(as_mod: Client) -> None:
    take_in(PREPRINT)
    assert "No other work shares an identifier" in shown(as_mod).text
    assert "the rules did" in shown(as_mod).text


@pytest.mark.parametrize("text", [" ".join(HOSTILE[n : n + 6]) for n in range(0, len(HOSTILE), 6)])
def test_strangers_texts_stay_text(as_mod: Client, text: str) -> None:
    record = changed(PREPRINT, title=f"{TITLE} {text}", authors=(person(text), person("Ann Lee")))
    take_in(record, changed(record, source="crossref", type=text, abstract=text))
    near = changed(record, source="dblp", external_id="a", ids=(), type="dataset")
    take_in(near)
    first = works()[0]
    as_mod.post(at(first, "split/"), {"report": "x", "note": text})
    for found in (shown(as_mod, first), page(as_mod.post(at(first, "remove/"), {"reason": " "}))):
        assert all(script["src"].startswith("/static/") for script in found.all("script"))
        names = {name for element in found.elements for name in element.attributes}
        assert not any(name.startswith("on") or name == "style" for name in names)
        assert not [e for e in found.elements if e.tag in ("img", "svg", "iframe", "math", "b x")
                    and not e.within("header")]  # fmt: skip


# What is done


def test_split_look_at_the_other_and_join_back(as_mod: Client, mod: User) -> None:
    take_in(PREPRINT, PUBLISHED)
    one, other = split_off(as_mod)
    found = shown(as_mod, one)
    for told in ("1 report", "Not one work", "Two papers", "By Mo", f"№ {other}",
                 "a moderator held them apart"):  # fmt: skip
        assert told in found.text, told
    assert at(other) in found.links()
    assert DOI in shown(as_mod, other).text
    answer = do(as_mod, "join/", other, other=str(one))
    back = as_mod.get(answer["Location"], follow=True)
    assert "2 reports" in page(back).text
    assert Work.objects.get().pk == one
    assert [e.kind for e in AuditEvent.objects.filter(user_id=mod.pk).order_by("pk")][-2:] == [
        "reports_split_off",
        "works_joined",
    ]


def test_a_decision_that_is_taken_back_leaves_it_to_the_rules(as_mod: Client, mod: User) -> None:
    take_in(PREPRINT, PUBLISHED)
    one, other = split_off(as_mod)
    decision = str(ReportDecision.objects.get().pk)
    assert do(as_mod, "undecide/", other, decision=decision).status_code == 303
    assert works() == [one]
    assert not ReportDecision.objects.exists()
    assert AuditEvent.objects.filter(kind="decision_taken_back", user_id=mod.pk).count() == 1
    late = do(as_mod, "undecide/", one, decision=decision)
    assert late.status_code == 422
    assert page(late).one(role="alert").text == "That decision was taken back already."


def test_two_that_were_joined_part_when_that_is_taken_back(as_mod: Client) -> None:
    take_in(PREPRINT, BARE)
    one, other = works()
    do(as_mod, "join/", one, other=f" №{other} ", note="The same tides")
    assert works() == [one]
    assert "a moderator joined them" in shown(as_mod).text
    do(as_mod, "undecide/", one, decision=str(ReportDecision.objects.get().pk))
    assert works() == [one, other]


def test_a_number_of_before_means_the_work_that_it_is_now(as_mod: Client) -> None:
    take_in(PREPRINT, BARE)
    one, other = works()
    do(as_mod, "join/", one, other=str(other))
    assert as_mod.get(at(other))["Location"] == at(one)
    take_in(changed(BRIDGE, ids=BRIDGE.ids[:1], title="Sand"))
    third = works()[-1]
    do(as_mod, "join/", third, other=str(other))
    assert len(works()) == 1
    assert WorkRedirect.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "Give the number of the other work, as it stands in its address."),
        ("abc", "Give the number of the other work, as it stands in its address."),
        ("٣", "Give the number of the other work, as it stands in its address."),
        ("9" * 30, "Give the number of the other work, as it stands in its address."),
        ("999999", "There is no such other work."),
        ("itself", "There is no such other work."),
    ],
)
def test_what_makes_no_sense_is_said_in_words(as_mod: Client, given: str, words: str) -> None:
    take_in(PREPRINT)
    given = str(works()[0]) if given == "itself" else given
    refused = do(as_mod, "join/", other=given, note="because")
    assert refused.status_code == 422
    assert refused["Cache-Control"] == "private, no-store"
    assert page(refused).one(role="alert").text == words
    assert page(refused).one("input", id="join-other")["value"] == given[:40]


@pytest.mark.parametrize("boxes", [[], ["x"], ["1e3"], ["99999999"], ["-1"], ["9" * 40]])
def test_boxes_that_are_none_of_the_page_split_nothing(as_mod: Client, boxes: list[str]) -> None:
    take_in(PREPRINT, PUBLISHED)
    assert as_mod.post(at(part="split/"), {"report": boxes}).status_code == 422
    both = [report_of("arxiv"), report_of("crossref")]
    assert as_mod.post(at(part="split/"), {"report": both}).status_code == 422
    assert len(works()) == 1


def test_a_work_is_removed_with_a_reason_and_shown_again(as_mod: Client, client: Client) -> None:
    take_in(PREPRINT)
    public = f"/works/{works()[0]}/"
    refused = do(as_mod, "remove/", reason="  ")
    assert (refused.status_code, client.get(public).status_code) == (422, 200)
    assert "Say why the work is to be removed" in page(refused).one(role="alert").text
    do(as_mod, "remove/", reason="A court's order")
    found = shown(as_mod)
    for told in ("Removed: nothing of it is shown", "A court's order", "By Mo", TITLE):
        assert told in found.text, told
    assert client.get(public).status_code == 410
    take_in(changed(PREPRINT, record_date="2026-02-02"))
    assert client.get(public).status_code == 410
    do(as_mod, "restore/")
    assert client.get(public).status_code == 200
    assert [*AuditEvent.objects.filter(detail__work=works()[0]).values_list("kind", flat=True)] == [
        "work_removed",
        "work_restored",
    ]


# The search


@pytest.mark.parametrize(
    "asked",
    ["{number}", f" {DOI} ", f"https://doi.org/{DOI.upper()}", f"doi:{DOI}", ARXIV,
     f"arXiv:{ARXIV}v3", "{gone}"],
)  # fmt: skip
def test_a_work_is_found(as_mod: Client, asked: str) -> None:
    take_in(PREPRINT, BARE)
    number, gone = works()
    do(as_mod, "join/", number, other=str(gone))
    found = page(as_mod.get(LIST, {"q": asked.format(number=number, gone=gone)}))
    assert at(number) in found.links()
    assert "arXiv, Crossref" in found.text


def test_a_removed_work_is_found_by_what_its_reports_say(as_mod: Client) -> None:
    take_in(PREPRINT)
    do(as_mod, "remove/", reason="no")
    found = page(as_mod.get(LIST, {"q": ARXIV}))
    assert TITLE in found.text
    assert "Removed" in found.text


@pytest.mark.parametrize("asked", ["10.5555/none", "0", "9" * 25, "<b>", "%", "'", "a" * 300])
def test_what_is_not_found(as_mod: Client, asked: str) -> None:
    take_in(PREPRINT)
    assert "No such work" in page(as_mod.get(LIST, {"q": asked})).text


# Cost


def crowd(size: int) -> None:
    """A work of many reports, as many works near it, and as many decisions."""
    take_in(
        PREPRINT,
        *(changed(PREPRINT, source=f"source-{n}", external_id=str(n)) for n in range(size)),
    )
    take_in(
        *(
            changed(PREPRINT, source=f"data-{n}", external_id=str(n), ids=(), type="dataset",
                    authors=(person(f"Al {'abcdefghijklmnopqrstuvwxyz'[n]}o"),))
            for n in range(size)
        )
    )  # fmt: skip


@pytest.mark.parametrize("size", [1, 20])
def test_statements_do_not_grow(as_mod: Client, mod: User, size: int) -> None:
    crowd(size)
    (first,) = Work.objects.filter(report__source="arxiv").values_list("pk", flat=True)
    voices = [(f"source-{n}", str(n)) for n in range(size)]
    joining.reports_split_off(first, voices, user_id=mod.pk, note="", today=TODAY)
    chrome = asked(as_mod, LIST)
    assert asked(as_mod, at(first)) - chrome == 5
    assert asked(as_mod, f"{LIST}?q={ARXIV}") - chrome == 1


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
