"""Somebody is suppressed whose record is held, followed, invited, suggested and written about."""

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from msgspec import structs

from bzpeer.lib.models import OutboxEvent
from claims.confirming import confirmation_ask
from claims.mailbox_codes import mail_code_send
from claims.models import Challenge, Claim, Evidence, Invitation
from claims.proving import evidence_add_written
from profiles.domain.notices import NEW_WORKS, Kind, Way
from profiles.follow_feed import News
from profiles.models import Follow, Notice, Profile, Suggestion, User
from profiles.notices.delivering import notices_deliver
from profiles.notices.letters import digest_send
from tests.db.test_suppression import ALL, HER, NAME, ORCID, newer
from tests.factories.accounts import signed_in_as, staff
from tests.factories.claims import account, claimant, institution
from tests.factories.corpus import author, publish, refresh_all, take_in
from tests.factories.records import person, work
from tests.factories.traces import stored
from tests.web.crawl import crawl
from tests.web.dom import html
from tests.web.test_suppression import grant
from works.models import Author

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]

SOMEWHERE = "University of Somewhere"


@pytest.fixture
def mod(db: None) -> Client:
    return signed_in_as(staff())


def held(name: str, record: Author) -> Claim:
    claim = Claim.objects.create(user=account(name), author=record, state="accepted", level=3)
    refresh_all()
    return claim


@pytest.fixture
def her(db: None) -> Author:
    """The record, held by an account of another name."""
    there = structs.replace(HER, affiliations=(SOMEWHERE,))
    publish(*ALL, work(person("Bo Zwolfsberg", SOMEWHERE), there, "Ann Lee", title="Kelp"))
    found = author(NAME)
    claim = held("Ms Holder", found)
    Profile.objects.create(claim=claim, tagline=f"All of {NAME}", shown_name=NAME)
    rival = Claim.objects.create(user=account("Mx Rival"), author=found, state="submitted")
    Challenge.objects.create(claim=rival, holder=claim, holder_words=f"I am {NAME}.")
    evidence_add_written(claim, claimant(claim.user), f"{NAME} is on my page.", timezone.now())
    refresh_all()
    return found


def fan() -> User:
    return User.objects.get_or_create(email="fan@example.org")[0]


def hang_on(her: Author) -> None:
    """A follower, a suggestion, an invitation that is held, and what people brought."""
    Follow.objects.create(user=fan(), author=her)
    Suggestion.objects.create(user=fan(), author=her, place=1, reasons=[])
    lee = held("Ann Lee", author("Ann Lee"))
    Invitation.objects.create(
        from_user=lee.user, from_author=lee.author, to_author=her, purpose="coauthor",
        message="Shall we?", state="held", expires_at=timezone.now(),
    )  # fmt: skip
    assert isinstance(confirmation_ask(lee, claimant(lee.user), her, timezone.now()), Evidence)
    institution()
    bo = held("Bo Z", author("Bo Zwolfsberg"))
    found = mail_code_send(bo, claimant(bo.user), "bo.zwolfsberg@some.edu", timezone.now())
    assert isinstance(found, Evidence), found


def test_a_held_record_leaves_nothing(mod: Client, her: Author) -> None:
    hang_on(her)
    notices_deliver()
    OutboxEvent.objects.all().delete()
    others = ("quirina", ORCID, "A7007")
    assert "claims_evidence.facts" in stored(others)
    grant(mod, her)
    refresh_all()
    for _ in range(2):
        assert stored(others) == set()
        seen = dict(crawl(Client()))
        assert [at for at, one in seen.items() if "quirina" in html(one).lower()] == []
        take_in(*newer(*ALL))
        refresh_all()
    assert Evidence.objects.filter(kind="mailbox").exists()


def test_mail_that_waits_names_nobody_who_is_suppressed(mod: Client, her: Author) -> None:
    """The mail server may be away for days."""
    user = account("Fan")
    works = [
        News(1, "Kelp", "Kelp", 2024, timezone.now(), 2, 1, [NAME], [(her.slug, NAME)], []),
    ]
    digest_send(user.pk, Way.DAILY, works, [], 0)
    EmailMessage("Your code for BZPEER", "Your code is 12345678.", to=["fan@mail.example"]).send()
    assert "lib_outboxevent.payload" in stored(("quirina",))
    grant(mod, her)
    assert stored(("quirina",)) == set()
    assert [e.payload["subject"] for e in OutboxEvent.objects.filter(kind="mail")] == [
        "Your code for BZPEER"
    ]


def test_whoever_held_it_is_told_without_a_name(mod: Client, her: Author) -> None:
    grant(mod, her)
    notices_deliver()
    for name in ("Ms Holder", "Mx Rival"):
        user = User.objects.get(name=name)
        text = signed_in_as(user).get("/notifications/").content.decode()
        assert "A record that you claimed was removed" in text
        assert "quirina" not in text.lower()


def test_a_notice_of_new_works_leaves_the_name_out(mod: Client, her: Author) -> None:
    user, lee = account("Fan"), author("Ann Lee")
    things = [f"a{her.pk}", f"a{lee.pk}"]
    for number, about in enumerate((things, things[:1])):
        Notice.objects.create(
            user=user, kind=Kind.WORKS.value, what=NEW_WORKS, subject=str(number),
            data={"things": about},
        )  # fmt: skip
    grant(mod, her)
    text = signed_in_as(user).get("/notifications/").content.decode()
    assert "New works by Ann Lee" in text
    assert "New works on what you follow" in text
