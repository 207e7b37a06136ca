"""The institutions whose mailboxes and pages may speak for a record."""

import pytest

from claims.record_facts import places
from tests.factories.corpus import author, take_in
from tests.factories.institutions import record, register, ror
from tests.factories.records import work
from works.domain.records import AuthorRecord, InstitutionId

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "domains"),
    [("active", [("north.example",)]), ("inactive", []), ("withdrawn", [])],
)
@pytest.mark.parametrize("by_id", [True, False])
def test_the_domain_of_an_institution_that_is_no_more_may_be_anybodys(
    status: str, domains: list[tuple[str]], by_id: bool
) -> None:
    register(record(1, "North University", status=status, domains=("north.example",)))
    given = (InstitutionId("ror", ror(1), "North University"),) if by_id else ()
    ann = AuthorRecord("Ann Lee", affiliations=("North University",), institutions=given)
    take_in(work(ann, created="2024-01-02"))
    assert [place.domains for place in places(author("Ann Lee").pk, 2024)] == domains
