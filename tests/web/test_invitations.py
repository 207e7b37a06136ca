"""The pages of invitations: what each side sees and does, and what strangers get."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib.models import AuditEvent
from claims.collaboration_card import card
from claims.invitation_delivery import invitations_deliver
from claims.invitation_queries import PAGE
from claims.inviting import invitation_withdraw
from claims.models import (
    AbuseReport,
    Block,
    CollaborationWishes,
    Conversation,
    Invitation,
    SenderFreeze,
)
from tests.factories.accounts import mails, signed_in_as, staff
from tests.factories.claims import account
from tests.factories.corpus import publish
from tests.factories.inviting import (
    WORDS,
    Somebody,
    delivered,
    invite,
    somebody,
    speak,
    unclaimed,
    wish,
)
from tests.factories.records import work
from tests.web.addresses import researcher
from tests.web.dom import page
from works.models import Author, AuthorFacts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
OLD = timedelta(days=30)


@pytest.fixture
def ann(db: None) -> Somebody:
    return somebody("Ann Lee")


@pytest.fixture
def bo(db: None) -> Somebody:
    return somebody("Bo Day")


def browser(one: Somebody, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(one.user)
    return client


def asked(one: Somebody, other: Somebody) -> Invitation:
    return delivered(one, other, timezone.now())


def url_of(invitation: Invitation) -> str:
    return f"/invitations/{invitation.public_id}/"


FORM = {"purpose": "coauthor", "message": WORDS, "role": "", "time_frame": "", "days": "30"}


# Inviting


def test_readers_are_led_to_log_in(client: Client, bo: Somebody) -> None:
    address = researcher(bo.author, "invite/")
    shown = client.get(address)
    assert (shown.status_code, shown["Cache-Control"]) == (200, "private, no-store")
    next_url = address.replace("/", "%2F")
    assert f"/accounts/login/?next={next_url}" in page(shown).links()
    assert not page(shown).all("form", method="post")
    assert client.post(address, FORM).status_code == 403
    assert not Invitation.objects.exists()


def test_from_the_form_to_the_invitation(ann: Somebody, bo: Somebody) -> None:
    client, address = browser(ann, enforce_csrf_checks=True), researcher(bo.author, "invite/")
    form = page(client.get(address))
    token = form.all("input", name="csrfmiddlewaretoken")[0]["value"]
    assert client.post(address, FORM).status_code == 403
    done = client.post(address, FORM | {"csrfmiddlewaretoken": token})
    found = Invitation.objects.get()
    assert (done.status_code, done["Location"]) == (303, url_of(found))
    own = page(client.get(url_of(found)))
    assert "Waiting for an answer" in own.text
    assert WORDS in own.text
    assert [b.text for b in own.all("button") if b.within("main")] == ["Withdraw it"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": ""}, "What for"),
        ({"purpose": "spam"}, "What for"),
        ({"message": ""}, "Your message"),
        ({"message": "short"}, "Your message"),
        ({"message": "x" * 1_501}, "Your message"),
        ({"days": "9999"}, "Open for an answer for"),
        ({"role": "x" * 121}, "What you would like them to do (optional)"),
    ],
)
def test_what_is_wrong_is_said_and_kept(
    ann: Somebody, bo: Somebody, change: dict[str, str], field: str
) -> None:
    response = browser(ann).post(researcher(bo.author, "invite/"), FORM | change)
    assert response.status_code == 422
    shown = page(response)
    assert field in [link.text for link in shown.all("a") if link["href"].startswith("#id_")]
    assert not Invitation.objects.exists()


def test_more_fields_than_the_form_has_change_nothing(ann: Somebody, bo: Somebody) -> None:
    more = {"state": "accepted", "from_user": bo.user.pk, "to_user": ann.user.pk, "was_held": "1"}
    browser(ann).post(researcher(bo.author, "invite/"), FORM | more)
    found = Invitation.objects.get()
    assert (found.state, found.from_user_id, found.to_user_id) == ("open", ann.user.pk, bo.user.pk)
    assert not found.was_held


def test_the_page_says_what_speaks_for_it(ann: Somebody, bo: Somebody) -> None:
    publish(work("Ann Lee", "Bo Day", title="On what we share"))
    wish(bo, seeks=["review"], words="A second reader")
    shown = page(browser(ann).get(researcher(bo.author, "invite/"))).text
    assert "1 work together" in shown
    assert "On what we share" in shown
    assert "A second reader" in shown


def test_only_what_they_are_open_to_can_be_chosen(ann: Somebody, bo: Somebody) -> None:
    wish(bo, open_to=["review"])
    shown = page(browser(ann).get(researcher(bo.author, "invite/")))
    assert [one["value"] for one in shown.all("input", type="radio")] == ["review"]
    response = browser(ann).post(researcher(bo.author, "invite/"), FORM)
    assert response.status_code == 409
    assert "not open to invitations for this purpose" in page(response).text


def test_the_caps_and_the_line_are_told(ann: Somebody, bo: Somebody) -> None:
    client = browser(ann)
    shown = page(client.get(researcher(bo.author, "invite/"))).text
    assert "20 invitations in 24 hours, 3 for accounts younger than 7 days" in shown
    assert "You have 20 left today" in shown
    wish(bo, a_month=1)
    delivered(somebody("Cy Fox"), bo, timezone.now())
    assert "Yours will wait in line" in page(client.get(researcher(bo.author, "invite/"))).text
    client.post(researcher(bo.author, "invite/"), FORM)
    own = page(client.get(url_of(Invitation.objects.get(from_user=ann.user))))
    assert "In line" in own.text


def test_for_an_unclaimed_record_it_is_held(ann: Somebody) -> None:
    record, client = unclaimed("Cy Fox"), browser(ann)
    shown = page(client.get(researcher(record, "invite/"))).text
    assert "It is never mailed to anybody" in shown
    before = len(mails("mail")) + len(mails("notice"))
    for headers in ({}, {"HX-Request": "true"}):
        client.post(researcher(record, "invite/"), FORM, headers=headers)
    assert Invitation.objects.get().state == "held"
    assert len(mails("mail")) + len(mails("notice")) == before
    assert "Held" in page(client.get("/invitations/")).text


@pytest.mark.parametrize("twice", ["open", "declined"])
def test_a_second_one_is_refused_in_words(ann: Somebody, bo: Somebody, twice: str) -> None:
    found, client = asked(ann, bo), browser(ann)
    if twice == "declined":
        browser(bo).post(url_of(found), {"do": "decline", "reason": "time"})
    response = client.post(researcher(bo.author, "invite/"), FORM)
    assert response.status_code == 409
    said = "still open" if twice == "open" else "declined an invitation of yours"
    assert said in page(response).text
    assert Invitation.objects.count() == 1


def test_the_twenty_first_is_too_many(bo: Somebody) -> None:
    young = somebody("Ann Lee", joined=timezone.now())
    for name in ("Cy Fox", "Di Gil", "Ed Law"):
        invite(young, unclaimed(name), timezone.now())
    response = browser(young).post(researcher(bo.author, "invite/"), FORM)
    assert response.status_code == 429
    assert "younger than a week" in page(response).text


def test_without_a_level_one_is_told_how(bo: Somebody) -> None:
    publish(work("Cy Fox"))
    client = Client()
    client.force_login(account("Cy Fox"))
    shown = page(client.get(researcher(bo.author, "invite/"))).text
    assert "verification level L2" in shown


# Answering


def test_accepting_leads_into_the_conversation(ann: Somebody, bo: Somebody) -> None:
    found = asked(ann, bo)
    shown = page(browser(bo).get(url_of(found)))
    assert ann.user.email not in shown.text
    done = browser(bo).post(url_of(found), {"do": "accept"})
    conversation = Conversation.objects.get()
    assert (done.status_code, done["Location"]) == (
        303,
        f"/conversations/{conversation.public_id}/",
    )
    assert browser(bo).post(url_of(found), {"do": "accept"})["Location"] == done["Location"]
    for one in (ann, bo):
        links = page(browser(one).get(url_of(found))).links()
        assert f"/conversations/{conversation.public_id}/" in links


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "decline", "reason": "topic"}, "Not my topic any more"),
        ({"do": "decline", "reason": ""}, "declined on"),
        ({"do": "postpone", "days": "90"}, "asks you to invite them again after"),
    ],
)
def test_no_is_told_to_the_inviter(
    ann: Somebody, bo: Somebody, fields: dict[str, str], said: str
) -> None:
    found = asked(ann, bo)
    assert browser(bo).post(url_of(found), fields)["Location"] == url_of(found)
    assert said in page(browser(ann).get(url_of(found))).text


def test_accepting_what_was_withdrawn_says_so(ann: Somebody, bo: Somebody) -> None:
    found = asked(ann, bo)
    assert browser(ann).post(url_of(found), {"do": "withdraw"}).status_code == 303
    response = browser(bo).post(url_of(found), {"do": "accept"})
    assert response.status_code == 409
    shown = page(response)
    assert "the invitation has changed" in shown.text
    assert "took it back" in shown.text
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"do": "dance"}, 400),
        ({}, 400),
        ({"do": "postpone", "days": "1"}, 422),
        ({"do": "decline", "reason": "x"}, 422),
        ({"do": "report", "reason": "x"}, 422),
        ({"do": "withdraw"}, 409),
    ],
)
def test_what_is_no_answer(
    ann: Somebody, bo: Somebody, fields: dict[str, str], status: int
) -> None:
    found = asked(ann, bo)
    assert browser(bo).post(url_of(found), fields).status_code == status
    assert Invitation.objects.get().state == "open"


# Strangers


@pytest.mark.parametrize("do", ["", "accept", "decline", "withdraw", "block", "report"])
def test_strangers_get_what_is_not_there(ann: Somebody, bo: Somebody, do: str) -> None:
    found, stranger = asked(ann, bo), browser(somebody("Cy Fox"))
    for address in (url_of(found), "/invitations/nothing/"):
        response = stranger.post(address, {"do": do}) if do else stranger.get(address)
        assert response.status_code == 404
        assert "Ann" not in response.content.decode()
    assert Invitation.objects.get().state == "open"


def test_before_it_arrives_the_invitee_finds_nothing(ann: Somebody, bo: Somebody) -> None:
    found = invite(ann, bo, timezone.now())
    client = browser(bo)
    assert client.get(url_of(found)).status_code == 404
    assert "Ann Lee" not in page(client.get("/invitations/")).text
    invitations_deliver(timezone.now())
    assert client.get(url_of(found)).status_code == 200
    assert "Ann Lee" in page(client.get("/invitations/")).text


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_wrong_verbs(ann: Somebody, bo: Somebody, method: str) -> None:
    found, client = asked(ann, bo), browser(bo)
    places = (
        url_of(found),
        "/invitations/",
        "/settings/collaboration/",
        researcher(bo.author, "invite/"),
    )
    for address in places:
        assert getattr(client, method)(address).status_code == 405
    assert client.post("/invitations/").status_code == 405
    assert client.get(f"{url_of(found)}?do=accept").status_code == 200
    assert Invitation.objects.get().state == "open"


def test_nothing_is_stored(ann: Somebody, bo: Somebody) -> None:
    found, client = asked(ann, bo), browser(bo)
    places = (url_of(found), "/invitations/", "/settings/collaboration/")
    for address in places:
        assert client.get(address)["Cache-Control"] == "private, no-store"
        assert Client().get(address)["Location"].startswith("/accounts/login/")


# Blocked and reported


def text_of(client: Client, address: str, name: str) -> str:
    return page(client.get(address)).one("main").text.replace(name, "NAME")


def test_who_is_blocked_sees_what_others_see(ann: Somebody, bo: Somebody) -> None:
    cy = somebody("Cy Fox")
    Block.objects.create(user=bo.user, blocked=ann.user)
    seen = []
    for one, name in ((ann, "Ann Lee"), (cy, "Cy Fox")):
        client, address = browser(one), researcher(bo.author, "invite/")
        before = [text_of(client, researcher(bo.author), name), text_of(client, address, name)]
        done = client.post(address, FORM)
        invitations_deliver(timezone.now())
        own = text_of(client, done["Location"], name)
        after = [
            own,
            text_of(client, "/invitations/", name),
            client.post(address, FORM).status_code,
        ]
        seen.append(
            [*before, done.status_code, *after, text_of(client, researcher(bo.author), name)]
        )
    assert seen[0] == seen[1]
    listed = page(browser(bo).get("/invitations/")).text
    assert ("Ann Lee" in listed, "Cy Fox" in listed) == (False, True)
    silenced = Invitation.objects.get(from_user=ann.user)
    assert browser(bo).get(url_of(silenced)).status_code == 404


def test_blocking_and_taking_it_back(ann: Somebody, bo: Somebody) -> None:
    found, client = asked(ann, bo), browser(bo)
    assert client.post(url_of(found), {"do": "block"})["Location"] == "/invitations/"
    assert client.get(url_of(found)).status_code == 404
    settings = page(client.get("/settings/collaboration/"))
    number = settings.one("input", name="unblock")["value"]
    assert browser(ann).post("/settings/collaboration/", {"unblock": number}).status_code == 404
    assert client.post("/settings/collaboration/", {"unblock": number}).status_code == 303
    assert not Block.objects.exists()
    assert client.post("/settings/collaboration/", {"unblock": "x"}).status_code == 404


def test_the_inviter_neither_blocks_nor_reports_their_own(ann: Somebody, bo: Somebody) -> None:
    found = asked(ann, bo)
    for do in ("block", "report"):
        assert browser(ann).post(url_of(found), {"do": do, "reason": "spam"}).status_code == 404
    assert not AbuseReport.objects.exists()
    assert not Block.objects.exists()


def test_two_reports_stop_the_sender_who_learns_that_alone(ann: Somebody, bo: Somebody) -> None:
    cy = somebody("Cy Fox")
    for one in (bo, cy):
        found = asked(ann, one)
        fields = {"do": "report", "reason": "spam", "words": "To everybody in the department."}
        assert browser(one).post(url_of(found), fields).status_code == 303
        assert "You reported this" in page(browser(one).get(url_of(found))).text
    assert SenderFreeze.objects.get().user == ann.user
    client = browser(ann)
    assert "on hold" in page(client.get("/invitations/")).text
    assert "on hold" in page(client.get(researcher(somebody("Di Gil").author, "invite/"))).text
    own = page(client.get(url_of(Invitation.objects.filter(to_user=bo.user).get()))).text
    assert "report" not in own.lower()
    assert "department" not in own


def test_staff_read_and_decide_what_was_reported(ann: Somebody, bo: Somebody) -> None:
    address = "/moderation/reports/"
    for one in (bo, somebody("Cy Fox")):
        browser(one).post(url_of(asked(ann, one)), {"do": "report", "reason": "spam"})
    assert browser(bo).get(address).status_code == 403
    client = signed_in_as(staff())
    shown = page(client.get(address))
    assert WORDS not in shown.text
    number = shown.all("input", name="report")[0]["value"]
    assert WORDS in page(client.post(address, {"report": number, "do": "read"})).text
    assert AuditEvent.objects.filter(kind="reported_read").count() == 1
    assert client.post(address, {"report": number, "do": "x"}).status_code == 400
    assert client.post(address, {"report": number, "do": "dismiss"}).status_code == 303
    assert client.post(address, {"report": number, "do": "dismiss"}).status_code == 404
    assert not SenderFreeze.objects.exists()
    assert AbuseReport.objects.filter(upheld=False).count() == 1


def test_nobody_decides_reports_of_their_own_or_about_them(ann: Somebody) -> None:
    address, mod = "/moderation/reports/", staff()
    for by, of in ((ann.user, mod), (mod, ann.user)):
        about = f"/invitations/{by.pk}/"
        report = AbuseReport.objects.create(
            user=by, reported=of, about=about, reason="spam", words="To all of us.", trusted=True
        )
        assert "To all of us." not in page(signed_in_as(mod).get(address)).text
        for do in ("read", "uphold", "dismiss"):
            posted = signed_in_as(mod).post(address, {"report": report.pk, "do": do})
            assert posted.status_code == 404, (about, do)
    assert AbuseReport.objects.filter(decided_at=None).count() == 2
    other = staff("other@mod.example")
    assert "To all of us." in page(signed_in_as(other).get(address)).text


# What is written is text


@pytest.mark.parametrize(
    "text",
    [
        '<script>alert(1)</script><img src=x onerror="alert(1)"> and more',
        "https://bad.example/" + " https://bad.example/x" * 50,
        'javascript:alert(1) hx-get="/accounts/delete/" style="x"',
        "{{ request.user.email }} {% csrf_token %} and more words",
    ],
)
def test_a_message_is_text_and_its_links_too(ann: Somebody, bo: Somebody, text: str) -> None:
    found = delivered(ann, bo, timezone.now(), message=text, role=text, time_frame=text)
    shown = page(browser(bo).get(url_of(found)))
    assert not [link for link in shown.links() if "bad.example" in link]
    assert not [e for e in shown.elements if set(e.attributes) & {"onerror", "style", "hx-get"}]
    (letter,) = [e for e in shown.all("p") if "letter" in e.attributes.get("class", "")]
    assert letter.text == " ".join(text[:1_500].split())


# The card of a profile


def state_of(client: Client, record: Author) -> str:
    return page(client.get(researcher(record))).one(id="collaboration")["data-state"]


def test_the_card_in_each_state(client: Client, ann: Somebody, bo: Somebody) -> None:
    closed, record, own = somebody("Cy Fox", is_open=False), unclaimed("Di Gil"), browser(ann)
    assert [state_of(one, record) for one in (client, own)] == ["unclaimed"] * 2
    assert [state_of(one, closed.author) for one in (client, own)] == ["closed"] * 2
    assert [state_of(one, bo.author) for one in (client, own)] == ["open"] * 2
    assert state_of(own, ann.author) == "own"
    found = asked(ann, bo)
    assert (state_of(own, bo.author), state_of(browser(bo), ann.author)) == (
        "invited",
        "invited_you",
    )
    browser(bo).post(url_of(found), {"do": "accept"})
    assert state_of(own, bo.author) == state_of(browser(bo), ann.author) == "conversation"
    Block.objects.create(user=bo.user, blocked=ann.user)
    assert (state_of(browser(bo), ann.author), state_of(own, bo.author)) == (
        "blocked",
        "conversation",
    )
    assert state_of(client, bo.author) == "open"


def test_whom_they_blocked_sees_what_anyone_sees(ann: Somebody, bo: Somebody) -> None:
    Block.objects.create(user=bo.user, blocked=ann.user)
    assert state_of(browser(ann), bo.author) == "open"
    assert state_of(browser(bo), ann.author) == "blocked"


def test_an_invitation_for_nobody_shows_on_the_card(ann: Somebody) -> None:
    record, client = unclaimed("Cy Fox"), browser(ann)
    client.post(researcher(record, "invite/"), FORM)
    assert state_of(client, record) == "invited"
    found = Invitation.objects.get()
    invitation_withdraw(found, ann.actor, timezone.now())
    assert state_of(client, record) == "unclaimed"


@pytest.mark.parametrize(("viewer", "statements"), [(False, 0), (True, 1)])
def test_the_card_is_one_statement_or_none(
    ann: Somebody, bo: Somebody, viewer: bool, statements: int
) -> None:
    with CaptureQueriesContext(connection) as captured:
        card(ann.user.pk if viewer else None, bo.author.pk, "claimed", True)
    assert len(captured) == statements


# Wishes


WISHES = {
    "is_open": "on",
    "open_to": ["review", "talk"],
    "from_level": "3",
    "a_month": "10",
    "seeks": ["data"],
    "words": "Sensor data",
}


def test_wishes_are_kept_and_said(client: Client, ann: Somebody) -> None:
    closed = somebody("Cy Fox", is_open=False)
    own = browser(closed)
    assert own.post("/settings/collaboration/", WISHES).status_code == 303
    kept = CollaborationWishes.objects.get(user=closed.user)
    assert (kept.open_to, kept.from_level, kept.a_month) == (["review", "talk"], 3, 10)
    assert (kept.seeks, kept.words) == (["data"], "Sensor data")
    assert AuthorFacts.objects.get(author=closed.author).said["open"] is True
    assert state_of(client, closed.author) == "open"
    form = page(own.get("/settings/collaboration/"))
    ticked = [e["value"] for e in form.all("input", name="open_to") if "checked" in e.attributes]
    assert ticked == ["review", "talk"]
    own.post("/settings/collaboration/", {k: v for k, v in WISHES.items() if k != "is_open"})
    assert CollaborationWishes.objects.get(user=closed.user).open_to == ["review", "talk"]
    assert state_of(client, closed.author) == "closed"


def test_open_is_said_once_and_seen_wherever_it_is_said(client: Client, ann: Somebody) -> None:
    other = unclaimed("Ann B. Lee")
    speak(ann.user, other)
    own, edits = browser(ann), researcher(ann.author, "edit/")

    def ticked() -> list[bool]:
        places = (edits, "open_to_collaborate"), ("/settings/collaboration/", "is_open")
        boxes = [page(own.get(where)).one("input", name=name) for where, name in places]
        return ["checked" in box.attributes for box in boxes]

    own.post("/settings/collaboration/", WISHES)
    for said in (False, True):
        own.post(edits, {"do": "save", **({"open_to_collaborate": "on"} if said else {})})
        assert ticked() == [said, said]
        assert [state_of(client, one) for one in (ann.author, other)] == [
            "open" if said else "closed"
        ] * 2
        assert CollaborationWishes.objects.get().open_to == ["review", "talk"]


def test_who_opens_on_the_page_alone_is_open_to_every_purpose(ann: Somebody, bo: Somebody) -> None:
    CollaborationWishes.objects.all().delete()
    browser(bo).post(researcher(bo.author, "edit/"), {"do": "save", "open_to_collaborate": "on"})
    assert state_of(Client(), bo.author) == "open"
    browser(ann).post(researcher(bo.author, "invite/"), FORM | {"purpose": "talk"})
    assert Invitation.objects.get().state == "open"


@pytest.mark.parametrize(
    "change",
    [{"open_to": []}, {"open_to": ["spam"]}, {"a_month": "9999"}, {"from_level": "0"},
     {"words": "x" * 301}],
)  # fmt: skip
def test_wishes_that_make_no_sense(ann: Somebody, change: dict[str, Any]) -> None:
    response = browser(ann).post("/settings/collaboration/", WISHES | change)
    assert response.status_code == 422
    assert CollaborationWishes.objects.get().seeks == []


def test_a_record_that_was_removed_has_no_name_on_the_pages(ann: Somebody) -> None:
    record = unclaimed("Cy Fox")
    found = invite(ann, record, timezone.now())
    Author.objects.filter(pk=record.pk).update(name="", slug=record.public_id)
    for address in ("/invitations/", url_of(found)):
        assert "name withheld" in page(browser(ann).get(address)).text


# How much is asked


def counted(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_lists_ask_as_often_for_many(ann: Somebody) -> None:
    client, counts = browser(ann), []
    for number in (1, 5):
        for extra in range(number):
            other = somebody(f"Bo {chr(97 + number)}{chr(97 + extra)}son".title())
            asked(other, ann)
            invite(ann, unclaimed(f"Cy {chr(97 + number)}{chr(97 + extra)}ton".title()))
        counts.append(counted(client, "/invitations/"))
    assert counts[0] == counts[1] <= 8


def test_the_list_has_an_end_and_nothing_is_lost_behind_it(ann: Somebody) -> None:
    record, client = unclaimed("Cy Fox"), browser(ann)
    rows = [
        Invitation(from_user=ann.user, from_author=ann.author, to_author=record, purpose="other",
                   message=WORDS, state="expired", sent_at=timezone.now() - timedelta(hours=hours),
                   expires_at=timezone.now())
        for hours in range(PAGE + 1)
    ]  # fmt: skip
    Invitation.objects.bulk_create(rows)
    pages = [page(client.get(f"/invitations/{query}")) for query in ("", "?page=2", "?page=x")]
    links = [
        [one["href"] for one in shown.all("a") if one["href"].startswith("/invitations/") and
         len(one["href"]) > 20]
        for shown in pages
    ]  # fmt: skip
    assert [len(one) for one in links] == [PAGE, 1, PAGE]
    assert {*links[0], *links[1]} == {url_of(one) for one in Invitation.objects.all()}
    ways = [[a["href"] for a in shown.all("a") if "rel" in a.attributes] for shown in pages]
    assert ways == [["/invitations/?page=2"], ["/invitations/"], ["/invitations/?page=2"]]


def test_pages_ask_so_much_whatever_there_is_to_share(ann: Somebody, bo: Somebody) -> None:
    cy, counts = somebody("Cy Fox"), []
    found = asked(ann, bo)
    for _ in range(2):
        publish(*(work("Ann Lee", "Bo Day", "Cy Fox") for _ in range(6)))
        answer = counted(browser(bo), url_of(found))
        counts.append((answer, counted(browser(ann), researcher(cy.author, "invite/"))))
    assert counts == [(14, 23)] * 2
