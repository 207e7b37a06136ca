"""The holder of a record asks for their account to be deleted, and may think better of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.context import request_context
from django.http import HttpRequest
from django.test import RequestFactory

from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_freeze, claim_open, claim_submit, claim_unfreeze
from claims.models import Challenge, Claim, Evidence
from claims.proving import evidence_add_written
from profiles.account_erasure import erasure_ask, erasure_take_back
from profiles.account_links import RESTORE, link_make
from profiles.models import Profile, User
from tests.factories.claims import NOW, account, claimant, record, reviewer
from tests.factories.corpus import facts_of, refresh_all
from works.models import Author, AuthorFacts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
WORDS = "My group's page names me with these works: https://group.example/people."
# What counts the writing of a row, and not what it says.
COUNTERS = {"version", "refreshed_at", "trust_at"}


@pytest.fixture
def ada() -> User:
    """Who holds a record of three works with Bo Li, by a reviewer's word, and speaks there."""
    user = account("Ada Noether")
    claim = claim_open(claimant(user), record("Ada Noether", "Bo Li"), NOW)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, NOW)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    assert isinstance(claim_decide(claim, reviewer(), "accept", Said(), NOW), Claim)
    Profile.objects.create(claim=claim, tagline="Rings and tides", shown_name="Ada N.")
    refresh_all()
    refresh_all()
    return user


@pytest.fixture
def request_(rf: RequestFactory) -> Iterator[HttpRequest]:
    request = rf.post("/accounts/delete/")
    with request_context(request):
        yield request


def state() -> dict[str, list[Any]]:
    facts = AuthorFacts.objects.order_by("author").values()
    return {
        "facts": [{k: v for k, v in row.items() if k not in COUNTERS} for row in facts],
        "claims": list(Claim.objects.order_by("pk").values()),
        "evidence": list(Evidence.objects.order_by("pk").values()),
        "names": list(Author.objects.order_by("pk").values("name", "chosen_name", "slug")),
    }


def back(request: HttpRequest, user: User) -> None:
    assert erasure_take_back(request, link_make(user, RESTORE, user.email).split("/")[-2])
    refresh_all()


def test_the_page_rests_on_nobody_who_is_gone(ada: User, request_: HttpRequest) -> None:
    assert facts_of("Ada N.").level == 2
    assert facts_of("Bo Li").verified_close == 1
    erasure_ask(request_, ada)
    refresh_all()
    facts = facts_of("Ada Noether")
    assert (facts.level, facts.said, facts.claim_state) == (1, {}, "claimed")
    assert facts_of("Bo Li").verified_close == 0


@pytest.mark.parametrize("several", [False, True])
def test_what_is_taken_back_gives_all_back_as_it_was(
    ada: User, request_: HttpRequest, several: bool
) -> None:
    AuthorFacts.objects.filter(author__name="Ada N.").update(several=several)
    before = state()
    erasure_ask(request_, ada)
    refresh_all()
    AuthorFacts.objects.filter(author__name="Ada Noether").update(several=several)
    back(request_, ada)
    AuthorFacts.objects.filter(author__name="Ada N.").update(several=several)
    assert state() == before


def test_what_happens_in_between_takes_nothing_away(ada: User, request_: HttpRequest) -> None:
    claim, judge = Claim.objects.get(user=ada), reviewer("Otto Reviewer")
    erasure_ask(request_, ada)
    other = account("Other Noether")
    rival = claim_open(claimant(other), claim.author, NOW)
    assert isinstance(rival, Claim)
    evidence_add_written(rival, claimant(other), WORDS, NOW)
    claim_submit(rival, claimant(other), "No, me.", NOW + timedelta(days=1))
    assert Challenge.objects.get().holder == claim
    claim_freeze(claim, judge, "who is it?", NOW)
    claim_unfreeze(claim, judge, NOW)
    back(request_, ada)
    facts = facts_of("Ada N.")
    assert (facts.level, facts.claim_state) == (2, "claimed")
    assert facts.said["tagline"] == "Rings and tides"
