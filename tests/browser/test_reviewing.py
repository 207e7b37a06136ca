"""The reviewers' pages in two sizes and two lights, and a decision that is taken in them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from bzpeer.lib.models import AuditEvent, MailDay, OutboxEvent
from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_open, claim_submit
from claims.disputes import challenge_admit, dispute_answer
from claims.models import Challenge, Claim, Correction
from claims.proving import evidence_add_orcid, evidence_add_page, evidence_add_written
from profiles.models import User
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of
from tests.factories.accounts import person, staff
from tests.factories.claims import IDS, account, claimant, record, reviewer
from tests.factories.corpus import publish
from tests.factories.records import work
from works.models import Author

WORDS = (
    "The page of my group names me with these works: https://group.example/people. The head of the"
    " group can confirm it.\n\nI changed fields in 2019, which is why there are two sets of"
    " co-authors."
)


def brought(user: User, author: Author, *, orcid: bool = False) -> Claim:
    """A claim that was sent, with a page and words, and with an iD where there is one."""
    now = timezone.now()
    claim = claim_open(claimant(user), author, now - timedelta(days=9))
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, now)
    evidence_add_page(claim, claimant(user), "https://www.some.edu/~lin/publications/", now)
    if orcid:
        evidence_add_orcid(claim, claimant(user), now)
    claim_submit(claim, claimant(user), "I am the author of these works.", now)
    Claim.objects.filter(pk=claim.pk).update(submitted_at=now - timedelta(days=9))
    return Claim.objects.get(pk=claim.pk)


@pytest.fixture
def desk(transactional_db: None) -> dict[str, Claim]:
    """A claim of a flagged record, and a dispute in which both were heard."""
    now = timezone.now()
    for number in range(3):
        publish(work("Xue Lin", "Ann Lee", "Bo Roe", title=f"Pruning of dense networks {number}"))
        publish(work("Xue Lin", "Eva Ott", title=f"Alpine flora under late snow {number}"))
    person("lin@mail.elsewhere.example", name="Хuе Lin")
    user = account("Xue Lin", orcid=IDS[0])
    flagged = brought(user, Author.objects.get(name="Xue Lin"), orcid=True)
    author = record("Maximiliane Freifrau von Hohenstein-Langenberg", "Cy Poe", orcid=IDS[1])
    holder = brought(account("Max Hohenstein"), author)
    claim_decide(holder, reviewer(), "accept", Said(), now)
    rival = brought(account("Maximiliane von Hohenstein"), author)
    challenge = Challenge.objects.get()
    challenge_admit(challenge, reviewer("Ada Admits"), now)
    dispute_answer(challenge, claimant(rival.user), f"The works are mine. {WORDS}", now)
    for days, kind in enumerate(("fact", "remove")):
        Correction.objects.create(
            once=kind, record="/works/1/", record_title="On the pruning of dense networks",
            kind=kind, message="x" * 20, sent_at=now - timedelta(days=3 + 40 * days),
        )  # fmt: skip
    OutboxEvent.objects.create(kind="mail", payload={}, parked_at=now)
    AuditEvent.objects.create(kind="login_failed", user_id=user.pk, ip="2001:db8::1")
    return {"flagged": flagged, "holder": holder, "rival": rival}


def as_staff(visit: Visit) -> Visit:
    client = Client()
    client.force_login(staff())
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": visit.site}
    visit.context.add_cookies([session])  # type: ignore[list-item]
    return visit


def test_the_pages_of_reviewers(desk: dict[str, Claim], visitor: Visitor) -> None:
    visit = as_staff(visitor())
    places = {
        "reviews": "/moderation/",
        "reviews-none": "/moderation/?kind=objection",
        "review-events": "/moderation/events/",
        "review-events-none": "/moderation/events/?account=99999999",
    } | {f"review-{name}": f"/moderation/claims/{one.public_id}/" for name, one in desk.items()}
    faults = {}
    for name, address in places.items():
        if found := faults_of(visit.go(address), name, unfolded=True):
            faults[name] = found
    assert faults == {}


def test_the_page_of_mail_that_people_complained_of(
    transactional_db: None, visitor: Visitor
) -> None:
    MailDay.objects.create(day=timezone.now().date(), sent=3_000, complaints=20)
    page = as_staff(visitor()).go("/moderation/mail/")
    assert faults_of(page, "mail-stopped") == []
    page.get_by_role("button", name="Let the mail go on").click()
    expect(page.get_by_text("All is well.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_flag_is_cleared_and_a_claim_accepted(
    desk: dict[str, Claim], visitor: Visitor, scripts: bool
) -> None:
    claim = desk["flagged"]
    page = as_staff(visitor(scripts=scripts)).go("/moderation/")
    page.get_by_role("link", name="Xue Lin").click()
    page.get_by_role("button", name="Clear the flag").click()
    expect(page.get_by_text("The flag is cleared for this claim.")).to_be_visible()
    page.get_by_label("Accept", exact=True).check()
    page.get_by_label("In your words").fill("Thank you.")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_text("Decided, and the person is told.")).to_be_visible()
    claim.refresh_from_db()
    assert (claim.state, claim.note) == ("accepted", "Thank you.")
