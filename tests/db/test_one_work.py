"""One work from many reports: joined, told apart again, and never lost on the way."""

import sys
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from profiles.models import User
from tests.factories.corpus import TODAY, author, dump, facts_of, publish, refresh_all, take_in
from tests.factories.records import changed, deletion, people, person, work
from works import gathering, joining, settling
from works.domain.records import ExternalId, Notice, WorkRecord
from works.domain.sameness import partition
from works.models import Authorship, ReportDecision, Work, WorkRedirect
from works.settling import Verdict

pytestmark = pytest.mark.django_db

TITLE = "How tides move the sand of shallow bays"
DOI = "10.5555/tides"
PREPRINT = work(
    person("Ann Lee"),
    person("Bo Mato", "A University"),
    number=1,
    title=TITLE,
    created="2019-11-02",
)
PUBLISHED = changed(
    PREPRINT,
    source="crossref",
    format="crossref/works",
    external_id=DOI,
    ids=(ExternalId("doi", DOI),),
    doi=DOI,
    type="proceedings-article",
    created="",
    published="2020-08",
    venue="Bays 2020",
    abstract="We show that it holds in 79 % of bays.",
    authors=(person("B. Mato"), person("Ann Lee", orcid="0000-0002-1825-0097")),
)
BARE = changed(PUBLISHED, title="Tides", authors=(person("Di Fu"),), record_date="2024-01-01")
BRIDGE = changed(
    PREPRINT,
    source="openalex",
    format="openalex/works",
    external_id="W1",
    ids=(ExternalId("openalex", "W1"), ExternalId("arxiv", "2401.00001")),
)


def sources_of_works() -> list[list[str]]:
    works = Work.objects.order_by("id")
    return [sorted(work.report_set.values_list("source", flat=True)) for work in works]


@pytest.mark.parametrize("records", [[PREPRINT, PUBLISHED], [PUBLISHED, PREPRINT]])
@pytest.mark.parametrize("size", [1, 2])
def test_a_preprint_and_its_publication_are_one_work(records: list[WorkRecord], size: int) -> None:
    for start in range(0, 2, size):
        take_in(*records[start : start + size])
    found = Work.objects.get()
    assert (found.year, found.families, found.people) == (2020, 2, 2)
    assert "<span>preprint 2019 arXiv</span>" in found.head_html
    assert "<span>Bays 2020</span>" in found.head_html
    assert found.sheet["origins"]["title"] == ["arxiv", "2401.00001"]
    assert found.sheet["origins"]["published"] == ["crossref", DOI]


def test_the_byline_is_one_report_s_and_the_others_lend_it_what_they_know() -> None:
    take_in(PREPRINT, PUBLISHED)
    byline = Authorship.objects.order_by("position").values_list(
        "name", "author__key_scheme", "affiliations"
    )
    assert list(byline) == [("Ann Lee", "orcid", []), ("Bo Mato", "name", ["A University"])]


def test_what_sources_say_otherwise_is_kept_with_its_numbers() -> None:
    take_in(changed(PREPRINT, abstract="We show that it holds in 74 % of bays."), PUBLISHED)
    others = {one["field"]: one for one in Work.objects.get().sheet["others"]}
    assert others["abstract"]["numbers"] == ["79 %"]
    assert others["authors"]["text"] == "B. Mato, Ann Lee"


def page_of(work_id: int, client: Client) -> Any:
    return client.get(f"/works/{work_id}/")


def test_the_page_of_a_work_that_was_joined_leads_on(client: Client) -> None:
    take_in(PREPRINT, BARE)
    first, second = Work.objects.order_by("id").values_list("id", flat=True)
    take_in(changed(PUBLISHED, record_date="2025-01-01"))
    assert Work.objects.get().pk == first
    assert page_of(second, client).headers["Location"] == f"/works/{first}/"
    assert page_of(first, client).status_code == 200
    assert page_of(second + 100, client).status_code == 404


def test_a_mended_report_leaves_the_work_and_takes_its_old_number_back(client: Client) -> None:
    take_in(PREPRINT, BARE)
    first, second = Work.objects.order_by("id").values_list("id", flat=True)
    take_in(changed(PUBLISHED, record_date="2025-01-01"))
    take_in(changed(BARE, record_date="2026-01-01"))
    assert sources_of_works() == [["arxiv"], ["crossref"]]
    assert list(Work.objects.order_by("id").values_list("id", flat=True)) == [first, second]
    assert not WorkRedirect.objects.exists()
    assert page_of(second, client).status_code == 200


def test_redirects_follow_a_work_that_is_joined_again(client: Client) -> None:
    take_in(PREPRINT)
    take_in(changed(BRIDGE, ids=BRIDGE.ids[:1], title="Sand"))
    take_in(BARE)
    arxiv, openalex, crossref = Work.objects.order_by("id").values_list("id", flat=True)
    take_in(
        changed(
            PUBLISHED,
            ids=(*PUBLISHED.ids, ExternalId("openalex", "W1")),
            title="Sand",
            authors=BRIDGE.authors,
            record_date="2025-01-01",
        )
    )
    assert dict(WorkRedirect.objects.values_list("old_id", "work_id")) == {crossref: openalex}
    take_in(changed(BRIDGE, record_date="2025-01-01"))
    assert dict(WorkRedirect.objects.values_list("old_id", "work_id")) == {
        crossref: arxiv,
        openalex: arxiv,
    }


def test_what_a_person_decided_goes_to_the_work_that_takes_the_place() -> None:
    take_in(changed(BRIDGE, ids=BRIDGE.ids[:1], title="Sand"))
    take_in(PREPRINT)
    mine = Verdict(Work.objects.get(title_text=TITLE).pk, 1, mine=True)
    settling.mentions_settle(author("Ann Lee").pk, [mine], user_id=None, today=TODAY)
    take_in(changed(BRIDGE, record_date="2025-01-01"))
    assert dict(Authorship.objects.values_list("name", "status")) == {
        "Ann Lee": "confirmed",
        "Bo Mato": "imported",
    }


def test_people_of_a_joined_work_are_counted_once() -> None:
    publish(PREPRINT, changed(BRIDGE, ids=BRIDGE.ids[:1], title="Sand"))
    assert facts_of("Bo Mato").works == 2
    publish(changed(BRIDGE, record_date="2025-01-01"))
    assert facts_of("Bo Mato").works == 1


# Decisions


def staff() -> User:
    return User.objects.create_user("staff@example.org", is_staff=True)


def split(work_id: int, *voices: tuple[str, str]) -> None:
    joining.reports_split_off(work_id, voices, user_id=staff().pk, note="no", today=TODAY)


def test_a_wrong_merge_is_undone_without_loss_and_stays_undone() -> None:
    take_in(PREPRINT)
    take_in(PUBLISHED)
    before = dump()["reports"]
    split(Work.objects.get().pk, ("crossref", DOI))
    assert sources_of_works() == [["arxiv"], ["crossref"]]
    assert [row[:8] for row in dump()["reports"]] == [row[:8] for row in before]
    told_apart = dump()
    take_in(PREPRINT, PUBLISHED)
    take_in(changed(PREPRINT, record_date="2026-02-02"))
    take_in(changed(PUBLISHED, record_date="2026-02-02"))
    assert sources_of_works() == [["arxiv"], ["crossref"]]
    assert dump()["bylines"] == told_apart["bylines"]


def test_a_third_report_does_not_bring_together_what_was_told_apart() -> None:
    take_in(PREPRINT, PUBLISHED)
    split(Work.objects.get().pk, ("crossref", DOI))
    take_in(changed(BRIDGE, doi=DOI))
    assert sources_of_works() == [["arxiv", "openalex"], ["crossref"]]


def test_two_works_are_joined_by_a_decision_and_told_apart_again() -> None:
    take_in(PREPRINT, BARE)
    one, other = Work.objects.order_by("id")
    user = staff()
    joining.works_joined(one.pk, other.pk, user_id=user.pk, note="", today=TODAY)
    assert sources_of_works() == [["arxiv", "crossref"]]
    take_in(changed(BARE, title="Sands", record_date="2025-01-01"))
    assert sources_of_works() == [["arxiv", "crossref"]]
    joining.reports_split_off(one.pk, [("crossref", DOI)], user_id=user.pk, note="", today=TODAY)
    assert sources_of_works() == [["arxiv"], ["crossref"]]
    assert ReportDecision.objects.count() == 1


@pytest.mark.parametrize("voices", [[], [("arxiv", "2401.00001")], [("dblp", "x")]])
def test_a_split_must_leave_something_on_either_side(voices: list[tuple[str, str]]) -> None:
    take_in(PREPRINT)
    with pytest.raises(joining.Unsettled):
        split(Work.objects.get().pk, *voices)


def test_a_work_is_not_joined_to_itself() -> None:
    take_in(PREPRINT)
    one, user = Work.objects.get().pk, staff()
    for other in (one, one + 1):
        with pytest.raises(joining.Unsettled):
            joining.works_joined(one, other, user_id=user.pk, note="", today=TODAY)


# Crowds


@pytest.mark.parametrize("sizes", [[1, 1, 1, 1], [2, 2], [4], [3, 1]])
def test_an_identifier_that_a_crowd_shares_joins_nothing(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int]
) -> None:
    monkeypatch.setattr(gathering, "CROWD", 3)
    monkeypatch.setattr(sys.modules[partition.__module__], "CROWD", 3)
    crowd = [
        changed(PUBLISHED, source=f"source-{n}", external_id=str(n), title="Sand") for n in range(4)
    ]
    at = 0
    for size in sizes:
        take_in(*crowd[at : at + size])
        at += size
        assert Work.objects.count() == (1 if at <= 3 else 4)
    take_in(changed(crowd[0], doi="", ids=(), record_date="2025-01-01"))
    assert Work.objects.count() == 2


# Notices

ERRATUM = changed(
    PUBLISHED,
    external_id="10.5555/erratum",
    ids=(ExternalId("doi", "10.5555/erratum"),),
    doi="10.5555/erratum",
    title="Erratum to: How tides move the sand of shallow bays",
    notices=(
        Notice(
            "correction",
            "2021-01",
            ExternalId("doi", DOI),
            ExternalId("doi", "10.5555/erratum"),
        ),
    ),
)


@pytest.mark.parametrize("batches", [[[PUBLISHED], [ERRATUM]], [[ERRATUM], [PUBLISHED]]])
def test_a_notice_is_heard_by_the_work_that_it_is_about(batches: list[list[WorkRecord]]) -> None:
    for batch in batches:
        take_in(*batch)
    found = Work.objects.get(title_text=TITLE)
    assert "Corrected, says Crossref, January 2021" in found.head_html
    assert "Retracted" not in found.head_html
    assert "Corrected" not in Work.objects.get(title_text=ERRATUM.title).head_html


def test_a_notice_that_is_taken_back_is_gone() -> None:
    take_in(PUBLISHED, ERRATUM)
    take_in(changed(ERRATUM, notices=(), record_date="2025-01-01"))
    assert "Corrected" not in Work.objects.get(title_text=TITLE).head_html


def test_a_notice_of_a_withdrawn_record_is_not_heard() -> None:
    take_in(PUBLISHED, ERRATUM)
    take_in(deletion(ERRATUM))
    assert "Corrected" not in Work.objects.get(title_text=TITLE).head_html


@pytest.mark.parametrize(
    ("kinds", "first", "words"),
    [
        (["retraction"], "retraction", "Retracted"),
        (["retraction", "correction"], "retraction", "Retracted"),
        (["correction"], "correction", "Corrected"),
        (["concern", "correction"], "concern", "Expression of concern"),
        (["retraction", "reinstatement"], "reinstatement", "Reinstated"),
        (["reinstatement", "retraction"], "retraction", "Retracted"),
    ],
)
def test_the_banner_says_whether_the_work_stands(kinds: list[Any], first: str, words: str) -> None:
    notices = tuple(Notice(kind, f"202{n}-01-01") for n, kind in enumerate(kinds))
    take_in(changed(PUBLISHED, notices=notices))
    banner = f'<p class="work-notice {first}">{words}, says Crossref'
    assert banner in Work.objects.get().head_html


def test_a_notice_changes_no_score() -> None:
    publish(PUBLISHED)
    before = facts_of("Ann Lee").trust_score
    publish(changed(PUBLISHED, notices=(Notice("retraction"),), record_date="2025-01-01"))
    assert facts_of("Ann Lee").trust_score == before


# Cost


def pair(number: int, name: str) -> list[WorkRecord]:
    title = f"How {name} moves the sand of shallow bays"
    key = f"10.5555/{number}"
    fields = {"external_id": key, "ids": (ExternalId("doi", key),), "doi": key, "title": title}
    return [
        work(name, number=number, title=title, created="2019-11-02"),
        changed(PUBLISHED, **fields, authors=(person(name),)),
    ]


def test_joining_one_work_costs_as_many_statements_as_joining_twenty() -> None:
    def statements(start: int, count: int) -> int:
        names = enumerate(people(count, start), start)
        preprints, rest = zip(*(pair(number, name) for number, name in names))
        take_in(*preprints)
        with CaptureQueriesContext(connection) as captured:
            take_in(*rest)
        return len(captured)

    assert statements(0, 1) == statements(1, 20)
    assert sources_of_works() == [["arxiv", "crossref"]] * 21


def test_the_refresh_sees_a_joined_work_once_for_all() -> None:
    publish(PREPRINT, PUBLISHED)
    refresh_all()
    assert facts_of("Ann Lee").corroborated == 1
