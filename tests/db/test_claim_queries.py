"""What pages of claims read: what is missing, what each may do, and in how many statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.claim_queries import claim_find, claim_shown, claims_of
from claims.claim_steps import Actor, Said
from claims.claiming import claim_decide, claim_open, claim_submit
from claims.domain.transitions import Role
from claims.models import Challenge, Claim
from claims.proving import evidence_add_written
from tests.factories.claims import NOW, account, claimant, record, reviewer
from works.models import Author

pytestmark = pytest.mark.django_db

WORDS = "My group's page names me with these works: https://group.example/people."


def written(name: str, author: Author, count: int = 1) -> Claim:
    user = account(name)
    claim = claim_open(claimant(user), author, NOW)
    assert isinstance(claim, Claim)
    for number in range(count):
        evidence_add_written(claim, claimant(user), f"{WORDS} {number}", NOW)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    found = claim_find(claim.public_id)
    assert found is not None
    return found


def test_the_claimant_sees_what_is_missing_and_what_it_would_give() -> None:
    claim = written("Xue Lin", record("Xue Lin"))
    shown = claim_shown(claim, claimant(claim.user), NOW)
    assert shown is not None
    assert shown.level == 1
    assert [(step.name, refusal) for step, refusal in shown.steps] == [("withdraw", None)]
    assert [one.reason.code for one in shown.evidence] == ["written_given"]
    assert [(one.code, one.gives_level, one.points) for one in shown.next][0] == ("orcid", 3, 30)
    assert [one.step for one in shown.history] == ["open", "evidence", "submit"]


def test_a_reviewer_sees_what_stands_in_the_way() -> None:
    claim = written("Xue Lin", record("Xue Lin"))
    judge = reviewer()
    shown = claim_shown(claim, judge, NOW)
    own = claim_shown(claim, Actor(Role.REVIEWER, claim.user_id), NOW)
    assert shown is not None
    assert own is not None
    assert {step.name: refusal for step, refusal in shown.steps} == dict.fromkeys(
        ("accept", "ask", "reject")
    )
    assert {refusal.code for _, refusal in own.steps if refusal} == {"not_party"}


def test_a_holder_knows_nothing_of_a_challenge_in_private() -> None:
    author = record("Xue Lin")
    holder, rival = written("Xue Lin", author), written("Other Lin", author)
    claim_decide(holder, reviewer(), "accept", Said(), NOW)
    by_holder = claim_shown(holder, claimant(holder.user), NOW)
    by_rival = claim_shown(rival, claimant(rival.user), NOW)
    assert by_holder is not None
    assert by_rival is not None
    assert (len(by_holder.challenges), len(by_rival.challenges)) == (0, 1)
    Challenge.objects.update(admitted_at=NOW)
    by_holder = claim_shown(holder, claimant(holder.user), NOW)
    assert by_holder is not None
    assert len(by_holder.challenges) == 1


def test_a_page_takes_as_many_statements_for_one_piece_of_evidence_as_for_eight() -> None:
    counts = []
    for number, pieces in enumerate((1, 8)):
        claim = written(f"Xue Lin {number}", record(f"Xue Lin {'AB'[number]}"), pieces)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            claim_shown(claim, claimant(claim.user), NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 16


def test_a_claim_is_found_by_its_owner_alone() -> None:
    claim = written("Xue Lin", record("Xue Lin"))
    stranger = account("Eve Stranger")
    assert claim_find(claim.public_id, claim.user_id) == claim
    assert claim_find(claim.public_id, stranger.pk) is None
    assert claim_find("x") is None
    assert [one.pk for one in claims_of(claim.user_id)] == [claim.pk]
