"""One small scene for tests that walk all addresses: a record, who claims it, and what is theirs.

Whatever stands in an address and belongs to somebody belongs to the holder.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_open, claim_submit
from claims.confirming import confirmation_ask, confirmation_link
from claims.mailbox_codes import mail_code_send
from claims.models import Claim, Correction, Evidence, Message, Proposal
from claims.proving import evidence_add_written
from profiles.models import Notice, User
from tests.factories import conversations
from tests.factories.accounts import signed_in_as, staff
from tests.factories.claims import account, claimant, institution, record, reviewer
from tests.factories.records import topics
from works.models import Author, ImportRun, Institution, Topic, Work

PEOPLE = ("nobody", "user", "claimant", "holder", "staff")
WORDS = "My group's page names me with these works: https://group.example/people."
MISSING = "no-such-id-anywhere"
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
ELSEWHERE = {
    "object_id": 999_999, "number": 999_999, "content_type_id": 1, "app_label": "lib",
    "url": "nothing/",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """`people` are accounts by their part; `sessions` what each one's browser holds.

    `values` fill an address, by its part before the first placeholder.
    """

    people: dict[str, User]
    sessions: dict[str, str]
    claim: Claim
    evidence: Evidence
    values: dict[str, dict[str, Any]]

    def client(self, part: str) -> Client:
        """A browser of its own each time: what one request does to it, no other one sees."""
        client = Client(raise_request_exception=False)
        if part in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[part]
        return client

    def address(self, route: str, **other: object) -> str:
        """The route with this scene's values; `other` puts different ones in their place."""
        values = {**ELSEWHERE, **self.values.get(route.split("<")[0], {}), **other}
        return PLACE.sub(lambda found: str(values[found[1]]), route)


def build() -> Scene:
    """All of it in the database, in the caller's transaction."""
    people = {
        "user": account("Una User"),
        "claimant": account("Cleo Claimant"),
        "holder": account("Xue Lin"),
        "staff": staff("staff@example.org", name="Sid Staff"),
    }
    institution()
    author = record("Xue Lin", "Ann Lee", categories=topics("cs.LG"), created="2026-01-02")
    claim = _held(people["holder"], author)
    _sent(people["claimant"], author)
    evidence = _mailbox(claim)
    sessions = {part: str(signed_in_as(one).session.session_key) for part, one in people.items()}
    return Scene(people, sessions, claim, evidence, _values(claim, evidence, author))


def _sent(user: User, author: Author) -> Claim:
    now = timezone.now()
    claim = claim_open(claimant(user), author, now)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, now)
    claim_submit(claim, claimant(user), "", now)
    return claim


def _held(user: User, author: Author) -> Claim:
    claim = claim_decide(_sent(user, author), reviewer(), "accept", Said(), timezone.now())
    assert isinstance(claim, Claim)
    return claim


def _question(asked: Claim) -> str:
    """The link by which the holder is asked whether a co-author of theirs is who they say."""
    asking = account("Ann Lee")
    claim = _sent(asking, Author.objects.get(name="Ann Lee"))
    found = confirmation_ask(claim, claimant(asking), asked.author, timezone.now())
    assert isinstance(found, Evidence)
    return confirmation_link(found, asked.user_id)


def _credential() -> dict[str, Any]:
    """What a browser says of a new passkey, whose key nobody has."""
    key = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    known = AttestedCredentialData.create(bytes(16), b"key", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    said = AuthenticatorData.create(bytes(32), flags, 0, known)
    client = {"type": "webauthn.create", "challenge": "", "origin": "https://testserver"}
    return {
        "id": websafe_encode(b"key"),
        "rawId": websafe_encode(b"key"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(json.dumps(client).encode()),
            "attestationObject": websafe_encode(AttestationObject.create("none", said, {})),
        },
        "clientExtensionResults": {},
    }


def _talk(claim: Claim) -> dict[str, dict[str, Any]]:
    """A conversation of the holder's, a reported message of theirs, and one they are asked into."""
    friend, other = conversations.holder("Fay Friend"), conversations.holder("Oda Other")
    room = conversations.conversation(claim.user, friend)
    said = conversations.say(room, claim.user, "Shall we?", timezone.now())
    Message.objects.filter(pk=said.pk).update(reported_at=timezone.now())
    proposal = Proposal.objects.create(
        conversation=conversations.conversation(friend, other), person=claim.user,
        proposed_by=friend, asked_at=timezone.now(),
    )  # fmt: skip
    assert room.invitation is not None
    of_message = {"message_id": said.public_id}
    return {
        "/invitations/": {"public_id": room.invitation.public_id},
        "/conversations/": {"public_id": room.public_id},
        "/conversations/asked/": {"proposal_id": proposal.public_id},
        "/messages/": of_message,
        "/moderation/messages/": of_message,
    }


def _mailbox(claim: Claim) -> Evidence:
    found = mail_code_send(claim, claimant(claim.user), "xue.lin@some.edu", timezone.now())
    assert isinstance(found, Evidence)
    return found


def _values(claim: Claim, evidence: Evidence, author: Author) -> dict[str, dict[str, Any]]:
    run = ImportRun.objects.create(source="bzpeer", finished_at=timezone.now())
    note = Correction.objects.create(
        once="x", record="/works/1/", record_title="A work", kind="fact", message="x" * 20
    )
    told = Notice.objects.create(user=claim.user, kind="claims", what="claim_accept", subject="x")
    passkey = Authenticator.objects.create(
        user=claim.user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Key", "passwordless": True, "credential": _credential()},
    )
    of_author = {"slug": author.slug}
    of_work = {"work_id": Work.objects.values_list("pk", flat=True)[0]}
    return _talk(claim) | {
        "/researchers/": of_author,
        "/topics/": {"slug": Topic.objects.values_list("slug", flat=True)[0]},
        "/institutions/": {"slug": Institution.objects.values_list("slug", flat=True)[0]},
        "/works/": of_work,
        "/moderation/works/": of_work,
        "/moderation/imports/": {"number": run.pk},
        "/moderation/claims/": {"public_id": claim.public_id},
        "/corrections/": {"token": note.token},
        "/claims/": {"public_id": claim.public_id, "evidence_id": evidence.public_id},
        "/claims/confirm/": {"link": _question(claim)},
        "/notifications/": {"number": told.pk},
        "/notifications/unsubscribe/": {"token": MISSING},
        "/accounts/email/undo/": {"token": MISSING},
        "/accounts/restore/": {"token": MISSING},
        "/accounts/password/reset/key/": {"uidb36": "1", "key": "x-y"},
        "/accounts/2fa/passkeys/": {"pk": passkey.pk},
    }
