"""A record that may be several people, until a reviewer finds that it is one."""

import pytest

from claims.claiming import claim_clear_flag, claim_open
from claims.models import Claim
from tests.factories.claims import NOW, account, claimant, reviewer
from tests.factories.corpus import author, facts_of, publish, refresh_all
from tests.factories.records import work
from works.services import authors_changed

pytestmark = pytest.mark.django_db

TWO_CIRCLES = [
    work("Ann Lee", other, number=n) for n, other in enumerate(["Bo Li"] * 2 + ["Cy Day"] * 2)
]
A_THIRD = [work("Ann Lee", "Di Fu", number=n) for n in (7, 8)]


def clear() -> None:
    lee = author("Ann Lee")
    claim = claim_open(claimant(account("Ann Lee")), lee, NOW)
    assert isinstance(claim, Claim)
    claim_clear_flag(claim, reviewer(), NOW)


def test_a_cleared_record_stays_cleared_while_nothing_new_speaks_against_it() -> None:
    publish(*TWO_CIRCLES)
    assert facts_of("Ann Lee").several
    clear()
    assert not facts_of("Ann Lee").several
    publish(work("Ann Lee", "Bo Li", number=5), work("Ann Lee", number=6))
    authors_changed([author("Ann Lee").pk])
    refresh_all()
    assert not facts_of("Ann Lee").several


def test_a_further_circle_flags_the_record_again() -> None:
    publish(*TWO_CIRCLES)
    clear()
    publish(*A_THIRD)
    assert facts_of("Ann Lee").several
