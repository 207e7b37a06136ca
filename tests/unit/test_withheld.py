"""Names that are withheld: known again by digests, and by nothing that is not theirs."""

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.records import changed, person, work
from works.domain import names
from works.domain.bylines import bylines, seats
from works.domain.identity import AuthorKey, author_key
from works.domain.records import PersonId, WorkRecord
from works.domain.shown import report_digest
from works.domain.withheld import NOBODY, Digests, Trace, found_again, masked

ONE, OTHER = Digests(b"a" * 32), Digests(b"b" * 32)
WORD = st.text(ascii_lowercase, min_size=2, max_size=8)
# "Aa Team" is a team, and stands on no seat.
NAMES = st.lists(
    st.builds(lambda a, b: f"{a.title()} {b.title()}", WORD, WORD).filter(names.is_person),
    min_size=1,
    max_size=6,
)


def trace(name: str, suppression: int = 1, rank: int = 1) -> Trace:
    return ONE.trace(suppression, person(name), (names.key(name), rank))


def found(byline: list[str], *traces: Trace) -> list[int]:
    return sorted(found_again(work(*byline), traces, ONE))


@pytest.mark.parametrize(
    ("byline", "known", "places"),
    [
        (["Ann Lee", "Bo Mato"], ["Ann Lee"], [1]),
        (["Bo Mato", "Lee, Ann"], ["Ann Lee"], [2]),
        (["Bo Mato", "A. Lee"], ["Ann Lee"], [2]),
        (["Bo Mato", "Ann Marie Lee"], ["Ann Lee"], [2]),
        (["Bo Mato", "Ann Lee"], ["A. Lee"], [2]),
        # Somebody else with the same family name and initial is left alone.
        (["Adam Lee", "Ann Lee"], ["Ann Lee"], [2]),
        (["Adam Lee", "Bo Mato"], ["Ann Lee"], []),
        (["Bo Mato"], ["Ann Lee"], []),
        # Two who could be meant: rather both than the wrong one.
        (["A. Lee", "A. Lee"], ["Ann Lee"], [1, 2]),
    ],
)
def test_a_name_on_a_work_is_found_again(
    byline: list[str], known: list[str], places: list[int]
) -> None:
    assert found(byline, *map(trace, known)) == places


def test_the_second_bearer_of_a_name_is_the_second() -> None:
    assert found(["Ann Lee", "Ann Lee"], trace("Ann Lee", rank=2)) == [2]
    assert found(["Ann Lee"], trace("Ann Lee", rank=2)) == [1]


def test_a_byline_that_is_done_with_is_left_alone() -> None:
    both = work("Ann Lee", "Ann Lee")
    done = masked(both, {1})
    assert found_again(done, [trace("Ann Lee"), trace("A. Lee")], ONE) == {}
    assert sorted(found_again(done, [trace("Ann Lee"), trace("Ann Lee", 2)], ONE)) == [2]


@given(NAMES, st.data())
def test_who_is_masked_leaves_no_trace_and_takes_nobodys_place(
    people: list[str], data: st.DataObject
) -> None:
    record = work(*people, number=1)
    places = data.draw(st.sets(st.integers(1, len(people))))
    after = masked(record, places)
    kept = [(a, b) for a, b in zip(record.authors, after.authors) if b != NOBODY]
    assert len(after.authors) == len(record.authors)
    assert all(a == b for a, b in kept)
    assert {at for at, a in enumerate(after.authors, start=1) if a == NOBODY} == places
    lines = bylines([after])
    assert [line.position for line in lines if line.key is None] == sorted(places)
    assert not places & seats(after).keys()


@given(NAMES)
def test_masking_what_is_found_leaves_nothing_to_find(people: list[str]) -> None:
    record, known = work(*people), [trace(people[0])]
    places = found_again(record, known, ONE)
    assert places
    assert found_again(masked(record, places), known, ONE) == {}


def test_another_secret_knows_nobody() -> None:
    key = AuthorKey("orcid", "0000-0002-1825-0097")
    assert ONE.key(key) != OTHER.key(key)
    assert found_again(work("Ann Lee"), [trace("Ann Lee")], OTHER) == {}
    assert len({ONE.key(key), ONE.hint(key), ONE.row(key)}) == 3


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ('{"family":"Müller","given":"Änne"}', True),
        ('{"family":"M\\u00fcller","given":"\\u00c4nne"}', True),
        ("<keyname>M&#252;ller</keyname><forenames>&Auml;nne</forenames>", True),
        ("by ÄNNE MÜLLER and others", True),
        ("Änne Schmidt, Jo Müller", True),  # rather one record too many
        ("Jo Müller", False),
        ("https://orcid.org/0000-0002-1825-0097", True),
        ("0000-0001-5109-3700", False),
        ("", False),
    ],
)
def test_texts_that_name_somebody(text: str, is_named: bool) -> None:
    known = {*ONE.words("Änne Müller"), *ONE.words("0000-0002-1825-0097")}
    assert ONE.is_named_in(text, known) is is_named


def test_nobody_is_no_person_whoever_writes_it() -> None:
    assert not names.is_person(names.WITHHELD)
    assert not names.is_person("Name Withheld")
    assert author_key(PersonId("withheld", "abc", "a source")) is None


def test_the_digest_of_a_report_would_tell_masked_from_said() -> None:
    said: WorkRecord = work("Ann Lee")
    assert report_digest(said) != report_digest(changed(said, authors=(NOBODY,)))
