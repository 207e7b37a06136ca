"""An ORCID iD as evidence, and ORCID's own records as the API gives them."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain.evidence import Strength
from claims.domain.evidence.orcid import OrcidFacts, PutOn, assess
from claims.domain.evidence.orcid_record import Unreadable, read

MINE, OTHER = "0000-0002-1825-0097", "0000-0001-5109-3700"
OPENED = datetime(2026, 11, 1, 12, tzinfo=UTC)
BEFORE, AFTER = OPENED - timedelta(seconds=1), OPENED + timedelta(seconds=1)


def put(work: int, **changes: Any) -> PutOn:
    return msgspec.structs.replace(PutOn(work, MINE, "crossref", BEFORE), **changes)


def facts(*puts: PutOn, **changes: Any) -> OrcidFacts:
    given_facts = OrcidFacts(orcid=MINE, opened_at=OPENED, today=OPENED.date(), put=puts)
    return msgspec.structs.replace(given_facts, **changes)


@pytest.mark.parametrize(
    ("given_facts", "strength", "reason"),
    [
        (facts(put(1), put(2)), "strong", "orcid_on_works"),
        (facts(put(1), put(2), put(3, at=AFTER)), "strong", "orcid_on_works"),
        (facts(put(1), put(2), put(3, orcid=OTHER, by_holder=True)), "strong", "orcid_on_works"),
        (facts(put(1), put(2), orcid=f"https://orcid.org/{MINE}"), "none", "orcid_none"),
        (facts(), "supporting", "orcid_fresh"),
        (facts(put(1)), "supporting", "orcid_one_work"),
        (facts(put(1), put(1, source="openalex")), "supporting", "orcid_one_work"),
        (facts(put(1), put(2, at=AFTER)), "supporting", "orcid_one_work"),
        (facts(put(1), put(2, at=OPENED)), "supporting", "orcid_one_work"),
        (facts(put(1, at=AFTER), put(2, at=AFTER)), "supporting", "orcid_late"),
        (facts(put(1, by_holder=True), put(2, by_holder=True)), "supporting", "orcid_own_word"),
        (facts(put(1), put(2), put(3, orcid=OTHER)), "supporting", "orcid_two_ids"),
        (facts(put(1, orcid=OTHER), put(2, orcid=OTHER)), "supporting", "orcid_two_ids"),
        (facts(put(1), put(2), taken=True), "none", "orcid_taken"),
        (facts(put(1), put(2), orcid=""), "none", "orcid_none"),
        (facts(put(1), put(2), orcid="0000-0002-1825-0098"), "none", "orcid_none"),
    ],
)
def test_what_an_id_is_worth(given_facts: OrcidFacts, strength: str, reason: str) -> None:
    found = assess(given_facts)
    assert (found.strength.value, found.reason) == (strength, reason)


PUTS = st.builds(
    PutOn,
    st.integers(1, 3),
    st.sampled_from([MINE, OTHER, "nonsense"]),
    st.sampled_from(["crossref", "openalex"]),
    st.sampled_from([BEFORE, OPENED, AFTER]),
    st.booleans(),
)


@given(st.lists(PUTS, max_size=6))
def test_the_holders_own_word_changes_nothing(puts: list[PutOn]) -> None:
    def strong(some: list[PutOn]) -> bool:
        return assess(facts(*some)).strength is Strength.STRONG

    assert strong(puts) == strong([one for one in puts if not one.by_holder])
    others = {one.work for one in puts if not one.by_holder and one.orcid == MINE}
    assert not strong(puts) or len(others) >= 2


def summary(**source: Any) -> dict[str, Any]:
    return {
        "created-date": {"value": 1_600_000_000_000},
        "source": source,
        "title": {"title": {"value": "On it"}},
        "external-ids": {
            "external-id": [
                {
                    "external-id-type": "doi",
                    "external-id-value": "10.1/ABC",
                    "external-id-relationship": "self",
                },
                {
                    "external-id-type": "isbn",
                    "external-id-value": "1",
                    "external-id-relationship": "part-of",
                },
            ]
        },
    }


def works(*summaries: Any, **more: Any) -> bytes:
    group = [{"work-summary": [one]} for one in summaries]
    return json.dumps({"group": group, "path": f"/{MINE}/works"} | more).encode()


CROSSREF = {"source-client-id": {"path": "0000-0001-9884-1913"}, "source-orcid": None}


@pytest.mark.parametrize(
    ("source", "updater"),
    [
        (CROSSREF, "crossref"),
        ({"source-client-id": {"path": "0000-0001-8099-6984"}}, "datacite"),
        (CROSSREF | {"assertion-origin-orcid": {"path": MINE}}, ""),
        (CROSSREF | {"source-orcid": {"path": MINE}}, ""),
        ({"source-orcid": {"path": MINE}}, ""),
        ({"source-client-id": {"path": "0000-0002-3054-1567"}}, ""),
        ({"source-name": {"value": "Crossref"}}, ""),
        ({}, ""),
    ],
)
def test_who_put_a_work_into_the_record(source: dict[str, Any], updater: str) -> None:
    (found,) = read(works(summary(**source))).works
    assert (found.updater, found.by_holder) == (updater, not updater)
    assert found.ids == (("doi", "10.1/abc"),)
    assert (found.title, found.added) == ("On it", date(2020, 9, 13))


def test_a_whole_record_is_read_as_its_works_are() -> None:
    part = json.loads(works(summary(**CROSSREF)))
    whole = {"orcid-identifier": {"path": MINE}, "activities-summary": {"works": part}}
    assert read(json.dumps(whole).encode()) == read(json.dumps(part).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b"null",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"group": [], "path": "/nobody/works"}',
        b'{"group": [], "path": null}',
        b'{"response-code": 404, "developer-message": "not found"}',
        b'{"path": "/0000-0002-1825-0098/works", "group": []}',
    ],
)
def test_what_is_no_record(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        7,
        {},
        {"work-summary": None},
        {"source": [1], "external-ids": {"external-id": [None, 3, {}]}},
        {"created-date": {"value": 10**30}, "title": {"title": None}},
        {"created-date": {"value": True}, "source": {"source-client-id": "0000-0001-9884-1913"}},
    ],
)
def test_odd_parts_prove_nothing(odd: Any) -> None:
    found = read(works(odd, summary(**CROSSREF)))
    assert [work.updater for work in found.works if work.updater] == ["crossref"]
    assert all(work.by_holder for work in found.works[:-1])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["group", "work-summary", "source", "path", "external-ids", "value"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_answer_breaks_the_reader(body: Any) -> None:
    try:
        found = read(json.dumps(body).encode())
    except Unreadable:
        return
    assert all(work.by_holder for work in found.works)


FIXTURES = Path(
    os.environ.get("BZPEER_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
RECORDED = FIXTURES / "orcid" / "rorcid"


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded answers at {RECORDED}")
def test_recorded_answers() -> None:
    lines = (RECORDED / "index.jsonl").read_text().splitlines()
    asked = [json.loads(line) for line in lines]
    listed = [one for one in asked if one["uri"].endswith("/works")]
    assert len(listed) >= 4
    for one in asked:
        body = (RECORDED / one["file"]).read_bytes()
        if one not in listed:
            continue
        found = read(body)
        assert found.orcid in one["uri"]
        told = {work.updater for work in found.works}
        assert told <= {"crossref", "datacite", ""}
        assert all(work.ids for work in found.works if work.updater)
    big = read((RECORDED / "0044.json").read_bytes())
    counted = {
        name: sum(work.updater == name for work in big.works)
        for name in ("crossref", "datacite", "")
    }
    assert counted == {"crossref": 4, "datacite": 77, "": 33}
    assert read((RECORDED / "0043.json").read_bytes()).works == ()


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded answers at {RECORDED}")
def test_recorded_errors_are_no_records() -> None:
    for line in (RECORDED / "index.jsonl").read_text().splitlines():
        one = json.loads(line)
        if one["status"] != "200":
            with pytest.raises(Unreadable):
                read((RECORDED / one["file"]).read_bytes())


def test_a_struct_of_facts_comes_back_from_json() -> None:
    given_facts = facts(put(1), put(2))
    assert msgspec.convert(msgspec.to_builtins(given_facts), OrcidFacts) == given_facts
