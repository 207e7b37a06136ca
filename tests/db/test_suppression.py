"""Who is suppressed is nowhere in the database, and no import brings them back."""

from pathlib import Path

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.commands import run
from tests.factories.corpus import (
    TODAY,
    author,
    author_of,
    dump,
    facts_of,
    publish,
    refresh_all,
    take_in,
)
from tests.factories.records import changed, line, people, person, work
from tests.factories.traces import stored
from works import settling
from works.domain.records import AuthorRecord, ExternalId, InstitutionId, Rejected, WorkRecord
from works.models import (
    Author,
    Authorship,
    ImportReject,
    ImportRun,
    Report,
    SuppressedMention,
    Suppression,
    Work,
)
from works.rejects import Reject, keep
from works.suppression import look_alikes, suppress, suppression_lift, works_of

pytestmark = pytest.mark.django_db

NAME = "Quirina Zwolfsberg"
ORCID = "0000-0002-1825-0097"
PLACE = "Plumbago Observatory"
NEEDLES = ("quirina", "zwolfsberg", ORCID, "A7007", "plumbago")
TITLE = "How tides move the sand of shallow bays"
ALONE = "Why gulls sleep on one leg at night"
HER = AuthorRecord(
    NAME,
    affiliations=(PLACE,),
    person_ids=(
        *person("", orcid=ORCID).person_ids,
        *person("", openalex="A7007").person_ids,
    ),
    institutions=(InstitutionId("openalex", "I77", PLACE),),
)
FIRST = work("Ann Lee", HER, "Bo Mato", number=1, title=TITLE)
SECOND = work(HER, number=2, title=ALONE)
THIRD = work("Ann Lee", "Cy Day", number=3, title="What the moon does to the oysters of Cancale")
COPY = changed(
    FIRST,
    source="openalex",
    format="openalex/works",
    external_id="W1",
    ids=(ExternalId("openalex", "W1"),),
    authors=(person("A. Lee"), person("Q. Zwolfsberg"), person("B. Mato")),
    type="article",
)
ALL = (FIRST, SECOND, THIRD, COPY)


def hide(name: str = NAME) -> Suppression:
    found = suppress(author(name).pk, reason="objection", user_id=None, today=TODAY)
    assert found
    return found.suppression


def byline(title: str = TITLE) -> list[tuple[str, str | None]]:
    rows = Authorship.objects.filter(work__title_text=title).order_by("position")
    return list(rows.values_list("name", "author__key_scheme"))


def newer(*records: WorkRecord, day: str = "2026-10-10") -> list[WorkRecord]:
    """The same with another text and a later date."""
    return [changed(r, record_date=day, comments=f"Seen on {day}.") for r in records]


def test_nothing_is_left_and_nothing_comes_back() -> None:
    publish(*ALL)
    found = author(NAME)
    assert len(stored(NEEDLES)) > 5
    hide()
    refresh_all()
    assert stored(NEEDLES) == set()
    before = dump()
    counts = take_in(*ALL)
    assert (counts.unchanged, counts.created, counts.updated) == (len(ALL), 0, 0)
    assert dump() == before
    for day in ("2026-10-10", "2026-10-11"):
        take_in(*newer(*ALL, day=day))
        refresh_all()
        assert stored(NEEDLES) == set()
        assert [name for name, _ in byline()] == ["Ann Lee", "name withheld", "Bo Mato"]
        assert byline(ALONE) == [("name withheld", None)]
    emptied = Author.objects.get(pk=found.pk)
    assert (emptied.public_id, emptied.slug, emptied.name) == (found.public_id, found.public_id, "")


def test_others_keep_their_place_their_counts_and_their_records() -> None:
    publish(*ALL)
    lee, team = author("Ann Lee").pk, Work.objects.get(title_text=TITLE).people
    hide()
    refresh_all()
    assert author("Ann Lee").pk == lee
    assert Work.objects.get(title_text=TITLE).people == team == 3
    assert Work.objects.count() == 3
    assert [row[1] for row in facts_of("Ann Lee").company] == ["Bo Mato", "Cy Day"]


RENUMBERED = changed(FIRST, external_id="2401.77777", record_date="2026-01-01")
NAMELESS_IDS = changed(
    RENUMBERED, external_id="2401.77778", authors=(person("Ann Lee"), person(NAME))
)
OTHER_ID = changed(
    SECOND, external_id="2401.77779", authors=(person(NAME, orcid="0000-0001-5109-3700"),)
)
OTHER_SOURCE = changed(
    COPY,
    external_id="W99",
    ids=(ExternalId("openalex", "W99"),),
    authors=(person("Quirina Zwolfsberg", openalex="A888"), person("Ann Lee")),
)
SHORTER = changed(SECOND, external_id="2401.77780", authors=(person("Zwolfsberg, Q."),))
BY_TITLE = changed(
    SECOND,
    source="crossref",
    format="crossref/works",
    external_id="10.5555/gulls",
    ids=(ExternalId("doi", "10.5555/gulls"),),
    doi="10.5555/gulls",
    type="article",
)
NEW_WORK = work(person("Q. Z.", orcid=ORCID), "Ann Lee", title="Salt in the wind of the coast")


@pytest.mark.parametrize(
    "again",
    [RENUMBERED, NAMELESS_IDS, OTHER_ID, OTHER_SOURCE, SHORTER, BY_TITLE, NEW_WORK],
    ids=["number", "no ids", "other id", "other source", "shorter", "title alone", "new work"],
)
def test_no_change_of_a_source_revives(again: WorkRecord) -> None:
    publish(*ALL)
    hide()
    take_in(again)
    take_in(*newer(again))
    refresh_all()
    assert stored((*NEEDLES, "Q. Z.", "A888")) == set()
    # A source that has two records holds the two apart.
    assert Work.objects.count() == (4 if again in (NEW_WORK, OTHER_SOURCE) else 3)


def test_what_a_new_work_taught_holds_for_its_next_report() -> None:
    publish(FIRST)
    hide()
    bare = changed(NEW_WORK, source="dblp", format="dblp/xml", external_id="x/1", authors=(
        person("Quirina Zwolfsberg"), person("Ann Lee")))  # fmt: skip
    take_in(NEW_WORK)
    take_in(bare)
    assert [name for name, _ in byline(NEW_WORK.title)] == ["name withheld", "Ann Lee"]
    # "Q. Z." is all that was known of the name on this work.
    later = changed(bare, external_id="x/2", authors=(person("Q. Z."), person("Ann Lee")))
    take_in(later)
    assert stored(("Q. Z.",)) == set()


def test_a_report_that_was_there_first_follows() -> None:
    """A name alone is somebody's record, until the same work says whose it is."""
    publish(FIRST)
    hide()
    bare = changed(NEW_WORK, source="dblp", format="dblp/xml", external_id="x/1", authors=(
        person("Quirina Zwolfsberg"), person("Ann Lee")))  # fmt: skip
    take_in(bare)
    assert stored(["Quirina"]) != set()
    told = changed(NEW_WORK, authors=(person(NAME, orcid=ORCID), person("Ann Lee")))
    take_in(told)
    refresh_all()
    assert stored(NEEDLES) == set()


@pytest.mark.parametrize("also", ["Ann Lee", "A. Zwolfsberg", "Bo Zwolfsberg"])
def test_namesakes_stay(also: str) -> None:
    publish(work(HER, also, number=5, title=TITLE), work(NAME, number=6, title=ALONE))
    assert Author.objects.filter(name=NAME).count() == 2
    suppress(author_of("orcid", ORCID).pk, reason="objection", user_id=None, today=TODAY)
    for _ in range(2):
        assert [name for name, _ in byline()] == ["name withheld", also]
        assert byline(ALONE) == [(NAME, "name")]
        take_in(*newer(work(HER, also, number=5, title=TITLE)))


def test_a_record_known_by_its_name_takes_later_works_of_that_name_along() -> None:
    publish(work("Quirina Zwolfsberg", number=7), work(HER, number=8, title=TITLE))
    named = author_of("name", "quirina zwolfsberg")
    suppress(named.pk, reason="safety", user_id=None, today=TODAY)
    take_in(work("Zwolfsberg, Quirina", number=9, title=ALONE))
    assert byline(ALONE) == [("name withheld", None)]
    assert byline() == [(NAME, "orcid")]
    take_in(*newer(work(HER, number=8, title=TITLE)))
    assert byline() == [(NAME, "orcid")]


def test_two_on_one_work() -> None:
    publish(*ALL)
    hide()
    hide("Ann Lee")
    take_in(*newer(*ALL))
    refresh_all()
    assert [name for name, _ in byline()] == ["name withheld", "name withheld", "Bo Mato"]
    assert stored(("Ann Lee", "ann lee")) == set()


def test_what_was_decided_about_the_name_goes() -> None:
    publish(*ALL)
    work_id = Work.objects.get(title_text=TITLE).pk
    for name in (NAME, "Cy Day"):
        settling.mentions_settle(
            author(name).pk,
            [settling.Verdict(work_id, 2, name == NAME)],
            user_id=None,
            today=TODAY,
        )
    settling.name_choose(author(NAME).pk, "Quirina Plumbago")
    refresh_all()
    hide("Quirina Plumbago")
    refresh_all()
    assert stored(NEEDLES) == set()


def test_rejected_records_that_name_the_person_are_emptied_now_and_later() -> None:
    publish(*ALL)
    run_row = ImportRun.objects.create(source="crossref")
    spelt = '{"family":"Zwolfsberg","given":"Quirina","title":['
    other = '{"family":"Lee","given":"Ann","title":['
    bad = [
        Reject(Rejected(at, "record", "is no JSON", raw, again=raw.encode()))
        for at, raw in enumerate((spelt, other), start=1)
    ]
    keep(run_row, "a.jsonl", bad)
    hide()
    refresh_all()
    for _ in range(2):
        assert [row.raw for row in ImportReject.objects.order_by("position")] == ["", other]
        assert stored(NEEDLES) == set()
        keep(run_row, "a.jsonl", bad)
    assert ImportReject.objects.count() == 2


def test_the_command_that_imports_revives_nobody(tmp_path: Path) -> None:
    file = tmp_path / "works.jsonl"
    records = [
        changed(r, source="bzpeer-test", format="bzpeer/1", record_date="") for r in (FIRST, SECOND)
    ]
    file.write_bytes(b"".join(map(line, records)))
    run("import_works", "bzpeer", file)
    refresh_all()
    hide()
    refresh_all()
    for _ in range(2):
        ended = run("import_works", "bzpeer", file)
        assert ended.counts[:4] == (0, 0, 2, 0)
        assert stored(NEEDLES) <= {"works_importrun.paths"}
    file.write_bytes(b"".join(line(r) for r in newer(*records)))
    assert run("import_works", "bzpeer", file).counts[:4] == (0, 2, 0, 0)
    assert stored(NEEDLES) == set()


def test_a_second_time_nothing_happens() -> None:
    publish(*ALL)
    found = author(NAME).pk
    hide()
    assert suppress(found, reason="objection", user_id=None, today=TODAY) is None
    assert Suppression.objects.count() == 1


def test_a_lifted_suppression_comes_back_with_the_next_import_under_a_new_address() -> None:
    publish(*ALL)
    before = author(NAME)
    suppression_lift(hide())
    refresh_all()
    assert not SuppressedMention.objects.exists()
    assert Authorship.objects.filter(name="name withheld").count() == 2
    counts = publish(*ALL)
    assert counts.updated == 3
    again = author(NAME)
    assert again.pk != before.pk
    assert Author.objects.get(pk=before.pk).name == ""
    assert [name for name, _ in byline()] == ["Ann Lee", NAME, "Bo Mato"]


def test_lifting_one_leaves_the_other_withheld() -> None:
    publish(*ALL)
    mine = hide()
    hide("Bo Mato")
    suppression_lift(mine)
    publish(*ALL)
    assert [name for name, _ in byline()] == ["Ann Lee", NAME, "name withheld"]


def test_staff_see_what_will_go_and_what_stays() -> None:
    publish(*ALL, work(NAME, number=6, title="An introduction to the ways of herring gulls"))
    found = author_of("orcid", ORCID)
    assert works_of(found) == 2
    assert [(one.name, one.works, one.scheme) for one in look_alikes(found)] == [(NAME, 1, "name")]


def test_the_statements_of_an_import_do_not_grow_with_those_who_are_suppressed() -> None:
    everybody = people(20)
    publish(work(*everybody, "Ann Lee", title=TITLE))
    counts = []
    for some in (everybody[:1], everybody[1:]):
        for name in some:
            hide(name)
        with CaptureQueriesContext(connection) as said:
            take_in(work(*everybody, "Ann Lee", title=f"{ALONE}, part {len(some)}"))
        counts.append(len(said))
    assert counts[0] == counts[1]
    assert Authorship.objects.filter(name="name withheld").count() == 60


def test_without_a_suppression_an_import_asks_once() -> None:
    with CaptureQueriesContext(connection) as said:
        take_in(*ALL)
    assert sum("suppress" in one["sql"] for one in said) == 1


def test_the_stored_digest_is_that_of_what_the_source_said() -> None:
    publish(*ALL)
    before = set(Report.objects.values_list("external_id", "digest"))
    hide()
    assert {(a, bytes(b)) for a, b in Report.objects.values_list("external_id", "digest")} == {
        (a, bytes(b)) for a, b in before
    }
    assert all("authors" in msgspec.to_builtins(r.record) for r in Report.objects.all())


def test_who_is_asked_for_by_an_address_of_long_ago_is_the_one_who_goes() -> None:
    publish(*ALL)
    now = author(NAME)
    for number in range(3):
        now = Author.objects.create(
            public_id=f"old000{number}", slug=f"q-z-old000{number}", name=f"Q. Zwolfsberg {number}",
            key_scheme="name", key_value=f"q zwolfsberg {number}", name_key="q zwolfsberg",
            letter="Z", merged_into=now,
        )  # fmt: skip
    suppress(now.pk, reason="objection", user_id=None, today=TODAY)
    refresh_all()
    assert stored(NEEDLES) == set()
