"""Claims of a record that an import makes part of another one."""

from datetime import timedelta
from typing import Any

import pytest

from claims.claim_moving import claims_move
from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_open, claim_release, claim_submit
from claims.disputes import challenge_admit
from claims.mailbox_codes import mail_code_check, mail_code_send
from claims.models import Challenge, Claim, ClaimEvent, Evidence
from claims.proving import evidence_add_written
from profiles.domain.notices import SAID
from profiles.models import Profile, User
from tests.db.test_claiming import fresh, sent_code, told
from tests.factories.claims import IDS, NOW, account, claimant, institution, reviewer
from tests.factories.corpus import author, author_of, publish, refresh_all
from tests.factories.records import changed, person, work
from works.models import Author, AuthorFacts, Report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]

WORDS = "My group's page names me with these works: https://group.example/people."
LIN = IDS[0]
LATER = NOW + timedelta(days=3)
HERE = "University of Somewhere"
THREE = [work(person("Xue Lin", HERE), "Ann Lee", number=n) for n in (1, 2, 3)]


def sent(user: User, record: Author) -> Claim:
    claim = claim_open(claimant(user), record, NOW)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, NOW)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    return fresh(claim)


def accepted(user: User, record: Author) -> Claim:
    claim = sent(user, record)
    assert isinstance(claim_decide(claim, reviewer(f"R {user.pk}"), "accept", Said(), NOW), Claim)
    return fresh(claim)


@pytest.fixture
def lin(db: None) -> Author:
    """A record of three works that is known by its name alone."""
    publish(*THREE)
    return author("Xue Lin")


def merge(*more: Any) -> Author:
    """The source gives the works an iD, which may have others: the record is part of its."""
    identified = (person("Xue Lin", HERE, orcid=LIN), person("Ann Lee"))
    publish(*(changed(one, authors=identified, record_date="2025-05-05") for one in THREE), *more)
    Report.objects.update(imported_at=NOW - timedelta(days=1))
    claims_move(LATER)
    refresh_all()
    return author_of("orcid", LIN)


def facts(record: Author) -> AuthorFacts:
    return AuthorFacts.objects.get(author=record)


def others(count: int = 5) -> list[Any]:
    return [work(person("Xue Lin", orcid=LIN), "Ann Lee") for _ in range(count)]


def test_who_holds_a_record_holds_it_under_its_new_key(lin: Author) -> None:
    claim = accepted(account("Xue Lin"), lin)
    Profile.objects.create(claim=claim, tagline="Tides", shown_name="Xue L.")
    refresh_all()
    heir = merge()
    assert (fresh(claim).state, fresh(claim).author) == ("accepted", heir)
    now = facts(heir)
    assert (now.claim_state, now.level, now.said["tagline"]) == ("claimed", 2, "Tides")
    assert Author.objects.get(pk=heir.pk).name == "Xue L."
    assert not Author.objects.filter(pk=lin.pk, chosen_name__gt="").exists()
    assert [one["author"] for one in told("claim_moved")] == [heir.pk]
    assert "claim_moved" in SAID
    assert ClaimEvent.objects.filter(claim=claim.pk).latest("pk").step == "moved"
    assert claims_move(LATER) == 0


def test_nobody_gets_the_works_of_another_by_an_import(lin: Author) -> None:
    claim = accepted(account("Xue Lin"), lin)
    heir = merge(*others())
    now = facts(heir)
    assert (fresh(claim).state, fresh(claim).author, fresh(claim).reviewed_at) == (
        "submitted",
        heir,
        None,
    )
    assert (now.works, now.claim_state, now.level) == (8, "pending", 1)


def test_a_proof_that_holds_for_the_other_record_decides(lin: Author) -> None:
    institution()
    claim = accepted(account("Xue Lin"), lin)
    found = mail_code_send(claim, claimant(claim.user), "xue.lin@some.edu", NOW)
    assert isinstance(found, Evidence)
    mail_code_check(claim, claimant(claim.user), found, sent_code(), NOW)
    heir = merge(*others())
    assert (fresh(claim).state, fresh(claim).author, fresh(claim).level) == ("accepted", heir, 3)


def test_two_holders_are_two_sides(lin: Author) -> None:
    publish(*others())
    heir = author_of("orcid", LIN)
    holder, mover = accepted(account("Real Lin"), heir), accepted(account("Xue Lin"), lin)
    merge()
    assert (fresh(holder).state, fresh(mover).state) == ("accepted", "submitted")
    challenge = Challenge.objects.get()
    assert (challenge.claim, challenge.holder, challenge.admitted_at) == (mover, holder, None)


def test_a_dispute_ends_where_its_record_does(lin: Author) -> None:
    holder = accepted(account("Xue Lin"), lin)
    rival = sent(account("Other Lin"), lin)
    challenge_admit(Challenge.objects.get(), reviewer("Judge"), NOW)
    assert fresh(holder).state == "disputed"
    heir = merge(*others())
    assert [fresh(one).state for one in (holder, rival)] == ["submitted", "submitted"]
    assert not Challenge.objects.filter(closed_at=None).exists()
    assert facts(heir).claim_state == "pending"
    assert {one.author for one in (fresh(holder), fresh(rival))} == {heir}


def test_a_dispute_goes_on_about_the_same_works(lin: Author) -> None:
    holder = accepted(account("Xue Lin"), lin)
    rival = sent(account("Other Lin"), lin)
    challenge_admit(Challenge.objects.get(), reviewer("Judge"), NOW)
    heir = merge()
    assert [fresh(one).state for one in (holder, rival)] == ["disputed", "submitted"]
    assert Challenge.objects.get().closed_at is None
    assert facts(heir).claim_state == "disputed"


@pytest.mark.parametrize("holds_old", [True, False])
def test_two_claims_of_one_person_become_one(lin: Author, holds_old: bool) -> None:
    publish(*others(1))
    user, heir = account("Xue Lin"), author_of("orcid", LIN)
    old = accepted(user, lin) if holds_old else sent(user, lin)
    new = sent(user, heir)
    merge()
    live = Claim.objects.exclude(state="withdrawn")
    assert live.get().author == heir
    assert {fresh(old).author, fresh(new).author} == {heir}


def test_what_ended_goes_along_and_says_nothing(lin: Author) -> None:
    claim = accepted(account("Xue Lin"), lin)
    claim_release(claim, claimant(claim.user), NOW)
    heir = merge()
    assert (fresh(claim).state, fresh(claim).author) == ("withdrawn", heir)
    assert told("claim_moved") == []
    assert facts(heir).claim_state == "unclaimed"
