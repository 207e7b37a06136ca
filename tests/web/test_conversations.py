"""The pages of conversations: read by those who are in them, and by nobody else."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib.models import AuditEvent, OutboxEvent
from claims.conversing import participant_leave
from claims.models import AbuseReport, Block, Conversation, Message, Outcome, Participant, Proposal
from profiles.account_export import export as account_export
from profiles.models import User
from tests.factories.accounts import signed_in_as, staff
from tests.factories.conversations import conversation, holder, say
from tests.factories.corpus import author
from tests.web.dom import page

pytestmark = pytest.mark.django_db
NOTHING = "0" * 32


@pytest.fixture
def ada() -> User:
    return holder("Ada Noether")


@pytest.fixture
def bob() -> User:
    return holder("Bob Birk")


@pytest.fixture
def talk(ada: User, bob: User) -> Conversation:
    return conversation(ada, bob)


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in_as(ada)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return signed_in_as(bob)


def url(talk: Conversation, part: str = "") -> str:
    return f"/conversations/{talk.public_id}/{part}"


def post(client: Client, talk: Conversation, do: str, **values: str) -> HttpResponseBase:
    return client.post(url(talk), {"do": do, "once": "form", **values})


def body(response: HttpResponseBase) -> str:
    """What was sent, less the token of its forms."""
    content = response.getvalue() if response.streaming else response.content  # type: ignore[attr-defined]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content.decode())


def asked(client: Client, address: str, status: int = 200) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
        body(response)
    assert response.status_code == status
    return len(captured)


# Talking


def test_a_message_is_sent_read_and_counted(
    as_ada: Client, as_bob: Client, talk: Conversation
) -> None:
    sent = post(as_ada, talk, "send", message="So $x^2$ & <b>more</b>")
    assert (sent.status_code, sent["Location"]) == (303, f"{url(talk)}#end")
    assert "1 unread" in page(as_bob.get("/conversations/")).text
    shown = as_bob.get(url(talk)).content.decode()
    assert '<p>So <span class="tex">x<sup>2</sup></span> &amp; &lt;b&gt;more&lt;/b&gt;</p>' in shown
    assert "unread" not in page(as_bob.get("/conversations/")).text


def bell(client: Client, address: str) -> str:
    """What the head of a page says of messages."""
    links = page(client.get(address)).all("a", class_="bell")
    return next(link.text for link in links if link["href"] == "/conversations/")


def test_the_head_of_every_page_counts_messages_in_the_statement_of_the_notices(
    as_bob: Client, ada: User, bob: User, talk: Conversation
) -> None:
    assert bell(as_bob, "/about/") == "Conversations"
    say(talk, bob, "Mine")
    for number in range(3):
        say(talk, ada, f"Hello {number}")
    for where in ("/about/", "/accounts/", "/conversations/"):
        assert bell(as_bob, where).split() == ["Conversations", "3", "unread"]
    assert "conversations (3 unread)" in page(as_bob.get("/accounts/")).text
    with CaptureQueriesContext(connection) as captured:
        as_bob.get("/about/")
    counts = [one["sql"] for one in captured if "count(*)" in one["sql"].lower()]
    assert len(counts) == 1
    assert all(table in counts[0] for table in ("profiles_notice", "claims_message"))
    assert bell(as_bob, url(talk)) == "Conversations"


def test_a_hundred_messages_are_many(as_bob: Client, ada: User, talk: Conversation) -> None:
    rows = [
        Message(conversation=talk, author=ada, once=str(n), body="x", html="x") for n in range(120)
    ]
    Message.objects.bulk_create(rows)
    assert bell(as_bob, "/about/").split() == ["Conversations", "99+", "unread"]


def test_the_same_form_twice_is_one_message(as_ada: Client, talk: Conversation) -> None:
    for _ in range(2):
        assert post(as_ada, talk, "send", message="Hello").status_code == 303
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("text", "status"), [("", 422), ("x" * 10_001, 422)])
def test_what_cannot_be_sent_is_kept_in_the_form(
    as_ada: Client, talk: Conversation, text: str, status: int
) -> None:
    response = post(as_ada, talk, "send", message=text)
    assert response.status_code == status
    assert f">{text}</textarea>" in response.content.decode()  # type: ignore[attr-defined]
    assert Message.objects.count() == 0


def test_a_look_marks_as_read_and_a_head_does_not(
    as_bob: Client, ada: User, bob: User, talk: Conversation
) -> None:
    last = say(talk, ada, "Hello")
    as_bob.head(url(talk))
    assert Participant.objects.get(user=bob).last_read == 0
    as_bob.get(url(talk))
    assert Participant.objects.get(user=bob).last_read == last.pk


def test_pages_go_back_from_the_end(as_bob: Client, ada: User, talk: Conversation) -> None:
    sent = [say(talk, ada, f"Number {number}.") for number in range(35)]
    newest = as_bob.get(url(talk))
    assert "Number 5." in page(newest).text
    assert "Number 4." not in page(newest).text
    address = f"{url(talk)}?until={sent[4].public_id}"
    assert f"{address}#end" in newest.content.decode()
    earlier = as_bob.get(address)
    assert "Number 4." in page(earlier).text
    assert "Number 5." not in page(earlier).text
    assert "look-again" not in earlier.content.decode()


def test_five_minutes_to_change_a_message(as_ada: Client, as_bob: Client, ada: User,
                                          talk: Conversation) -> None:  # fmt: skip
    message = say(talk, ada, "Teh", timezone.now())
    address = f"/messages/{message.public_id}/"
    assert address in as_ada.get(url(talk)).content.decode()
    assert f'"{address}"' not in as_bob.get(url(talk)).content.decode()
    assert as_ada.post(address, {"message": "The"}).status_code == 303
    assert "changed" in page(as_bob.get(url(talk))).text
    assert as_bob.post(address, {"message": "No"}).status_code == 409
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert f'"{address}"' not in as_ada.get(url(talk)).content.decode()
    assert as_ada.post(address, {"message": "Too late"}).status_code == 409
    assert Message.objects.get().body == "The"


def test_close_open_again_and_leave(as_ada: Client, as_bob: Client, talk: Conversation) -> None:
    assert post(as_ada, talk, "close").status_code == 303
    assert "nobody can write" in page(as_bob.get(url(talk))).text
    assert post(as_bob, talk, "send", message="But").status_code == 409
    assert post(as_bob, talk, "reopen").status_code == 409
    assert post(as_ada, talk, "reopen").status_code == 303
    assert post(as_bob, talk, "leave").status_code == 303
    assert "You left on" in page(as_bob.get(url(talk))).text
    assert post(as_bob, talk, "send", message="Back").status_code == 409


@pytest.mark.parametrize("do", ["", "erase", "SEND"])
def test_a_deed_that_there_is_not(as_ada: Client, talk: Conversation, do: str) -> None:
    assert post(as_ada, talk, do).status_code == 400


def test_a_third_person_is_proposed_agreed_to_and_joins(
    as_ada: Client, as_bob: Client, talk: Conversation
) -> None:
    as_cy = signed_in_as(holder("Cy Young"))
    page_of_cy = f"https://bzpeer.example/researchers/{author('Cy Young').slug}/"
    assert post(as_ada, talk, "add", record="nobody").status_code == 422
    assert post(as_ada, talk, "add", record=page_of_cy).status_code == 303
    proposal = Proposal.objects.get().public_id
    join = f"/conversations/asked/{proposal}/"
    assert as_cy.post(join, {"answer": "yes"}).status_code == 404
    assert "Do you agree?" in page(as_bob.get(url(talk))).text
    post(as_bob, talk, "answer", proposal=proposal, answer="yes")
    assert "ask you into their conversation" in page(as_cy.get("/conversations/")).text
    assert as_cy.get(url(talk)).status_code == 404
    assert as_cy.post(join, {"answer": "yes"})["Location"] == url(talk)
    assert "Ada Noether and Bob Birk" in page(as_cy.get(url(talk))).text


@pytest.mark.parametrize("who", ["the inviter", "the invited"])
def test_either_side_blocks_the_other_from_the_conversation(
    as_ada: Client, as_bob: Client, ada: User, bob: User, talk: Conversation, who: str
) -> None:
    mine, theirs, other = (as_ada, as_bob, bob) if who == "the inviter" else (as_bob, as_ada, ada)
    before = body(theirs.get(url(talk)))
    seat = page(mine.get(url(talk))).one("button", name="seat")["value"]
    assert post(mine, talk, "block", seat=seat).status_code == 303
    assert Block.objects.get().blocked == other
    assert AuditEvent.objects.filter(kind="blocked").count() == 1
    shown = page(mine.get(url(talk)))
    assert f"You blocked {other.name}" in " ".join(shown.text.split())
    assert not shown.all("button", name="seat")
    forms = re.compile(r'name="once" value="[^"]+"')
    assert forms.sub("", body(theirs.get(url(talk)))) == forms.sub("", before)
    post(theirs, talk, "send", message="Are you there?")
    assert "Are you there?" not in body(mine.get(url(talk)))


@pytest.mark.parametrize("seat", ["", "0", "7", "-1", "x"])
def test_nobody_blocks_themselves_or_who_is_not_there(
    as_ada: Client, talk: Conversation, seat: str
) -> None:
    assert post(as_ada, talk, "block", seat=seat).status_code == 404
    assert not Block.objects.exists()


def test_the_conversation_leads_to_the_invitation_for_its_two_sides(
    as_ada: Client, ada: User, bob: User, talk: Conversation
) -> None:
    assert talk.invitation is not None
    where = f"/invitations/{talk.invitation.public_id}/"
    assert where in body(as_ada.get(url(talk)))
    cy = holder("Cy Young")
    Participant.objects.create(conversation=talk, user=cy)
    assert where not in body(signed_in_as(cy).get(url(talk)))


def test_what_came_of_it_is_marked_and_taken_back(
    as_ada: Client, as_bob: Client, talk: Conversation
) -> None:
    assert post(as_ada, talk, "mark", work="https://x.org/").status_code == 422
    assert post(as_ada, talk, "mark", work="/works/999999999/").status_code == 422
    assert post(as_ada, talk, "mark").status_code == 303
    assert "It led to something." in page(as_bob.get(url(talk))).text
    for client in (as_ada, as_bob):
        post(client, talk, "show", shows="yes")
    assert "Your profiles count it" in page(as_bob.get(url(talk))).text
    post(as_bob, talk, "unmark")
    assert Outcome.objects.count() == 0


def test_search_leads_to_the_message(as_bob: Client, ada: User, talk: Conversation) -> None:
    found = say(talk, ada, "We prune trees.")
    say(talk, ada, "Nothing else.")
    answer = as_bob.get("/conversations/?q=prune")
    address = f"{url(talk)}?until={found.public_id}"
    assert f"{address}#m-{found.public_id}" in answer.content.decode()
    assert "Nothing else." not in page(as_bob.get(address)).text
    assert "No message of yours" in page(as_bob.get("/conversations/?q=pear")).text


def test_the_copy_is_a_file(as_bob: Client, ada: User, talk: Conversation) -> None:
    say(talk, ada, "Hello")
    response = as_bob.get(url(talk, "export/"))
    assert response["Content-Disposition"].startswith('attachment; filename="bzpeer-conversation-')
    assert response["Cache-Control"] == "private, no-store"
    copy = json.loads(response.getvalue())
    assert [row["text"] for row in copy["messages"]] == ["Hello"]
    assert "@" not in json.dumps(copy)


# What is new


def test_what_is_new_comes_as_a_fragment(as_bob: Client, ada: User, bob: User,
                                         talk: Conversation) -> None:  # fmt: skip
    first = say(talk, ada, "One")
    address = url(talk, f"new/?after={first.public_id}")
    nothing = as_bob.get(address).content.decode()
    assert "<li" not in nothing
    assert f"after={first.public_id}&amp;quiet=1" in nothing
    assert 'hx-trigger="load delay:4s, look"' in nothing
    second = say(talk, ada, "Two")
    found = as_bob.get(f"{address}&quiet=7").content.decode()
    assert "Two" in found
    assert "One" not in found
    assert f"after={second.public_id}&amp;quiet=0" in found
    assert "delay:3s" in found
    assert "1 new message" in found
    assert Participant.objects.get(user=bob).last_read == second.pk


def test_the_wait_grows_and_is_chosen_by_the_server(as_bob: Client, talk: Conversation) -> None:
    delays, quiet = [], "0"
    for _ in range(12):
        answer = as_bob.get(url(talk, f"new/?quiet={quiet}")).content.decode()
        delays.append(int(re.findall(r"delay:(\d+)s", answer)[0]))
        quiet = re.findall(r"quiet=(\d+)", answer)[0]
    assert delays == sorted(delays)
    assert delays[-1] == 60


@pytest.mark.parametrize("quiet", ["-1", "x", "٣", "9" * 400, "1e3"])
def test_odd_counts_of_silence(as_bob: Client, talk: Conversation, quiet: str) -> None:
    assert "delay:4s" in as_bob.get(url(talk, "new/"), {"quiet": quiet}).content.decode()


def test_the_looking_ends_with_the_conversation(
    as_ada: Client, as_bob: Client, talk: Conversation
) -> None:
    post(as_ada, talk, "close")
    answer = as_bob.get(url(talk, "new/")).content.decode()
    assert "hx-get" not in answer
    assert "The conversation has changed." in answer


# Read by nobody else


def outsiders(talk: Conversation) -> dict[str, Client]:
    return {"stranger": signed_in_as(holder("Eve Low")), "staff": signed_in_as(staff())}


def addresses(talk: Conversation, message: Message) -> list[str]:
    here, one = url(talk), f"/messages/{message.public_id}/"
    return [here, f"{here}new/", f"{here}export/", one, f"{one}report/"]


@pytest.mark.parametrize("who", ["stranger", "staff"])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_others_are_told_what_is_said_of_what_never_was(
    talk: Conversation, ada: User, who: str, method: str
) -> None:
    message = say(talk, ada, "Between us")
    client = outsiders(talk)[who]
    for address in addresses(talk, message):
        nowhere = address.replace(talk.public_id, NOTHING).replace(message.public_id, NOTHING)
        found, nothing = (getattr(client, method)(one) for one in (address, nowhere))
        assert found.status_code == nothing.status_code
        assert found.status_code == (
            405
            if method == "post" and "/new/" in address or method == "post" and "/export/" in address
            else 404
        )
        assert body(found) == body(nothing)
        assert found.headers == nothing.headers


def test_a_post_of_a_stranger_does_nothing(talk: Conversation, ada: User, bob: User) -> None:
    message = say(talk, ada, "Between us", timezone.now())
    client = outsiders(talk)["stranger"]
    for do in ("send", "close", "leave", "add", "answer", "mark", "unmark", "show"):
        assert post(client, talk, do, message="Hello").status_code == 404
    assert client.post(f"/messages/{message.public_id}/", {"message": "x"}).status_code == 404
    report = client.post(f"/messages/{message.public_id}/report/", {"reason": "spam"})
    assert report.status_code == 404
    assert (Message.objects.get().body, Conversation.objects.get().state) == ("Between us", "open")
    assert AbuseReport.objects.count() == 0


def test_an_id_of_another_conversation_is_none_of_this_one(
    as_bob: Client, ada: User, talk: Conversation
) -> None:
    elsewhere = conversation(ada, holder("Cy Young"))
    foreign = say(elsewhere, ada, "Not for Bob")
    for address in (f"{url(talk)}?until={foreign.public_id}",
                    url(talk, f"new/?after={foreign.public_id}")):  # fmt: skip
        assert as_bob.get(address).status_code == 404
    there = Proposal.objects.create(conversation=elsewhere, person=holder("Dan Day"))
    assert post(as_bob, talk, "answer", proposal=there.public_id, answer="yes").status_code == 404


def test_who_left_reads_what_was_written_until_then(
    as_bob: Client, ada: User, bob: User, talk: Conversation
) -> None:
    cy = holder("Cy Young")
    Participant.objects.create(conversation=talk, user=cy)
    say(talk, ada, "Before.")
    participant_leave(talk, bob.pk, timezone.now())
    after = say(talk, ada, "Afterwards.")
    for address in (url(talk), url(talk, "new/"), url(talk, "export/"), "/conversations/",
                    "/conversations/?q=afterwards"):  # fmt: skip
        assert "Afterwards." not in body(as_bob.get(address))
    assert "Before." in page(as_bob.get(url(talk))).text
    assert as_bob.get(f"/messages/{after.public_id}/report/").status_code == 404


def test_a_message_that_is_withheld_is_not_there(
    as_bob: Client, as_ada: Client, ada: User, bob: User, talk: Conversation
) -> None:
    Block.objects.create(user=bob, blocked=ada)
    assert post(as_ada, talk, "send", message="Listen!").status_code == 303
    assert "Listen!" in page(as_ada.get(url(talk))).text
    message = Message.objects.get()
    for address in (url(talk), url(talk, "new/"), url(talk, "export/"), "/conversations/"):
        assert "Listen!" not in body(as_bob.get(address))
    assert as_bob.get(f"/messages/{message.public_id}/").status_code == 404


def test_nothing_is_stored_by_caches(as_bob: Client, ada: User, talk: Conversation) -> None:
    message = say(talk, ada, "Hello")
    for address in ("/conversations/", *addresses(talk, message)):
        assert as_bob.get(address)["Cache-Control"] == "private, no-store"


def test_nobody_sees_an_address_or_the_number_of_an_account(
    as_bob: Client, ada: User, talk: Conversation
) -> None:
    message = say(talk, ada, "Hello")
    for address in ("/conversations/", *addresses(talk, message)):
        shown = body(as_bob.get(address))
        assert ada.email not in shown
        assert not re.search(rf"(account|user)\W+{ada.pk}\b", shown)


def test_the_page_says_deleted_user(as_bob: Client, ada: User, talk: Conversation) -> None:
    say(talk, ada, "Hello")
    for step in (lambda: User.objects.filter(pk=ada.pk).update(is_active=False), ada.delete):
        step()
        for address in (url(talk), "/conversations/"):
            text = page(as_bob.get(address)).text
            assert "deleted user" in text
            assert "Ada Noether" not in text


# Reports


def report(client: Client, message: Message, **more: str) -> HttpResponseBase:
    return client.post(f"/messages/{message.public_id}/report/", {"reason": "insult", **more})


def test_staff_read_a_message_only_when_it_was_reported(
    as_ada: Client, as_bob: Client, ada: User, talk: Conversation
) -> None:
    mod = signed_in_as(staff())
    other, message = say(talk, ada, "Harmless"), say(talk, ada, "Very rude")
    address = f"/moderation/messages/{message.public_id}/"
    assert mod.get(address).status_code == 404
    assert "Our staff will look" in page(report(as_bob, message, words="See for yourself")).text
    asks = page(mod.get(address)).text
    assert "See for yourself" in asks
    assert "Very rude" not in asks
    assert not AuditEvent.objects.filter(kind="reported_message_read").exists()
    reads = page(mod.post(address)).text
    assert "Very rude" in reads
    assert "Harmless" not in reads
    assert mod.get(f"/moderation/messages/{other.public_id}/").status_code == 404
    for client in (as_ada, as_bob):
        assert "staff read it on" in page(client.get(url(talk))).text
        assert client.post(address).status_code == 403
    mod.post(address)
    assert AuditEvent.objects.filter(kind="reported_message_read").count() == 2
    told = OutboxEvent.objects.filter(payload__what="conversation_read_by_staff")
    assert told.count() == 2


def test_staff_read_nothing_that_was_said_of_themselves(as_bob: Client, talk: Conversation) -> None:
    mod = staff()
    Participant.objects.create(conversation=talk, user=mod)
    message = say(talk, mod, "Very rude")
    report(as_bob, message, words="See for yourself")
    address = f"/moderation/messages/{message.public_id}/"
    as_mod = signed_in_as(mod)
    assert as_mod.get(address).status_code == as_mod.post(address).status_code == 404
    assert "See for yourself" in page(signed_in_as(staff("other@mod.example")).get(address)).text


def test_the_reporter_is_not_named(as_ada: Client, as_bob: Client, ada: User,
                                   talk: Conversation) -> None:  # fmt: skip
    message = say(talk, ada, "Very rude")
    before = body(as_ada.get("/conversations/"))
    report(as_bob, message)
    assert body(as_ada.get("/conversations/")) == before
    assert "reported" not in page(as_ada.get(url(talk))).text


def test_nobody_reports_a_message_of_their_own(
    as_ada: Client, ada: User, talk: Conversation
) -> None:
    message = say(talk, ada, "Mine")
    assert report(as_ada, message).status_code == 404
    assert AbuseReport.objects.count() == 0


# Statements

PAGES: dict[str, tuple[Callable[[Conversation], str], int]] = {
    "list": (lambda talk: "/conversations/", 8),
    "search": (lambda talk: "/conversations/?q=hello", 6),
    "conversation": (url, 11),
    "new": (lambda talk: url(talk, "new/"), 7),
    "export": (lambda talk: url(talk, "export/"), 6),
}


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_for_one_message_as_for_twenty(
    as_bob: Client, ada: User, talk: Conversation, name: str, rows: int
) -> None:
    for number in range(rows):
        say(talk, ada, f"Hello {number}")
    where, statements = PAGES[name]
    assert asked(as_bob, where(talk)) == statements


def test_nothing_new_asks_least(as_bob: Client, ada: User, talk: Conversation) -> None:
    last = say(talk, ada, "Hello")
    assert asked(as_bob, url(talk, f"new/?after={last.public_id}")) == 6


# The copy of all that is stored of a person


def test_the_copy_of_an_account_holds_its_own_messages_and_no_others(
    ada: User, bob: User, talk: Conversation
) -> None:
    say(talk, ada, "Of Ada")
    say(talk, bob, "Of Bob")
    Block.objects.create(user=bob, blocked=ada)
    say(talk, ada, "Withheld")
    Outcome.objects.create(conversation=talk, marked_by=bob)
    copy = json.loads("".join(account_export(ada)))["tables"]
    assert [row["body"] for row in copy["claims.message"]] == ["Of Ada", "Withheld"]
    assert "withheld_from" not in json.dumps(copy)
    for table in ("claims.conversation", "claims.participant", "claims.outcome"):
        assert len(copy[table]) == 1
    assert f'"user_id": {bob.pk}' not in json.dumps(copy["claims.participant"])
