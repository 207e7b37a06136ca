"""Institutions in the database: the command, order, what bylines name, and what is read of them."""

import gzip
import json
import lzma
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.commands import manage, run
from tests.factories.corpus import author, take_in
from tests.factories.institutions import (
    Named,
    dump,
    institution,
    name_on,
    organisation,
    record,
    register,
    ror,
)
from tests.factories.records import changed, work
from works import institution_import, institutions, registry
from works.domain.institutions import InstitutionRecord, NameForm, Relation
from works.domain.records import AuthorRecord, InstitutionId
from works.models import (
    AuthorshipInstitution,
    ImportReject,
    ImportRun,
    Institution,
    InstitutionDomain,
    InstitutionName,
    Work,
)

pytestmark = pytest.mark.django_db

DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "ror"
OURS = (
    "works_institution",
    "works_institutionname",
    "works_institutiondomain",
    "works_institutionrelation",
    "works_authorshipinstitution",
)
# Generated ids aside, all that is known.
CANON = (
    """
    SELECT scheme, value, name, slug, country, country_name, place, types::text, status,
        established, links::text, record_date, encode(digest, 'hex')
    FROM works_institution ORDER BY 1, 2
    """,
    """
    SELECT i.value, n.value, n.language, n.kind, n.key FROM works_institutionname n
    JOIN works_institution i ON i.id = n.institution_id ORDER BY 1, 2, 3
    """,
    """
    SELECT i.value, d.host FROM works_institutiondomain d
    JOIN works_institution i ON i.id = d.institution_id ORDER BY 1, 2
    """,
    """
    SELECT i.value, r.kind, r.scheme, r.value, r.label FROM works_institutionrelation r
    JOIN works_institution i ON i.id = r.institution_id ORDER BY 1, 2, 3, 4
    """,
    """
    SELECT r.external_id, t.position, t.place, i.value, t.name FROM works_authorshipinstitution t
    JOIN works_institution i ON i.id = t.institution_id
    JOIN works_report r ON r.work_id = t.work_id ORDER BY 1, 2, 3
    """,
)


def rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def state() -> list[list[Any]]:
    return [rows(statement) for statement in CANON]


def touched() -> list[list[Any]]:
    """Where each row lies and who wrote it: equal means that nothing was written."""
    return [rows(f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1") for table in OURS]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "ror.json"
    path.write_bytes(dump(organisation(1), organisation(2)))
    return path


# The command


def test_the_last_line_counts_what_became_of_the_records(page: Path) -> None:
    assert run("import_institutions", "ror", page).counts == (2, 0, 0, 0, 0)
    before = touched()
    assert run("import_institutions", "ror", page).counts == (0, 0, 2, 0, 0)
    assert touched() == before
    later = {"last_modified": {"date": "2024-06-01"}}
    page.write_bytes(dump(organisation(1, admin=later), organisation(3), organisation(4, id="x")))
    assert run("import_institutions", "ror", page).counts == (1, 1, 0, 1, 0)
    kept = ImportRun.objects.latest("id")
    assert (kept.source, kept.created, kept.updated, kept.rejected) == ("ror", 1, 1, 1)
    assert kept.finished_at is not None


def test_a_record_is_stored_in_all_its_parts(page: Path) -> None:
    run("import_institutions", "ror", page)
    found = institution(1)
    assert found.slug == f"north-university-1-{ror(1)}"
    assert (found.country, found.place, found.established) == ("NO", "Tromsø", 1911)
    assert (found.types, found.status, found.record_date) == (["education"], "active", "2024-05-06")
    assert found.links == [["website", "https://www.north.example/"]]
    names = InstitutionName.objects.filter(institution=found).order_by("kind")
    assert [(n.value, n.kind, n.language, n.key) for n in names] == [
        ("NU1", "acronym", "", "nu1"),
        ("North University 1", "display", "en", "north university 1"),
    ]
    assert [d.host for d in InstitutionDomain.objects.filter(institution=found)] == [
        "north.example"
    ]


def zipped(data: bytes) -> bytes:
    return b"PK\x03\x04" + data


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("a.json", dump(organisation(1)), 0, "created=1"),
        ("a.jsonl", json.dumps(organisation(1)).encode() + b"\n", 0, "created=1"),
        ("a.json.gz", gzip.compress(dump(organisation(1))), 0, "created=1"),
        ("a.xz", lzma.compress(dump(organisation(1))), 0, "created=1"),
        ("a.json", dump(organisation(1))[:-60], 0, "rejected=1"),
        ("a.json", b'{"id": "https://openalex.org/I1"}', 1, "holds no ror records"),
        ("a.json", b"", 1, "holds no ror records"),
        ("a.zip", zipped(b"x" * 50), 1, "is a zip archive: unpack it"),
        ("a.json", dump({"id": f"https://ror.org/{ror(1)}", "name": "N"}), 1, "version 1"),
    ],
)
def test_the_exit_code_of_one_file(
    tmp_path: Path, name: str, data: bytes, code: int, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    ended = run("import_institutions", "ror", path)
    assert ended.code == code
    assert words in ended.output + ended.error


@pytest.mark.django_db(transaction=True)
def test_the_exit_codes_of_a_process(page: Path, tmp_path: Path) -> None:
    done = manage("import_institutions", "ror", page)
    assert (done.code, done.counts) == (0, (2, 0, 0, 0, 0))
    for code, arguments in (
        (2, ("ror", tmp_path / "nowhere")),
        (2, ("grid", page)),
        (2, ("ror", page, "--report", tmp_path / "no" / "report.json")),
    ):
        ended = manage("import_institutions", *arguments)
        assert ended.code == code
        assert "Traceback" not in ended.error


def test_a_folder_is_read_and_what_is_not_ours_is_passed_over(page: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "more").write_bytes(dump(organisation(3)))
    report = tmp_path / "report.json"
    report.write_text("{}")
    ended = run("import_institutions", "ror", tmp_path, "--report", report)
    assert (ended.code, ended.counts) == (0, (3, 0, 0, 0, 0))
    assert sorted(json.loads(report.read_text())["skipped"]) == [
        str(tmp_path / "notes.txt"), str(report)
    ]  # fmt: skip


def test_the_report_names_every_reject(page: Path, tmp_path: Path) -> None:
    page.write_bytes(dump(organisation(1), organisation(2, domains=["no host"])))
    report = tmp_path / "report.json"
    run("import_institutions", "ror", page, "--report", report)
    told = json.loads(report.read_text())
    assert told["counts"]["rejected"] == 1
    (reject,) = told["rejects"]
    assert (reject["position"], reject["external_id"]) == (2, ror(2))
    assert (reject["field"], reject["reason"]) == ("domains", "have one that is no host name")
    assert ImportReject.objects.get().raw.startswith("{")


def test_a_reject_is_kept_once_however_often_its_file_is_imported(page: Path) -> None:
    page.write_bytes(dump(organisation(1), organisation(2, domains=["no host"])))
    for _ in range(2):
        assert run("import_institutions", "ror", page).counts[3] == 1
    assert ImportReject.objects.get().run == ImportRun.objects.latest("id")


def test_the_run_says_which_file_could_not_be_read(page: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(b"nothing")
    assert run("import_institutions", "ror", page, other).code == 1
    kept = ImportRun.objects.get()
    assert kept.error == f"{other}: holds no ror records"
    assert kept.finished_at is not None


def test_a_run_that_breaks_off_says_so_and_what_it_had_done(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = registry.take
    batches = iter((sound,))
    monkeypatch.setattr(institution_import, "BATCH", 1)
    monkeypatch.setattr(registry, "take", lambda records: next(batches)(records))
    with pytest.raises(StopIteration):
        run("import_institutions", "ror", page)
    kept = ImportRun.objects.get()
    assert kept.error.startswith("StopIteration")
    assert (kept.created, kept.finished_at is not None) == (1, True)
    assert kept.seen_at > kept.started_at


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")
def test_rors_own_records_twice() -> None:
    assert run("import_institutions", "ror", DATA).counts == (20, 0, 0, 0, 0)
    before = touched()
    assert run("import_institutions", "ror", DATA).counts == (0, 0, 20, 0, 0)
    assert touched() == before


# Order


@contextmanager
def forgotten() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@st.composite
def versions(draw: st.DrawFn) -> InstitutionRecord:
    name = draw(st.sampled_from(["North", "South", "Élan"]))
    return record(
        draw(st.integers(1, 3)),
        name,
        record_date=draw(st.sampled_from(["2023-01-01", "2024-01-01", "2024-02-02"])),
        names=(
            NameForm(name, "display"),
            *draw(st.sampled_from([(), (NameForm("N", "acronym"),)])),
        ),
        domains=draw(st.sampled_from([(), ("a.example",), ("a.example", "b.example")])),
        relations=draw(st.sampled_from([(), (Relation("child", ror(9), "Lab"),)])),
        status=draw(st.sampled_from(["active", "inactive"])),
    )


def cut(items: Sequence[InstitutionRecord], size: int) -> list[Sequence[InstitutionRecord]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), said=st.lists(versions(), min_size=1, max_size=6))
def test_any_order_and_any_batches(data: st.DataObject, said: list[InstitutionRecord]) -> None:
    with forgotten():
        for one in said:
            register(one)
        expected = state()
    shuffled = data.draw(st.permutations([*said, *said]))
    with forgotten():
        for batch in cut(shuffled, data.draw(st.integers(1, 4))):
            counts = register(*batch)
            assert counts.created + counts.updated + counts.unchanged == len(batch)
        assert state() == expected
        before = touched()
        assert register(*said).unchanged == len(said)
        assert touched() == before


def test_an_older_record_changes_nothing() -> None:
    register(record(1, "New", record_date="2024-02-02"))
    counts = register(record(1, "Old", record_date="2024-01-01", domains=("old.example",)))
    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, 1)
    assert institution(1).name == "New"
    assert not InstitutionDomain.objects.exists()


# Bylines


def one_of(*names: str) -> Work:
    found = work(*names)
    take_in(found)
    return Work.objects.get(report__external_id=found.external_id)


def named(number: int, name: str = "North") -> tuple[str, str, str]:
    return ("ror", ror(number), name)


def test_bylines_name_known_institutions_and_make_the_others() -> None:
    register(record(1, "North University"))
    paper = one_of("Ann Lee", "Bo Day")
    name_on(paper, [named(1, "Univ. North"), ("openalex", "I5", "A Lab")], [named(2, "South")])
    assert institutions.affiliations(paper.pk) == {
        1: [("North University", f"north-university-{ror(1)}"), ("A Lab", "a-lab-i5")],
        2: [("South", f"south-{ror(2)}")],
    }
    assert institution(2).status == ""
    assert [row.slug for row in institutions.search_institutions("sou")] == [f"south-{ror(2)}"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("ror", "05gq02988", "check digits"),
        ("ror", "https://ror.org/05gq02987", "not in its one form"),
        ("grid", "grid.1.2", "another scheme"),
        ("openalex", "A5", "an author"),
        ("ror", "", "none"),
        ("ror", None, "none"),
    ],
)
def test_what_is_no_identifier_is_passed_over(wrong: Any) -> None:
    paper = one_of("Ann Lee")
    name_on(paper, [wrong, named(1)])
    assert list(institutions.affiliations(paper.pk)) == [1]
    assert Institution.objects.count() == AuthorshipInstitution.objects.count() == 1


def test_the_same_again_writes_nothing_and_less_takes_away() -> None:
    paper, other = one_of("Ann Lee", "Bo Day"), one_of("Cy Fox")
    name_on(other, [named(1)])
    name_on(paper, [named(1), named(2, "B"), named(1, "again")], [named(2, "B")])
    before = touched()
    name_on(paper, [named(1), named(2, "B")], [named(2, "B")])
    assert touched() == before
    name_on(paper, [named(2, "B"), named(1)], [])
    assert [slug for _, slug in institutions.affiliations(paper.pk)[1]] == [
        f"b-{ror(2)}", f"north-{ror(1)}"
    ]  # fmt: skip
    name_on(paper)
    assert institutions.affiliations(paper.pk) == {}
    assert institutions.affiliations(other.pk) != {}


def test_an_import_brings_the_institutions_of_a_byline() -> None:
    ann = AuthorRecord("Ann Lee", institutions=(InstitutionId(*named(1)),))
    take_in(first := work(ann, "Bo Day", record_date="2024-01-01"))
    paper = Work.objects.get()
    assert institutions.affiliations(paper.pk) == {1: [("North", f"north-{ror(1)}")]}
    before = touched()
    take_in(first)
    assert touched() == before
    take_in(changed(first, record_date="2024-02-02", authors=(AuthorRecord("Ann Lee"),)))
    assert institutions.affiliations(paper.pk) == {}


def test_a_work_that_ends_leaves_no_name_behind() -> None:
    paper, ending = one_of("Ann Lee"), one_of("Ann Lee")
    name_on(ending, [named(1, "Aa")])
    name_on(paper, [named(1, "Bb")])
    assert institution(1).name == "Aa"
    name_on(paper, [named(1, "Bb")], gone=ending)
    assert institution(1).name == "Bb"
    assert institutions.affiliations(ending.pk) == {}


def test_an_institution_without_a_name_is_shown_by_its_id() -> None:
    paper = one_of("Ann Lee")
    name_on(paper, [("openalex", "I5", "")])
    assert institutions.affiliations(paper.pk) == {1: [("I5", "institution-i5")]}
    name_on(paper, [("openalex", "I5", "A Lab")])
    assert institutions.affiliations(paper.pk) == {1: [("A Lab", "a-lab-i5")]}


def test_no_mail_address_is_shown_with_a_name() -> None:
    paper = one_of("Ann Lee")
    given = [("openalex", "I5", "A Lab, ann@lab.example"), ("openalex", "I6", "bo@lab.example")]
    name_on(paper, given)
    assert institutions.affiliations(paper.pk) == {
        1: [("A Lab", "a-lab-i5"), ("I6", "institution-i6")]
    }
    before = touched()
    name_on(paper, given)
    assert touched() == before
    assert institutions.search_institutions("ann") == []


NAMINGS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.lists(
            st.builds(named, st.integers(1, 3), st.sampled_from(["", "Aa", "Bb", "äa"])),
            max_size=3,
        ),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(namings=NAMINGS, order=st.randoms(use_true_random=False), registered=st.booleans())
def test_what_bylines_say_comes_out_the_same_in_any_order(
    namings: list[tuple[int, Named]], order: random.Random, registered: bool
) -> None:
    last = dict(namings)
    with forgotten():
        papers = [one_of(name) for name in ("Ann Lee", "Bo Day", "Cy Fox")]
        if registered:
            register(record(1))
        for number, said in namings:
            name_on(papers[number], said)
        expected = relevant()
    with forgotten():
        papers = [one_of(name) for name in ("Ann Lee", "Bo Day", "Cy Fox")]
        for number, said in order.sample(sorted(last.items()), len(last)):
            name_on(papers[number], said)
        if registered:
            register(record(1))
        assert relevant() == expected


def relevant() -> list[list[Any]]:
    """What is known of institutions that a byline names now, or that a registry tells of."""
    still = {
        value
        for (value,) in rows(
            "SELECT value FROM works_institution i WHERE digest <> '' OR EXISTS (SELECT"
            " FROM works_authorshipinstitution t WHERE t.institution_id = i.id)"
        )
    }
    institutions_now, names_now, *_ = state()
    return [
        [row for row in institutions_now if row[1] in still],
        [row for row in names_now if row[0] in still],
    ]


# What is read


def test_a_page_knows_which_relations_have_one() -> None:
    register(
        record(
            1, relations=(Relation("child", ror(2), "As labelled"), Relation("parent", ror(3), "P"))
        ),
        record(2, "As it is now"),
    )
    found = institutions.institution(f"whatever-{ror(1)}")
    assert found is not None
    assert found.relations == [
        ("child", "As it is now", ror(2), f"as-it-is-now-{ror(2)}"),
        ("parent", "P", ror(3), None),
    ]
    assert institutions.institution(f"north-{ror(5)}") is None
    assert institutions.institution("north") is None


FORMS = (
    NameForm("Université du Nord", "display", "fr"),
    NameForm("University of the North", "label", "en"),
    NameForm("UDN", "acronym"),
    NameForm("北方大学", "label", "zh"),
)


@pytest.mark.parametrize(
    ("q", "numbers"),
    [
        ("universite nord", [1]),
        ("NORTH univ", [1]),
        ("udn", [1, 2]),
        ("北方大学", [1]),
        ("west", [2]),
        ("gone", []),
        ("'; DROP & | ! :*", []),
        ("", []),
        ("\U0001f600", []),
        ("a " * 5_000, []),
    ],
)
def test_every_form_of_a_name_is_found(q: str, numbers: list[int]) -> None:
    register(
        record(1, names=FORMS),
        record(2, "UDN West"),
        record(3, "Gone", status="withdrawn"),
    )
    found = institutions.search_institutions(q)
    assert [row.slug[-9:] for row in found] == [ror(number) for number in numbers]


def stays(name: str) -> list[tuple[str, int | None, int | None, int]]:
    found = author(name)
    listed = institutions.institutions_of([found.pk])[found.pk]
    return [(stay.name, stay.first_year, stay.last_year, stay.works) for stay in listed]


def at(year: int | None, *places: Named, people: Sequence[str] = ("Ann Lee",)) -> Work:
    dated = {"created": f"{year}-01-01"} if year else {"created": ""}
    made = changed(work(*people), **dated)
    take_in(made)
    found = Work.objects.get(report__external_id=made.external_id)
    name_on(found, *places)
    return found


def test_the_latest_institutions_of_a_researcher_come_first() -> None:
    register(record(1, "North"), record(2, "South"))
    at(2018, [named(1)])
    at(2020, [named(1)])
    at(2024, [named(2)], [named(1)], people=("Ann Lee", "Bo Day"))
    at(None, [named(3, "West")])
    assert stays("Ann Lee") == [
        ("South", 2024, 2024, 1), ("North", 2018, 2020, 2), ("West", None, None, 1)
    ]  # fmt: skip
    assert stays("Bo Day") == [("North", 2024, 2024, 1)]
    assert institutions.institutions_of([]) == {}


def test_a_work_that_is_not_theirs_gives_nothing() -> None:
    register(record(1, domains=("north.example",)))
    paper = at(2024, [named(1)])
    paper.authorship_set.update(status="rejected")
    assert stays("Ann Lee") == []
    assert institutions.members(institution(1).pk, 1) == []
