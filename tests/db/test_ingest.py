"""What one batch decides: which report is shown, what moves, what goes, and at what cost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from profiles.services import refresh
from tests.factories.corpus import (
    TODAY,
    author,
    author_of,
    dump,
    facts_of,
    publish,
    refresh_all,
    row_versions,
    take_in,
)
from tests.factories.records import changed, deletion, people, person, topics, work
from works.domain.records import ExternalId, WorkRecord
from works.ingest import regroup
from works.models import Author, AuthorChange, Authorship, Report, Work, WorkIdentifier

pytestmark = pytest.mark.django_db

OLD = work("Ann Lee", number=1, title="Old", record_date="2024-01-01")
NEW = changed(OLD, title="New", record_date="2024-02-02")
POOR = changed(NEW, format="bzpeer/1", title="Poor", record_date="2024-03-03")


def shown() -> str:
    return Work.objects.get().title_text


@pytest.mark.parametrize(
    ("batches", "title"),
    [
        ([[OLD], [NEW]], "New"),
        ([[NEW], [OLD]], "New"),
        ([[NEW, OLD]], "New"),
        ([[OLD], [POOR]], "Old"),
        ([[POOR], [OLD]], "Old"),
        ([[POOR, OLD]], "Old"),
        ([[POOR], [OLD], [deletion(OLD)]], "Poor"),
        ([[OLD], [deletion(OLD, "2023-01-01")]], "Old"),
        ([[OLD], [deletion(OLD, "2024-01-02")], [NEW]], "New"),
    ],
)
def test_which_report_is_shown(batches: list[list[WorkRecord]], title: str) -> None:
    for batch in batches:
        take_in(*batch)
    assert shown() == title
    assert not Work.objects.get().withdrawn


@pytest.mark.parametrize(
    ("first", "then", "counted"),
    [
        (OLD, OLD, "unchanged"),
        (OLD, NEW, "updated"),
        (NEW, OLD, "unchanged"),
        (OLD, changed(OLD, record_date="2024-03-03"), "unchanged"),
        (OLD, POOR, "unchanged"),
        (POOR, OLD, "created"),
        (OLD, deletion(OLD), "updated"),
        (OLD, deletion(POOR), "unchanged"),
        (deletion(OLD), OLD, "unchanged"),
        (deletion(OLD, "2023-01-01"), OLD, "created"),
        (OLD, changed(OLD, source="crossref"), "created"),
    ],
)
def test_what_is_counted(first: WorkRecord, then: WorkRecord, counted: str) -> None:
    take_in(first)
    counts = take_in(then)
    found = {name: getattr(counts, name) for name in ("created", "updated", "unchanged")}
    assert found == {"created": 0, "updated": 0, "unchanged": 0} | {counted: 1}


def test_a_withdrawn_work_stays_with_its_people_and_says_so(client: Client) -> None:
    publish(OLD)
    publish(deletion(OLD))
    found = Work.objects.get()
    assert (found.withdrawn, found.families, found.title_text) == (True, 0, "Old")
    assert client.get(f"/researchers/{author('Ann Lee').slug}/").status_code == 200


def test_a_withdrawn_report_lends_no_person_ids() -> None:
    lender = changed(OLD, source="dblp", authors=(person("Ann Lee", dblp="a/lee"),))
    take_in(OLD, lender)
    assert Authorship.objects.get().author == author_of("dblp", "a/lee")
    take_in(deletion(lender))
    assert Authorship.objects.get().author == author_of("name", "ann lee")


# A report whose identifier was mended


MISTAKEN = changed(OLD, source="crossref", ids=(ExternalId("arxiv", "2401.77777"),))
MENDED = changed(MISTAKEN, ids=OLD.ids, record_date="2024-04-04")


def test_a_mended_identifier_moves_the_report_and_removes_the_empty_work() -> None:
    publish(OLD, changed(MISTAKEN, authors=(person("Bo Li"),)))
    assert facts_of("Bo Li").works == 1
    publish(MENDED)
    assert Work.objects.count() == 1
    assert set(Report.objects.values_list("work", flat=True)) == {Work.objects.get().pk}
    assert Work.objects.get().families == 2
    assert (facts_of("Bo Li").works, facts_of("Ann Lee").corroborated) == (0, 1)
    assert Authorship.objects.count() == WorkIdentifier.objects.count() == 1


def test_the_work_that_a_report_leaves_is_shown_from_what_is_left() -> None:
    kept = changed(MISTAKEN, source="dblp", title="Kept", authors=(person("Cy Day"),))
    publish(MISTAKEN, kept)
    publish(MENDED)
    found = dict(WorkIdentifier.objects.values_list("value", "work__title_text"))
    assert found == {"2401.77777": "Kept", "2401.00001": "Old"}
    assert (facts_of("Cy Day").works, facts_of("Ann Lee").works) == (1, 1)


def test_an_older_record_with_the_wrong_identifier_moves_nothing_back() -> None:
    take_in(MENDED)
    assert take_in(MISTAKEN).unchanged == 1
    assert WorkIdentifier.objects.get().value == "2401.00001"


def test_a_guessed_identifier_joins_nothing() -> None:
    take_in(OLD, changed(MENDED, unverified=frozenset({"ids"})))
    assert Work.objects.count() == 2


# What changes is written, what does not is not


def test_a_second_time_writes_nothing() -> None:
    batch = [work("Ann Lee", "Bo Li", number=n, categories=topics("cs.LG")) for n in range(9)]
    publish(*batch)
    before = row_versions()
    take_in(*batch)
    refresh_all()
    assert row_versions() == before


def test_a_later_date_alone_is_kept_and_makes_no_work() -> None:
    publish(OLD)
    before = row_versions(["works_work", "works_authorship", "works_authorfacts"])
    take_in(changed(OLD, record_date="2025-05-05"))
    assert Report.objects.get().record_date == "2025-05-05"
    assert not AuthorChange.objects.exists()
    assert row_versions(["works_work", "works_authorship", "works_authorfacts"]) == before


def test_rerendering_what_is_current_changes_nothing() -> None:
    publish(OLD, POOR)
    before = dump()
    assert regroup([Work.objects.get().pk], TODAY) == 0
    refresh_all()
    assert dump() == before


def test_a_shorter_byline_leaves_nobody_behind() -> None:
    publish(work("Ann Lee", "Bo Li", "Cy Day", number=1))
    publish(work("Cy Day", "Ann Lee", number=1, record_date="2025-05-05"))
    found = Authorship.objects.order_by("position").values_list("name", flat=True)
    assert list(found) == ["Cy Day", "Ann Lee"]
    assert facts_of("Bo Li").works == 0


def test_groups_stand_in_the_byline_and_are_nobody() -> None:
    take_in(work("Ann Lee", "for the ATLAS Collaboration", number=1))
    group = Authorship.objects.get(position=2)
    assert (group.author, Author.objects.count()) == (None, 1)
    assert Work.objects.get().people == 1


# Cost


def statements(*records: WorkRecord) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        take_in(*records)
    return len(captured)


def test_the_number_of_statements_is_the_same_for_one_record_and_two_hundred() -> None:
    def some(start: int, count: int) -> list[WorkRecord]:
        return [
            work(name, "Ann Lee", number=n) for n, name in enumerate(people(count, start), start)
        ]

    one, many = statements(*some(0, 1)), statements(*some(1, 200))
    again = statements(*some(0, 201))
    assert one == many
    assert again < one < 50


def test_ten_thousand_authors_on_one_work() -> None:
    names = people(10_000)
    with CaptureQueriesContext(connection) as captured:
        counts = take_in(work(*names, number=1))
    assert (counts.created, counts.authors) == (1, 10_000)
    assert len(captured) <= 60
    last = Author.objects.get(name=names[9_998])
    refresh([last.pk])
    facts = facts_of(last.name)
    assert (facts.works, facts.collaborators, facts.trust_score) == (1, 0, 6)
    refresh_all()
    assert not AuthorChange.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM graph_collaboration")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM works_authorfacts WHERE works = 1")
        assert cursor.fetchone() == (10_000,)
