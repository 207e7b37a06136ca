"""Talking: messages and their limits, closing and leaving, a third person, and what came of it."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bzpeer.lib.models import OutboxEvent
from claims import conversation_people as people
from claims import conversing
from claims.claim_steps import Actor
from claims.conversation_outcomes import (
    outcome_mark,
    outcome_show,
    outcome_unmark,
)
from claims.conversation_queries import (
    conversation_export,
    conversation_find,
    conversations_of,
    messages_of,
    messages_search,
    proposals_of,
    proposals_to,
    work_of,
)
from claims.conversation_reports import message_report
from claims.conversation_rooms import Gone
from claims.domain.transitions import Refusal, Role
from claims.models import (
    Block,
    Claim,
    Conversation,
    Message,
    Outcome,
    Participant,
    Proposal,
    SenderFreeze,
)
from profiles.account_erasure import erase
from profiles.models import Profile, User
from profiles.waiting import waiting_for
from tests.factories.conversations import NOW, conversation, holder, invitation, say
from tests.factories.corpus import author, facts_of, publish, refresh_all
from tests.factories.races import together
from tests.factories.records import work
from works.models import Work

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=6)


@pytest.fixture
def ada() -> User:
    return holder("Ada Noether")


@pytest.fixture
def bob() -> User:
    return holder("Bob Birk")


@pytest.fixture
def cy() -> User:
    return holder("Cy Young")


@pytest.fixture
def talk(ada: User, bob: User) -> Conversation:
    return conversation(ada, bob)


def code(found: object) -> str:
    return found.code if isinstance(found, Refusal) else "done"


def read_by(user: User, talk: Conversation) -> list[str]:
    seen = conversation_find(talk.public_id, user.pk)
    assert seen is not None
    return [one.body for one in messages_of(seen.seat)]


def unread(user: User) -> list[int]:
    return [one.unread for one in conversations_of(user.pk)[0]]


def told(kind: str) -> list[int]:
    rows = OutboxEvent.objects.filter(kind="notice", payload__what=kind).order_by("pk")
    return [row.payload["user"] for row in rows]


# Opening and writing


def test_an_invitation_opens_one_conversation(ada: User, bob: User) -> None:
    accepted = invitation(ada, bob)
    first, again = (conversing.conversation_open(accepted) for _ in range(2))
    assert first == again
    assert [one.user for one in first.participants.order_by("pk")] == [ada, bob]


def test_both_read_what_is_written_and_strangers_are_told_nothing(
    talk: Conversation, ada: User, bob: User, cy: User
) -> None:
    say(talk, ada, "Shall we meet?\r\n\r\n\r\nOn $x^2$.")
    assert read_by(bob, talk) == read_by(ada, talk) == ["Shall we meet?\n\nOn $x^2$."]
    assert conversation_find(talk.public_id, cy.pk) is None
    with pytest.raises(Gone):
        conversing.message_send(talk, cy.pk, "Hello", "x", NOW)


def test_the_same_form_twice_is_one_message(talk: Conversation, ada: User, bob: User) -> None:
    first = say(talk, ada, "Hello", once="form")
    assert say(talk, ada, "Hello", once="form") == first
    assert say(talk, bob, "Hello", once="form") != first
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "empty"), (" \n\u202e ", "empty"), ("x" * 10_001, "too_long"), ("x" * 10_000, "done")],
)
def test_a_message_has_words_and_an_end(
    talk: Conversation, ada: User, text: str, expected: str
) -> None:
    assert code(conversing.message_send(talk, ada.pk, text, "x", NOW)) == expected


def test_sixty_messages_an_hour(talk: Conversation, ada: User, bob: User) -> None:
    for number in range(conversing.SENT.times):
        say(talk, ada, str(number))
    assert code(conversing.message_send(talk, ada.pk, "more", "x", NOW)) == "too_many"
    assert code(conversing.message_send(talk, bob.pk, "more", "x", NOW)) == "done"


def test_a_frozen_account_sends_nothing(talk: Conversation, ada: User, cy: User) -> None:
    sent = say(talk, ada, "Before")
    SenderFreeze.objects.create(user=ada)
    assert code(conversing.message_send(talk, ada.pk, "more", "x", NOW)) == "frozen"
    assert code(conversing.message_edit(sent, ada.pk, "more", NOW)) == "frozen"
    assert code(people.participant_add(talk, ada.pk, author("Cy Young").slug, NOW)) == "frozen"


def test_who_is_blocked_sees_no_difference_and_nothing_arrives(
    talk: Conversation, ada: User, bob: User
) -> None:
    with CaptureQueriesContext(connection) as before:
        say(talk, ada, "First")
    Block.objects.create(user=bob, blocked=ada)
    with CaptureQueriesContext(connection) as after:
        say(talk, ada, "Second")
    assert read_by(ada, talk) == ["First", "Second"]
    assert read_by(bob, talk) == ["First"]
    assert unread(bob) == [1]
    assert waiting_for(bob.pk).messages == 1
    assert messages_search(bob.pk, "second") == []
    Block.objects.all().delete()
    assert read_by(bob, talk) == ["First"]
    # What a notice costs is all the difference.
    assert len(before) - len(after) <= 2


def test_what_is_changed_after_a_block_does_not_arrive(
    talk: Conversation, ada: User, bob: User
) -> None:
    sent = say(talk, ada, "Hello")
    Block.objects.create(user=bob, blocked=ada)
    assert code(conversing.message_edit(sent, ada.pk, "An insult", NOW)) == "done"
    assert read_by(ada, talk) == ["An insult"]
    assert read_by(bob, talk) == []


def test_who_blocked_somebody_is_not_asked_whom_they_bring_in(
    talk: Conversation, ada: User, bob: User, cy: User
) -> None:
    Block.objects.create(user=bob, blocked=ada)
    people.participant_add(talk, ada.pk, author("Cy Young").slug, NOW)
    assert told("conversation_proposal") == []
    assert (len(proposals_of(talk, ada.pk)), proposals_of(talk, bob.pk)) == (1, [])


def test_one_notice_until_the_person_looks(talk: Conversation, ada: User, bob: User) -> None:
    say(talk, ada, "One")
    last = say(talk, ada, "Two")
    assert told("conversation_message") == [bob.pk]
    payload = OutboxEvent.objects.get(payload__what="conversation_message").payload
    assert payload["author"] == author("Ada Noether").pk
    assert payload["url"] == f"/conversations/{talk.public_id}/"
    assert "One" not in json.dumps(payload)
    seat = Participant.objects.get(user=bob)
    conversing.mark_read(seat, last.pk)
    say(talk, ada, "Three")
    assert told("conversation_message") == [bob.pk, bob.pk]


def test_what_is_unread(talk: Conversation, ada: User, bob: User) -> None:
    assert unread(bob) == [0]
    first = say(talk, ada, "One")
    say(talk, ada, "Two")
    say(talk, bob, "Mine")
    assert (unread(ada), unread(bob)) == ([1], [2])
    seat = Participant.objects.get(user=bob)
    conversing.mark_read(seat, first.pk)
    assert (unread(bob), waiting_for(bob.pk).messages) == ([1], 1)
    newest = say(talk, ada, "Three")
    conversing.mark_read(Participant.objects.get(user=bob), newest.pk)
    conversing.mark_read(seat, first.pk)  # a page that was opened long before
    assert unread(bob) == [0]


# Changing


@pytest.mark.parametrize(
    ("later", "expected"), [(0, "done"), (300, "done"), (301, "too_late"), (86_400, "too_late")]
)
def test_five_minutes_to_change_a_message(
    talk: Conversation, ada: User, later: int, expected: str
) -> None:
    message = say(talk, ada, "Teh")
    at = NOW + timedelta(seconds=later)
    assert code(conversing.message_edit(message, ada.pk, "The $x$", at)) == expected
    message.refresh_from_db()
    changed = expected == "done"
    assert message.body == ("The $x$" if changed else "Teh")
    assert ("tex" in message.html) is changed
    assert message.edited_at == (at if changed else None)


def test_nobody_changes_the_message_of_another(talk: Conversation, ada: User, bob: User) -> None:
    message = say(talk, ada, "Teh")
    assert code(conversing.message_edit(message, bob.pk, "No", NOW)) == "not_author"
    assert code(conversing.message_edit(message, ada.pk, " ", NOW)) == "empty"


def test_a_reported_message_stays_as_it_is(talk: Conversation, ada: User, bob: User) -> None:
    message = say(talk, ada, "Rude")
    assert code(message_report(message, Actor(Role.CLAIMANT, bob.pk), "insult", "", NOW)) == "done"
    assert code(conversing.message_edit(message, ada.pk, "Nice", NOW)) == "reported"
    own = message_report(message, Actor(Role.CLAIMANT, ada.pk), "insult", "", NOW)
    assert code(own) == "own_message"


# Closing and leaving


def test_who_closes_a_conversation_may_open_it_again(
    talk: Conversation, ada: User, bob: User
) -> None:
    assert code(conversing.conversation_close(talk, ada.pk, NOW)) == "done"
    assert code(conversing.conversation_close(talk, bob.pk, NOW)) == "closed"
    assert code(conversing.message_send(talk, bob.pk, "But", "x", NOW)) == "closed"
    assert code(conversing.conversation_reopen(talk, bob.pk)) == "not_closer"
    assert code(conversing.conversation_reopen(talk, ada.pk)) == "done"
    assert code(conversing.message_send(talk, bob.pk, "So", "x", NOW)) == "done"


def test_who_leaves_reads_what_was_written_until_then(
    talk: Conversation, ada: User, bob: User, cy: User
) -> None:
    add(talk, ada, bob, cy)
    say(talk, ada, "Before")
    assert code(conversing.participant_leave(talk, bob.pk, NOW)) == "done"
    say(talk, ada, "After")
    assert read_by(bob, talk) == ["Before"]
    assert read_by(cy, talk) == ["Before", "After"]
    assert (unread(bob), unread(cy)) == ([0], [2])
    assert [one.body for one in messages_search(bob.pk, "after OR before")] == ["Before"]
    assert code(conversing.message_send(talk, bob.pk, "Back", "x", NOW)) == "not_here"
    assert code(conversing.participant_leave(talk, bob.pk, NOW)) == "not_here"


def test_a_conversation_with_one_person_is_closed(talk: Conversation, ada: User, bob: User) -> None:
    conversing.participant_leave(talk, bob.pk, NOW)
    talk.refresh_from_db()
    assert talk.state == "closed"
    assert code(conversing.conversation_reopen(talk, ada.pk)) == "not_closer"


# A third person


def add(talk: Conversation, one: User, other: User, person: User) -> None:
    slug = author(person.name).slug
    proposal = people.participant_add(talk, one.pk, slug, NOW)
    assert isinstance(proposal, Proposal), proposal
    for user in (other, person):
        assert code(people.proposal_answer(proposal, user.pk, True, NOW)) == "done"


def test_a_third_person_joins_when_all_agree_and_reads_from_then_on(
    talk: Conversation, ada: User, bob: User, cy: User
) -> None:
    say(talk, ada, "Between us")
    proposal = people.participant_add(talk, ada.pk, author("Cy Young").slug, NOW)
    assert isinstance(proposal, Proposal)
    assert told("conversation_proposal") == [bob.pk]
    with pytest.raises(Gone):
        people.proposal_answer(proposal, cy.pk, True, NOW)
    assert proposals_to(cy.pk) == []
    people.proposal_answer(proposal, bob.pk, True, NOW)
    assert (proposals_to(cy.pk), told("conversation_asked")) == ([proposal], [cy.pk])
    assert conversation_find(talk.public_id, cy.pk) is None
    people.proposal_answer(proposal, cy.pk, True, NOW)
    say(talk, ada, "To all")
    assert read_by(cy, talk) == ["To all"]
    assert code(people.proposal_answer(proposal, cy.pk, True, NOW)) == "settled"


@pytest.mark.parametrize("who", ["Bob Birk", "Cy Young"])
def test_one_no_is_enough(talk: Conversation, ada: User, bob: User, cy: User, who: str) -> None:
    proposal = people.participant_add(talk, ada.pk, author("Cy Young").slug, NOW)
    assert isinstance(proposal, Proposal)
    for user in (bob, cy):
        if proposal.state == "waiting":
            found = people.proposal_answer(proposal, user.pk, user.name != who, NOW)
            assert isinstance(found, Proposal)
            proposal = found
    assert proposal.state == "refused"
    assert not Participant.objects.filter(user=cy).exists()


@pytest.mark.parametrize("who", ["Bob Birk", "Cy Young"])
def test_after_a_no_nobody_is_asked_again_for_ninety_days(
    talk: Conversation, ada: User, bob: User, cy: User, who: str
) -> None:
    slug = author("Cy Young").slug
    proposal = people.participant_add(talk, ada.pk, slug, NOW)
    assert isinstance(proposal, Proposal)
    for user in (bob, cy) if who == cy.name else (bob,):
        people.proposal_answer(proposal, user.pk, user.name != who, NOW)
    for one in (ada, bob):
        soon = people.participant_add(talk, one.pk, slug, NOW + timedelta(days=89))
        assert code(soon) == "refused_lately"
    assert code(people.participant_add(talk, ada.pk, slug, NOW + timedelta(days=90))) == "done"


def test_whoever_blocked_one_of_them_is_never_asked(
    talk: Conversation, ada: User, bob: User, cy: User
) -> None:
    Block.objects.create(user=cy, blocked=bob)
    proposal = people.participant_add(talk, ada.pk, author("Cy Young").slug, NOW)
    assert isinstance(proposal, Proposal)
    assert code(people.proposal_answer(proposal, bob.pk, True, NOW)) == "done"
    assert (proposals_to(cy.pk), told("conversation_asked")) == ([], [])


def test_who_can_be_proposed(talk: Conversation, ada: User, bob: User, cy: User) -> None:
    holder("Eve Low", level=1)
    publish(work("Nobody Yet"))
    slug = {name: author(name).slug for name in ("Eve Low", "Nobody Yet", "Bob Birk", "Cy Young")}
    expected = {"Eve Low": "nobody_to_add", "Nobody Yet": "nobody_to_add",
                "Bob Birk": "here_already", "Cy Young": "done"}  # fmt: skip
    found = {name: people.participant_add(talk, ada.pk, slug[name], NOW) for name in slug}
    assert {name: code(one) for name, one in found.items()} == expected
    assert code(people.participant_add(talk, bob.pk, slug["Cy Young"], NOW)) == "asked_already"
    assert code(people.participant_add(talk, bob.pk, "", NOW)) == "nobody_to_add"


def test_who_left_ends_what_was_proposed(
    talk: Conversation, ada: User, bob: User, cy: User
) -> None:
    dan = holder("Dan Day")
    add(talk, ada, bob, cy)
    proposal = people.participant_add(talk, ada.pk, author(dan.name).slug, NOW)
    assert isinstance(proposal, Proposal)
    conversing.participant_leave(talk, bob.pk, NOW)
    assert code(people.proposal_answer(proposal, cy.pk, True, NOW)) == "settled"
    # Nobody said no.
    again = people.participant_add(talk, ada.pk, author(dan.name).slug, NOW)
    assert isinstance(again, Proposal)


# What came of it


def later_work(*names: str, year: int = 2026, day: str = "12-31") -> int:
    # The conversations of these tests were opened in the year of the test.
    publish(work(*names, title="Together at last", created=f"{year}-{day}"))
    return Work.objects.order_by("-pk").values_list("pk", flat=True)[0]


def begun(*names: str) -> list[int]:
    """How many collaborations these pages say began here."""
    refresh_all()
    return [facts_of(name).said["begun"] for name in names]


def test_profiles_count_what_all_wish_to_show(talk: Conversation, ada: User, bob: User) -> None:
    Conversation.objects.update(opened_at=NOW)
    number = later_work("Ada Noether", "Bob Birk")
    assert code(outcome_mark(talk, ada.pk, number, LATER)) == "done"
    for claim in Claim.objects.all():
        Profile.objects.create(claim=claim)
    counts = []
    for user in (ada, bob):
        outcome_show(talk, user.pk, True)
        counts.append(begun("Ada Noether", "Bob Birk"))
    outcome_show(talk, ada.pk, False)
    counts.append(begun("Ada Noether", "Bob Birk"))
    assert counts == [[0, 0], [1, 1], [0, 0]]
    found = work_of(Outcome.objects.get())
    assert found is not None
    assert found.title_text == "Together at last"
    outcome_unmark(talk, bob.pk)
    assert Outcome.objects.count() == 0


def test_which_works_can_be_named(talk: Conversation, ada: User, bob: User, cy: User) -> None:
    Conversation.objects.update(opened_at=NOW)
    older, foreign = later_work("Ada Noether", year=2025), later_work("Cy Young")
    same_year = later_work("Ada Noether", day="10-31")
    assert code(outcome_mark(talk, ada.pk, same_year, LATER)) == "no_work"
    assert code(outcome_mark(talk, ada.pk, older, LATER)) == "no_work"
    assert code(outcome_mark(talk, ada.pk, 10**12, LATER)) == "no_work"
    assert code(outcome_mark(talk, ada.pk, foreign, LATER)) == "nobodys_work"
    assert code(outcome_mark(talk, ada.pk, None, LATER)) == "done"
    with pytest.raises(Gone):
        outcome_mark(talk, cy.pk, None, LATER)


# Reading


def test_the_copy_is_what_the_person_may_read(talk: Conversation, ada: User, bob: User) -> None:
    say(talk, ada, 'A "quoted" word')
    Block.objects.create(user=bob, blocked=ada)
    say(talk, ada, "Withheld")
    seen = conversation_find(talk.public_id, bob.pk)
    assert seen is not None
    copy = json.loads("".join(conversation_export(seen)))
    assert copy["people"] == ["Ada Noether", "Bob Birk"]
    written = {"from": "Ada Noether", "text": 'A "quoted" word', "edited": None}
    assert [{key: row[key] for key in written} for row in copy["messages"]] == [written]
    assert set(copy) == {"conversation", "opened", "closed", "people", "messages"}
    assert set(copy["messages"][0]) == {"from", "written", "edited", "text"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("prune", ["We prune trees"]),
        ("PRUNE trees", ["We prune trees"]),
        ("pru", []),
        ('"prune trees"', ["We prune trees"]),
        ("trees -prune", ["Trees again"]),
        ("' & | ! ( \\", []),
    ],
)
def test_search_reads_own_conversations(
    talk: Conversation, ada: User, bob: User, cy: User, words: str, found: list[str]
) -> None:
    say(talk, ada, "We prune trees")
    say(talk, bob, "Trees again")
    say(conversation(cy, bob), cy, "prune trees elsewhere")
    assert [one.body for one in messages_search(ada.pk, words)] == found


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_is_as_many_statements_for_one_as_for_twenty(
    ada: User, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        other = holder(f"Jo {chr(65 + number)}day")
        where = conversation(ada, other)
        for text in ("One", "Two"):
            say(where, other, text)
    with django_assert_num_queries(3):
        found, more = conversations_of(ada.pk)
        assert [one.participants[0].user for one in found] == [ada] * rows
    assert [one.unread for one in found] == [2] * rows
    assert [one.latest.body for one in found if one.latest] == ["Two"] * rows
    assert not more
    with django_assert_num_queries(1):
        assert waiting_for(ada.pk).messages == 2 * rows


# Accounts that are gone


def test_an_account_that_was_deleted_leaves_its_place_and_no_word(
    talk: Conversation, ada: User, bob: User
) -> None:
    say(talk, ada, "My secret word")
    say(talk, bob, "I see")
    erase(ada)
    assert read_by(bob, talk) == ["", "I see"]
    seen = conversation_find(talk.public_id, bob.pk)
    assert seen is not None
    assert json.loads("".join(conversation_export(seen)))["people"] == ["deleted user", "Bob Birk"]
    assert not Message.objects.filter(html__contains="secret").exists()
    assert code(conversing.message_send(talk, bob.pk, "Hello?", "x", NOW)) == "alone"


def test_an_account_that_is_switched_off_is_not_there(
    talk: Conversation, ada: User, bob: User
) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert code(conversing.message_send(talk, bob.pk, "Hello?", "x", NOW)) == "alone"
    User.objects.filter(pk=ada.pk).update(is_active=True)
    assert code(conversing.message_send(talk, bob.pk, "Hello?", "x", NOW)) == "done"


# At one moment


@pytest.mark.django_db(transaction=True)
def test_of_twenty_double_submits_one_message_is_there(
    talk: Conversation, ada: User, bob: User
) -> None:
    send = partial(conversing.message_send, talk, ada.pk, "Hello", "form", NOW)
    found = together([send for _ in range(20)])
    assert len({message.pk for message in found}) == 1
    assert Message.objects.count() == 1
    assert told("conversation_message") == [bob.pk]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_after_the_close(talk: Conversation, ada: User, bob: User) -> None:
    sends = [partial(conversing.message_send, talk, ada.pk, str(n), str(n), NOW) for n in range(10)]
    close = partial(conversing.conversation_close, talk, bob.pk, NOW)
    found = together([*sends[:5], close, *sends[5:]])
    sent = Counter(code(one) for one in found if not one or not isinstance(one, Refusal))
    refused = [one for one in found if isinstance(one, Refusal)]
    assert {one.code for one in refused} <= {"closed"}
    assert Message.objects.count() == sent["done"] - 1 == 10 - len(refused)
    assert code(conversing.message_send(talk, ada.pk, "late", "late", NOW)) == "closed"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_openings_one_is_there(ada: User, bob: User) -> None:
    accepted = invitation(ada, bob)
    found = together([partial(conversing.conversation_open, accepted) for _ in range(20)])
    assert len({one.pk for one in found}) == 1
    assert Participant.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_ten_agreements_at_one_moment_one_seat_is_made(
    talk: Conversation, ada: User, bob: User, cy: User
) -> None:
    proposal = people.participant_add(talk, ada.pk, author("Cy Young").slug, NOW)
    assert isinstance(proposal, Proposal)
    people.proposal_answer(proposal, bob.pk, True, NOW)
    found = together(
        [partial(people.proposal_answer, proposal, cy.pk, True, NOW) for _ in range(10)]
    )
    assert Counter(code(one) for one in found) == {"done": 1, "settled": 9}
    assert Participant.objects.filter(user=cy).count() == 1
