"""ROR's organisations: which files are ours, what each field becomes, and what is turned down."""

import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.institutions import dump, organisation, ror
from works.domain.institutions import InstitutionRecord, Link, NameForm, Relation
from works.domain.records import Refused, Rejected
from works.sources import ror as source

DATA = Path(os.environ.get("BZPEER_TEST_DATA", "../shared/data")) / "ror"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test data at {DATA}")
MB = 1 << 20


def read(data: bytes) -> list[InstitutionRecord | Rejected]:
    return list(source.read(io.BytesIO(data)))


def one(**changes: Any) -> InstitutionRecord:
    [found] = read(dump(organisation(**changes)))
    assert isinstance(found, InstitutionRecord), found
    return found


def fault(**changes: Any) -> tuple[str, str]:
    [found] = read(dump(organisation(**changes)))
    assert isinstance(found, Rejected), found
    return found.field, found.reason


def test_every_field_has_its_place() -> None:
    found = one(
        domains=["North.example", "münchen.example", "north.example"],
        links=[
            {"type": "website", "value": "https://www.north.example/a b?c='d'"},
            {"type": "wikipedia", "value": "http://en.wikipedia.org/wiki/North_%28Y%29"},
        ],
        names=[
            {"value": "NU", "types": ["acronym"], "lang": None},
            {"value": "North  University", "types": ["label", "ror_display"], "lang": "EN"},
            {"value": "Nord", "types": ["alias"], "lang": "no"},
            {"value": "Nord", "types": ["label"], "lang": "no"},
        ],
        relationships=[
            {"type": "successor", "label": "South", "id": f"https://ror.org/{ror(3)}"},
            {"type": "child", "label": "Lab", "id": ror(2)},
            {"type": "child", "label": "Lab again", "id": ror(2)},
            {"type": "related", "label": "Itself", "id": ror(1)},
        ],
        types=["education", "funder", "education"],
        status="inactive",
    )
    assert found == InstitutionRecord(
        scheme="ror",
        value=ror(1),
        record_date="2024-05-06",
        status="inactive",
        names=(
            NameForm("NU", "acronym"),
            NameForm("North University", "display", "en"),
            NameForm("Nord", "label", "no"),
        ),
        types=("education", "funder"),
        country="NO",
        country_name="Norway",
        place="Tromsø",
        established=1911,
        links=(
            Link("website", "https://www.north.example/a%20b?c=%27d%27"),
            Link("wikipedia", "http://en.wikipedia.org/wiki/North_%28Y%29"),
        ),
        domains=("north.example", "xn--mnchen-3ya.example"),
        relations=(Relation("child", ror(2), "Lab"), Relation("successor", ror(3), "South")),
    )
    assert found.name == "North University"


def test_what_is_not_given_is_empty() -> None:
    found = one(
        domains=..., established=None, links=[], locations=[], relationships=None, types=[],
        admin={"created": {"date": "2020-01-01"}},
    )  # fmt: skip
    assert (found.country, found.country_name, found.place) == ("", "", "")
    assert (found.established, found.links, found.domains) == (None, (), ())
    assert found.record_date == "2020-01-01"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("id", ..., "is missing"),
        ("id", "https://ror.org/05gq02988", "is no ROR id"),
        ("id", "https://evil.example/05gq02987", "is no ROR id"),
        ("id", 5, "must be a text or null"),
        ("status", ..., "is none of active, inactive and withdrawn"),
        ("status", "merged", "is none of active, inactive and withdrawn"),
        ("names", ..., "have none to be shown"),
        ("names", [{"value": "N", "types": ["label"]}], "have none to be shown"),
        (
            "names",
            [{"value": value, "types": ["ror_display"]} for value in "NM"],
            "have two to be shown",
        ),
        ("names", [{"value": " ", "types": ["ror_display"]}], "have an empty one"),
        ("names", [{"value": "N", "types": ["nick"]}], "have one of no known kind"),
        ("names", [{"value": "N" * 501, "types": ["label"]}], "is longer than 500 characters"),
        ("names", [{"value": "\0", "types": ["label"]}], "holds a NUL or half of a surrogate pair"),
        (
            "names",
            [{"value": "N", "types": ["ror_display"], "lang": '" onclick='}],
            "have a language that is not a code",
        ),
        ("names", [{"value": "N", "types": ["label"]}] * 1_001, "are more than 1,000"),
        ("names", "North", "must be a list or null"),
        ("types", ["<b>"], "have one that is not a word in small letters"),
        ("types", ["other"] * 21, "are more than 20"),
        ("established", 0, "is not a year"),
        ("established", 99_999, "is not a year"),
        ("established", "1911", "must be a whole number or null"),
        ("established", True, "must be a whole number or null"),
        ("links", [{"type": "website", "value": "javascript:alert(1)"}],
         "have one that is no address on the web"),
        ("links", [{"type": "website", "value": "//evil.example"}],
         "have one that is no address on the web"),
        ("links", [{"type": "website", "value": "https://ror.org@evil.example/"}],
         "have one that is no address on the web"),
        ("links", [{"type": "website", "value": "https://[bad/"}],
         "have one that is no address on the web"),
        ("links", [{"type": "website"}], "have one that is no address on the web"),
        ("links", ["https://north.example/"], "have one of no kind"),
        ("domains", ["https://north.example"], "have one that is no host name"),
        ("domains", ["example"], "have one that is no host name"),
        ("domains", ["north.example", "straße.example"], "have one that is no host name"),
        ("relationships", [{"type": "enemy", "id": ror(2)}], "have one of no known kind"),
        ("relationships", [{"type": "child", "id": "x"}], "lead to something that is no ROR id"),
        ("admin", ..., "has no date of the last change"),
        ("admin", {"last_modified": {"date": "2024-02-30"}}, "has no date of the last change"),
        (
            "locations",
            [{"geonames_details": {"country_code": "no"}}],
            "have a country that is not two capitals",
        ),
    ],
)  # fmt: skip
def test_a_record_is_turned_down_for_the_field_at_fault(
    field: str, value: object, reason: str
) -> None:
    assert fault(**{field: value}) == (field, reason)


def test_a_reject_names_the_record_and_keeps_it() -> None:
    sound, bad = organisation(1), organisation(2, status="odd")
    first, second = read(dump(sound, bad))
    assert isinstance(first, InstitutionRecord)
    assert isinstance(second, Rejected)
    assert (second.position, second.external_id) == (2, ror(2))
    assert '"status": "odd"' in second.raw


# Forms of a file


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(dump(organisation(1), organisation(2)), id="list"),
        pytest.param(b"\n".join(json.dumps(organisation(n)).encode() for n in (1, 2)), id="lines"),
        pytest.param(
            json.dumps(
                {"number_of_results": 2, "items": [organisation(1), organisation(2)], "meta": {}}
            ).encode(),
            id="answer",
        ),
        pytest.param(b"\xef\xbb\xbf" + dump(organisation(1), organisation(2)), id="mark"),
    ],
)
def test_every_form_of_a_file(data: bytes) -> None:
    assert source.holds(data[: 1 << 16])
    values = [found.value for found in read(data) if isinstance(found, InstitutionRecord)]
    assert values == [ror(1), ror(2)]


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"<html>", b'{"id": "https://openalex.org/I1"}', b"PK\x03\x04", b"id,name\n"],
)
def test_other_files_are_not_ours(data: bytes) -> None:
    assert not source.holds(data)


def test_schema_version_1_is_refused() -> None:
    first = {"id": f"https://ror.org/{ror(1)}", "name": "North", "links": ["http://a.example"]}
    with pytest.raises(Refused, match="version 1"):
        read(dump(first))


def test_a_wide_text_is_refused() -> None:
    data = dump(organisation(1)).decode().encode("utf-16")
    assert source.holds(data[: 1 << 16])
    with pytest.raises(Refused, match="UTF-16"):
        read(data)


def test_a_broken_record_costs_only_itself() -> None:
    whole = dump(*(organisation(number) for number in range(1, 6)))
    found = read(whole.replace(f'"North University {3}"'.encode(), b'"North'))
    assert [type(item) for item in found] == [
        InstitutionRecord, InstitutionRecord, Rejected, InstitutionRecord, InstitutionRecord
    ]  # fmt: skip


def test_a_file_that_is_cut_off() -> None:
    whole = dump(*(organisation(number) for number in range(1, 4)))
    *before, last = read(whole[:-40])
    assert [type(item) for item in before] == [InstitutionRecord] * 2
    assert isinstance(last, Rejected)
    assert "cut off" in last.reason


@given(st.binary(max_size=300), st.integers(0, 2_000), st.integers(0, 40))
def test_any_bytes_at_all_in_the_middle(noise: bytes, at: int, gone: int) -> None:
    whole = dump(organisation(1), organisation(2), organisation(3))
    try:
        found = read(whole[:at] + noise + whole[at + gone :])
    except Refused:
        return
    assert found
    for item in found:
        assert isinstance(item, InstitutionRecord) or (item.field and item.reason)


def test_memory_does_not_grow_with_the_file() -> None:
    record = json.dumps(organisation(1)).encode() + b"\n"

    class Endless(io.RawIOBase):
        left = 4 * MB // len(record)

        def read(self, size: int = -1, /) -> bytes:
            self.left -= 60
            return record * 60 if self.left > 0 else b""

    tracemalloc.start()
    count = sum(1 for _ in source.read(Endless()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > 1_500
    assert peak < 3 * MB


# ROR's own records


@needs_data
def test_every_record_of_ror_is_taken() -> None:
    (path,) = DATA.glob("*.json")
    found = read(path.read_bytes())
    taken = {item.value: item for item in found if isinstance(item, InstitutionRecord)}
    assert len(found) == len(taken) == 20
    rmit = taken["04ttjf776"]
    assert (rmit.name, rmit.place, rmit.country, rmit.established) == (
        "RMIT University", "Melbourne", "AU", 1887
    )  # fmt: skip
    assert {form.kind for form in rmit.names} == {"display", "alias", "acronym"}
    assert sum(len(item.relations) for item in taken.values()) > 60
