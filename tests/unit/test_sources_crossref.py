"""Crossref's works: which files are ours, and what each field becomes."""

import io
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from works.domain.records import (
    AuthorRecord,
    ExternalId,
    InstitutionId,
    Notice,
    PersonId,
    Refused,
    Rejected,
    WorkRecord,
)
from works.sources.compressed import open_stream
from works.sources.crossref import CROSSREF

DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "crossref"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")
ROR = {"id": "https://ror.org/05gq02987", "id-type": "ROR", "asserted-by": "publisher"}
ORCID = "http://orcid.org/0000-0002-1825-0097"


def date(*parts: int | None) -> dict[str, list[list[int | None]]]:
    return {"date-parts": [[*parts]]}


def body(**changes: object) -> dict[str, object]:
    """A work; a change of `...` takes the key away, and "_" in a key is "-"."""
    base = {"DOI": "10.1234/a", "title": ["A title"], "author": [{"family": "Doe"}]}
    stated = {**base, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return {"indexed": date(2024, 1, 1)} | {k: v for k, v in stated.items() if v is not ...}


def line(**changes: object) -> bytes:
    return json.dumps(body(**changes)).encode()


def read(*lines: bytes) -> list[WorkRecord | Rejected]:
    return list(CROSSREF.read(io.BytesIO(b"\n".join(lines))))


def work(**changes: object) -> WorkRecord:
    [found] = read(line(**changes))
    assert isinstance(found, WorkRecord), found
    return found


def test_every_field_has_its_place() -> None:
    stated = line(
        DOI="10.1234/ABC.5",
        title=["On <i>x</i> &amp; y", "Another language"],
        subtitle=["A study"],
        abstract="<jats:title>Abstract</jats:title><jats:p>We find.</jats:p>",
        type="journal-article",
        container_title=["Acta &amp; Examplia"],
        volume="12",
        issue="3",
        page="45-67",
        issued=date(2020, 4),
        published_online=date(2020, 4, 17),
        deposited=date(2021, 5, 6),
        license=[
            {"URL": "https://example.org/mining", "content-version": "tdm"},
            {"URL": "https://example.org/by", "content-version": "vor"},
        ],
        subject=["Ignored"],
        author=[
            {
                "given": "Jane",
                "family": "van Doe",
                "suffix": "Jr.",
                "ORCID": ORCID,
                "authenticated-orcid": True,
                "affiliation": [
                    {"name": "Here"},
                    {"name": "There &amp; Co", "place": ["X"], "id": [ROR, ROR, {"id": "x"}]},
                    {"id": [{"id": "https://ror.org/02kvxyf05"}]},
                ],
            },
            {"name": "The Doe &amp; Roe Group", "sequence": "additional"},
        ],
    )
    assert read(stated) == [
        WorkRecord(
            source="crossref",
            format="crossref/works",
            external_id="10.1234/abc.5",
            record_date="2021-05-06",
            ids=(ExternalId("doi", "10.1234/abc.5"),),
            title="On <i>x</i> & y: A study",
            abstract="We find.",
            type="journal-article",
            published="2020-04",
            journal_ref="Acta & Examplia 12 (3), 45-67",
            venue="Acta & Examplia",
            doi="10.1234/abc.5",
            licence="https://example.org/by",
            authors=(
                AuthorRecord(
                    name="Jane van Doe Jr.",
                    family="van Doe",
                    given="Jane",
                    suffix="Jr.",
                    affiliations=("Here", "There & Co"),
                    person_ids=(PersonId("orcid", "0000-0002-1825-0097", "person"),),
                    institutions=(
                        InstitutionId("ror", "05gq02987", "There & Co"),
                        InstitutionId("ror", "02kvxyf05"),
                    ),
                ),
                AuthorRecord(name="The Doe & Roe Group"),
            ),
        )
    ]


def update(kind: str, about: str | None, *when: int) -> dict[str, object]:
    return {"DOI": about, "type": kind, "label": kind.title(), "updated": date(*when)}


ABOUT, OWN = ExternalId("doi", "10.1234/b"), ExternalId("doi", "10.1234/a")


@pytest.mark.parametrize(
    ("changes", "notices"),
    [
        (
            {"update_to": [update("retraction", "10.1234/B", 2020, 2, 29)]},
            [Notice("retraction", "2020-02-29", ABOUT, OWN)],
        ),
        (
            {"updated_by": [update("retraction", "10.1234/B", 2020)]},
            [Notice("retraction", "2020", by=ABOUT)],
        ),
        ({"updated_by": [update("Expression of concern", None)]}, [Notice("concern")]),
        ({"update_to": [update("retraction", None)]}, []),
        ({"update_to": [update("new_version", "10.1234/b")]}, []),
        ({"update_to": [update("something", "10.1234/b")]}, []),
        (
            {
                "update_to": [update("erratum", "10.1234/a", 2020)],
                "updated_by": [update("erratum", "10.1234/a", 2020)],
            },
            [Notice("correction", "2020")],
        ),
        ({"update_to": None, "updated_by": []}, []),
    ],
)
def test_notices_say_whom_they_are_about(changes: dict[str, object], notices: list[Notice]) -> None:
    assert list(work(**changes).notices) == notices


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("retraction", "retraction"),
        ("withdrawal", "withdrawal"),
        ("removal", "withdrawal"),
        ("expression_of_concern", "concern"),
        ("correction", "correction"),
        ("corrigendum", "correction"),
        ("erratum", "correction"),
        ("addendum", "correction"),
        ("clarification", "correction"),
        ("partial_retraction", "correction"),
        ("reinstatement", "reinstatement"),
    ],
)
def test_a_correction_is_no_retraction(kind: str, expected: str) -> None:
    [notice] = work(update_to=[update(kind, "10.1234/b")]).notices
    assert notice.kind == expected


def related(id_type: str | None, value: str | None) -> list[dict[str, object]]:
    return [{"id-type": id_type, "id": value, "asserted-by": "subject"}] * 2


@pytest.mark.parametrize(
    ("relation", "ties"),
    [
        ({"has-preprint": related("doi", "10.1101/ABC")}, [("same-as-doi", "10.1101/abc")]),
        ({"is-preprint-of": related("doi", "10.1101/abc")}, [("same-as-doi", "10.1101/abc")]),
        ({"has-preprint": related("doi", "10.1101/abc")[0]}, [("same-as-doi", "10.1101/abc")]),
        (
            {"has-preprint": related("doi", "10.48550/arXiv.2001.00001")},
            [("same-as-doi", "10.48550/arxiv.2001.00001")],
        ),
        (
            {"has-preprint": related("arxiv", "https://arxiv.org/abs/2001.00001v2")},
            [("same-as-doi", "10.48550/arxiv.2001.00001")],
        ),
        ({"has-preprint": related("doi", "10.1234/A")}, []),
        ({"has-preprint": related("uri", "https://example.org/10.1101/abc")}, []),
        ({"has-preprint": related("doi", None)}, []),
        ({"has-review": related("doi", "10.1101/abc"), "has-preprint": None}, []),
        ({"is-version-of": related("doi", "10.1101/abc")}, []),
        (None, []),
    ],
)
def test_a_preprint_and_its_published_form_are_tied(
    relation: dict[str, object] | None, ties: list[tuple[str, str]]
) -> None:
    found = work(relation=relation)
    assert found.ids == (OWN, *(ExternalId(*tie) for tie in ties))


def test_nulls_everywhere_are_nothing() -> None:
    names = "subtitle abstract type subtype container_title volume issue page issued posted license"
    assert work(**dict.fromkeys(names.split())) == work()


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"issued": date(2020, 1, 1)}, "2020-01-01"),
        ({"issued": date(2020)}, "2020"),
        ({"issued": date(2020, None, 3)}, "2020"),
        ({"issued": date(None), "published_print": date(2019, 2)}, "2019-02"),
        ({"issued": {"date-parts": [[]]}, "published_online": date(2018)}, "2018"),
        ({"issued": {"date-parts": []}, "posted": date(2017)}, "2017"),
        ({"issued": {"date-parts": [None]}, "published": date(800)}, "0800"),
        ({}, ""),
    ],
)
def test_dates_go_as_far_as_their_parts(dates: dict[str, object], expected: str) -> None:
    assert work(**dates).published == expected


@pytest.mark.parametrize(
    ("orcid", "authenticated", "expected"),
    [
        (ORCID, True, [("0000-0002-1825-0097", "person")]),
        (ORCID, "True", [("0000-0002-1825-0097", "person")]),
        (ORCID, False, [("0000-0002-1825-0097", "crossref")]),
        (ORCID, "False", [("0000-0002-1825-0097", "crossref")]),
        (ORCID, None, [("0000-0002-1825-0097", "crossref")]),
        ("https://orcid.org/0000000218250097/", None, [("0000-0002-1825-0097", "crossref")]),
        ("https://orcid.org/0000-0002-1825-0098", True, []),
        ("nonsense", True, []),
    ],
)
def test_who_asserts_an_orcid(
    orcid: str, authenticated: object, expected: list[tuple[str, str]]
) -> None:
    author = {"family": "Doe", "ORCID": orcid, "authenticated-orcid": authenticated}
    [found] = work(author=[author]).authors
    assert [(person.value, person.asserted_by) for person in found.person_ids] == expected


def test_a_name_whose_letters_were_misread_is_mended() -> None:
    [found] = work(author=[{"given": "JÃ¶rg", "family": "GarcÃ\u00ada"}]).authors
    assert (found.name, found.given, found.family) == ("Jörg García", "Jörg", "García")


@pytest.mark.parametrize(
    ("title", "subtitle", "expected"),
    [
        (["A"], [], "A"),
        (["A"], ["B", "C"], "A: B"),
        (["A: b"], ["B"], "A: b"),
        (["A:"], ["B"], "A: B"),
        ("A", "B", "A: B"),
        (["H<sub>2</sub>O"], None, "H<sub>2</sub>O"),
        (["<scp>Ab</scp><mml:math><mml:mi>c</mml:mi></mml:math>"], None, "Ab c"),
        ([None, "B"], None, "B"),
        (["A B&lt;subtitle&gt;C (d)&lt;/subtitle&gt;"], None, "A B: C (d)"),
        (["A: <subtitle>B <i>c</i></subtitle>"], ["B"], "A: B <i>c</i>"),
    ],
)
def test_titles(title: object, subtitle: object, expected: str) -> None:
    assert work(title=title, subtitle=subtitle).title == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "posted-content", "subtype": "preprint"}, "preprint"),
        ({"type": "book"}, "book"),
    ],
)
def test_posted_content_says_what_it_is(changes: dict[str, object], expected: str) -> None:
    assert work(**changes).type == expected


def test_a_text_for_mining_is_no_licence() -> None:
    assert work(license=[{"URL": "https://example.org/", "content-version": "tdm"}]).licence == ""


def test_the_number_of_an_article_stands_for_pages() -> None:
    assert work(container_title=["J", "J"], article_number="e7").journal_ref == "J, e7"
    assert work(volume="7").journal_ref == ""


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        (line(DOI=...), "external_id", "missing"),
        (line(DOI="11.1/x"), "external_id", "not a DOI"),
        (line(DOI="10.1234/" + "x" * 200), "external_id", "printable"),
        (line(DOI=7), "DOI", "a text or null"),
        (line(title=[]), "title", "missing"),
        (line(title=[""]), "title", "missing"),
        (line(title=7), "title", "must be"),
        (line(title=["a\0b"]), "title", "NUL"),
        (line(title=["\ud800"]), "record", "surrogate"),
        (line().replace(b'"A title"', b"-Infinity"), "record", "number"),
        (line().replace(b"A title", b"\xff"), "record", "UTF-8"),
        (line(author=[]), "authors", "missing"),
        (line(author=...), "authors", "missing"),
        (line(author=[None] * 10), "author", "an object"),
        (line(author=[{}]), "authors", "empty name"),
        (line(author=[{"family": "A"}] * 20_001), "authors", "more than 20,000"),
        (line(abstract="x" * 100_001), "abstract", "longer than 100,000"),
        (line(abstract="<jats:p>" * 100_000), "abstract", "longer than 100,000"),
        (line(issued=date(2021, 2, 30)), "published", "not a date"),
        (line(update_to=[update("removal", "10.1234/b", 2021, 2, 30)]), "notices", "not exist"),
        (line(update_to=["10.1234/b"]), "update-to", "an object"),
        (line(relation=[]), "relation", "an object"),
        (line(issued=date(0)), "published", "not a date"),
        (line(issued=date(20201)), "published", "not a date"),
        (line(issued={"date-parts": [["2020"]]}), "issued.date-parts", "a whole number"),
        (b"nonsense", "record", "one JSON object"),
        (line()[:-2], "record", "not closed"),
    ],
)
def test_a_poisoned_record_is_one_reject_and_its_neighbours_are_read(
    broken: bytes, field: str, reason: str
) -> None:
    before, reject, after = read(line(DOI="10.1234/b"), broken, line(DOI="10.1234/c"))
    assert isinstance(before, WorkRecord)
    assert isinstance(after, WorkRecord)
    assert isinstance(reject, Rejected)
    assert (reject.position, reject.field) == (2, field)
    assert reason in reject.reason
    assert len(reject.raw) <= 4_000
    assert "\0" not in reject.raw


def test_lists_and_single_works_of_the_api() -> None:
    listed = {"status": "ok", "message-type": "work-list", "message": {"items": [body(), body()]}}
    single = {"status": "ok", "message-type": "work", "message": body()}
    assert read(json.dumps(listed).encode()) == [work(), work()]
    assert read(json.dumps(single, indent=2).encode()) == [work()]


@pytest.mark.parametrize(
    "data",
    [
        b'{"status": "failed", "message-type": "validation-failure", "message": [{"type": "x"}]}',
        b'{"status": "ok", "message-type": "work-list", "message": {"items": []}}',
        b"",
    ],
)
def test_answers_without_records_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read(data)


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (line(), True),
        (b'{"status":"ok","message-type":"work-list","message-version":"1.0.0"', True),
        (b'{"status":"ok","message-type":"work","message":{', True),
        (b'{"status":"ok","message-type":"member","message":{', False),
        (b'{"id": "https://openalex.org/W1", "doi": "10.1234/a"}', False),
        (b'{"bzpeer": 1, "doi": "10.1234/a"}', False),
        (b"<doi/>", False),
        (b"", False),
    ],
)
def test_which_files_are_ours(head: bytes, ours: bool) -> None:
    assert CROSSREF.holds(head) is ours


@needs_data
def test_real_records_are_read() -> None:
    with open_stream(DATA / "works.jsonl.gz") as stream:
        found = list(CROSSREF.read(stream))
    works = {one.external_id: one for one in found if isinstance(one, WorkRecord)}
    assert Counter((one.field, one.reason) for one in found if isinstance(one, Rejected)) == {
        ("authors", "are missing"): 247,
        ("authors", "have an empty name"): 1,
        ("title", "is missing"): 7,
    }
    assert len(works) == 1_563
    asserted = Counter(
        p.asserted_by for one in works.values() for a in one.authors for p in a.person_ids
    )
    assert asserted == {"person": 492, "crossref": 403}
    notices = [notice for one in works.values() for notice in one.notices]
    assert Counter((n.kind, n.about is None, n.by is None) for n in notices) == {
        ("correction", False, False): 19,
        ("correction", True, False): 2,
        # A published erratum that says it corrects itself.
        ("correction", True, True): 1,
    }
    assert sum(len(one.ids) - 1 for one in works.values()) == 17
    assert works["10.1371/journal.pbio.0050002"].notices == (
        Notice("correction", "2008-11-25", by=ExternalId("doi", "10.1371/journal.pbio.0060304")),
    )
    assert works["10.1126/science.169.3946.635"].title.startswith(
        "The Structure of Ordinary Water: New"
    )
    assert not [one.title for one in works.values() if "mml:" in one.title + one.abstract]
    assert not [one.abstract for one in works.values() if "jats:" in one.abstract]
