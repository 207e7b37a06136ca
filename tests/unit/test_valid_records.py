"""What a record must be that no file can state wrongly, because its format cannot say it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.records import changed, work
from works.domain.records import (
    AuthorRecord,
    Category,
    ExternalId,
    InstitutionId,
    Notice,
    PersonId,
    WorkRecord,
)
from works.domain.validate import Invalid, validated

LEAF = Category("tree", "T1", broader=(Category("tree", "B1", broader=(Category("tree", "C1"),)),))
UNKNOWN: Any = "rumour"


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"categories": (LEAF,)}, "categories", "way up inside"),
        ({"notices": (Notice(UNKNOWN),)}, "notices", "not known"),
        ({"notices": (Notice("concern", about=ExternalId("A b", "x")),)}, "notices", "slug"),
        ({"source": "Not a slug"}, "source", "slug"),
    ],
)
def test_a_record_that_breaks_a_rule(fields: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        validated(changed(work(), **fields))
    assert caught.value.field == field


TEXTS = st.text(st.sampled_from(" \t\n\x07aé文"), max_size=8)
NAMES = TEXTS.map(lambda text: f"N{text}")


@st.composite
def records(draw: st.DrawFn) -> WorkRecord:
    author = AuthorRecord(
        draw(NAMES),
        affiliations=tuple(draw(st.lists(TEXTS, max_size=2))),
        person_ids=(PersonId("orcid", "0", "person"),),
        institutions=(InstitutionId("ror", "05gq02987", draw(TEXTS)),),
    )
    topic = Category("t", "1", draw(TEXTS), (Category("t-above", "2", draw(TEXTS)),))
    return work(author, number=1, title=draw(NAMES), venue=draw(TEXTS), categories=(topic,))


@given(records())
def test_a_tidy_record_stays_as_it_is_and_loses_nothing_but_white_space(record: WorkRecord) -> None:
    tidy = validated(record)
    assert validated(tidy) == tidy
    [before], [after] = record.authors, tidy.authors
    assert after.person_ids == before.person_ids
    for old, new in [
        (before.name, after.name),
        (before.institutions[0].name, after.institutions[0].name),
        (record.venue, tidy.venue),
        (record.categories[0].name, tidy.categories[0].name),
        (record.categories[0].broader[0].name, tidy.categories[0].broader[0].name),
    ]:
        assert new.split() == old.replace("\x07", " ").split()
        assert new == " ".join(new.split())
