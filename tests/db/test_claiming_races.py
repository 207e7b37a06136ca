"""Fifty people at once, on transactions of their own: one gets the record, and steps count once."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_open, claim_submit
from claims.domain.transitions import Refusal
from claims.models import Challenge, Claim, ClaimEvent, Evidence
from claims.proving import evidence_add_written
from tests.factories.claims import NOW, account, claimant, record, reviewer
from tests.factories.corpus import facts_of
from tests.factories.races import together
from works.models import Author

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 50
WORDS = "My group's page names me with these works: https://group.example/people."


def names(found: list[Any]) -> Counter[str]:
    return Counter(one.code if isinstance(one, Refusal) else "done" for one in found)


def claims_of(author: Author, count: int) -> list[Claim]:
    """Drafts of as many people, each with a proof that would decide at once."""
    drafts = []
    for number in range(count):
        user = account(f"Xue Lin {number}")
        claim = claim_open(claimant(user), author, NOW)
        assert isinstance(claim, Claim)
        Evidence.objects.create(
            claim=claim, kind="orcid", subject=str(number), strength="strong", was_strong=True
        )
        drafts.append(claim)
    return drafts


def test_of_fifty_claims_of_one_record_one_is_accepted() -> None:
    author = record("Xue Lin")
    drafts = claims_of(author, PEOPLE)
    found = together(
        [partial(claim_submit, one, claimant(one.user), "It is me.", NOW) for one in drafts]
    )
    assert names(found) == {"done": PEOPLE}
    states = Counter(Claim.objects.values_list("state", flat=True))
    assert states == {"disputed": 1, "submitted": PEOPLE - 1}
    assert ClaimEvent.objects.filter(step="prove").count() == 1
    assert ClaimEvent.objects.filter(step="dispute").count() == 1
    assert Challenge.objects.filter(holder__state="disputed").count() == PEOPLE - 1
    assert (facts_of("Xue Lin").claim_state, facts_of("Xue Lin").level) == ("disputed", 3)


def test_of_fifty_acceptances_one_counts() -> None:
    author, judge = record("Xue Lin"), reviewer()
    for number in range(PEOPLE):
        user = account(f"Xue Lin {number}")
        claim = claim_open(claimant(user), author, NOW)
        assert isinstance(claim, Claim)
        evidence_add_written(claim, claimant(user), WORDS, NOW)
        claim_submit(claim, claimant(user), "", NOW)
    waiting = list(Claim.objects.order_by("pk"))
    found = together([partial(claim_decide, one, judge, "accept", Said(), NOW) for one in waiting])
    assert names(found) == {"done": 1, "unheld": PEOPLE - 1}
    states = Counter(Claim.objects.values_list("state", flat=True))
    assert states == {"accepted": 1, "submitted": PEOPLE - 1}


@pytest.mark.parametrize("clicks", [10])
def test_a_double_click_is_one_step(clicks: int) -> None:
    author, user = record("Xue Lin"), account("Xue Lin")
    opened = together([partial(claim_open, claimant(user), author, NOW) for _ in range(clicks)])
    assert len({claim.pk for claim in opened}) == 1
    sent = together(
        [partial(claim_submit, opened[0], claimant(user), "", NOW) for _ in range(clicks)]
    )
    assert names(sent) == {"done": 1, "no_step": clicks - 1}


def test_two_reviewers_at_one_moment_are_two() -> None:
    author = record("Xue Lin")
    user = account("Xue Lin")
    claim = claim_open(claimant(user), author, NOW)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, NOW)
    claim_submit(claim, claimant(user), "", NOW)
    from_both = [reviewer("One Reviewer"), reviewer("Other Reviewer")]
    connection.cursor().execute("UPDATE works_authorfacts SET followers = 5000")
    later = NOW + timedelta(hours=1)
    found = together(
        [partial(claim_decide, claim, judge, "accept", Said(), later) for judge in from_both]
    )
    assert names(found) == {"done": 1, "second_reviewer": 1}
    assert Claim.objects.get().state == "accepted"
