"""An account that held a record is erased: the record is free, and says nothing of it any more."""

import pytest

from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_open, claim_submit
from claims.models import Claim, Evidence
from claims.proving import evidence_add_written, evidence_judge
from profiles.account_erasure import erase
from profiles.models import User
from tests.factories.claims import NOW, account, claimant, record, reviewer
from tests.factories.corpus import TODAY, author, facts_of, refresh_all
from works import settling
from works.models import Authorship, MentionDecision
from works.settling import Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    """The holder of a record, by a reviewer's word."""
    user = account("Ada Noether")
    claim = claim_open(claimant(user), record("Ada Noether", "Bo Li"), NOW)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), "See my page.", NOW)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    judge = reviewer()
    evidence_judge(Evidence.objects.get(), judge, accepted=True, now=NOW)
    claim_decide(claim, judge, "accept", Said(), NOW)
    return user


def test_the_record_is_free(ada: User) -> None:
    assert facts_of("Ada Noether").claim_state == "claimed"
    erase(ada)
    refresh_all()
    facts = facts_of("Ada Noether")
    assert (facts.claim_state, facts.level) == ("unclaimed", 1)
    assert not Claim.objects.exists()


def test_what_they_said_of_works_stands_no_more(ada: User) -> None:
    record = author("Ada Noether")
    line = Authorship.objects.filter(author=record).order_by("work_id")[0]
    verdict = Verdict(line.work_id, line.position, mine=False)
    settling.mentions_settle(record.pk, [verdict], user_id=ada.pk, today=TODAY)
    assert not Authorship.objects.filter(author=record, work=line.work_id).exists()
    erase(ada)
    assert Authorship.objects.filter(author=record, work=line.work_id).exists()
    assert not MentionDecision.objects.filter(stands=True).exists()
