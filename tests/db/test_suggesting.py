"""Whom people might work with, found in batches: who is there, who never is, what goes wrong."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib.models import OutboxEvent
from claims.models import Claim
from claims.models.conversations import Conversation, Participant
from claims.models.invitations import Block, CollaborationWishes, Invitation, SenderFreeze
from claims.wishing import openness_set
from profiles import suggesting
from profiles.account_erasure import erase
from profiles.domain.suggestions import Standing
from profiles.models import (
    Follow,
    Suggestion,
    SuggestionChoice,
    SuggestionOrder,
    TopicFollow,
    User,
)
from profiles.suggesting import (
    suggest,
    suggest_due,
    suggestion_dismiss,
    suggestion_restore,
    suggestions_order,
    suggestions_switch,
)
from profiles.suggestion_queries import candidates, suggestions
from tests.factories.claims import account
from tests.factories.corpus import author, publish
from tests.factories.records import people, topics, work
from tests.factories.suggestions import found_for, holder, names_for
from works.models import Author, AuthorFacts, Topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db: None) -> User:
    """Ann wrote with Bo, Bo with Cy and Di, and Di on topics of Ann's."""
    publish(
        work("Ann Lee", "Bo Chen", categories=topics("cs.LG", "cs.CL")),
        work("Bo Chen", "Cy Dahl", categories=topics("hep-th")),
        work("Bo Chen", "Di Eng", categories=topics("cs.LG")),
        work("Far Away", categories=topics("cs.LG")),
    )
    return holder("Ann Lee")


def test_collaborators_of_collaborators_with_the_reason(ann: User) -> None:
    found = {one.name: dict(one.reasons) for one in found_for(ann)}
    assert found == {
        "Di Eng": {"collaborators": 1, "topics": 1},
        "Cy Dahl": {"collaborators": 1},
    }
    assert names_for(ann) == ["Di Eng", "Cy Dahl"]


def test_whom_a_person_follows(ann: User) -> None:
    Follow.objects.create(user=ann, author=author("Far Away"))
    first = found_for(ann)[0]
    assert (first.name, dict(first.reasons)) == ("Far Away", {"topics": 1, "follow": 1})


def test_open_people_of_a_topic_come_first_and_say_what_they_look_for(ann: User) -> None:
    holder("Far Away", level=3, open_to=("coauthor",), seeks=["review"])
    first = found_for(ann)[0]
    assert (first.name, first.standing, first.level) == ("Far Away", Standing.OPEN, 3)
    assert dict(first.reasons) == {"topics": 1, "seeks": "review"}


def test_who_says_only_that_they_are_open_is_open_to_all(ann: User) -> None:
    di = holder("Di Eng", level=3)
    assert "Di Eng" not in names_for(ann)
    openness_set(di.pk, is_open=True, now=timezone.now())
    assert {one.name: one.standing for one in found_for(ann)}["Di Eng"] == Standing.OPEN


def test_followed_topics_count_for_those_without_a_record() -> None:
    publish(work("Far Away", categories=topics("cs.LG")))
    holder("Far Away", open_to=("talk",))
    reader = account("Rea Reader")
    TopicFollow.objects.create(user=reader, topic=Topic.objects.get(code="cs.LG"))
    assert names_for(reader) == ["Far Away"]


def closed(name: str) -> None:
    holder(name)


def below(name: str) -> None:
    holder(name, level=1, open_to=("coauthor",))


def disputed(name: str) -> None:
    holder(name, open_to=("coauthor",))
    AuthorFacts.objects.filter(author__name=name).update(claim_state="disputed")


def invitation(ann: User, name: str, **more: object) -> Invitation:
    given = {"from_user": ann, "from_author": author("Ann Lee"), "to_author": author(name)}
    return Invitation.objects.create(
        **given | {"purpose": "talk", "state": "open", "message": "Hello",
                   "expires_at": timezone.now() + timedelta(days=30)} | more
    )  # fmt: skip


@pytest.mark.parametrize("make", [closed, below, disputed])
def test_claimed_records_that_cannot_be_invited_are_left_out(
    ann: User, make: Callable[[str], None]
) -> None:
    make("Di Eng")
    assert names_for(ann) == ["Cy Dahl"]


def test_who_is_stopped_after_reports_is_not_suggested(ann: User) -> None:
    di = holder("Di Eng", open_to=("talk",))
    assert "Di Eng" in names_for(ann)
    SenderFreeze.objects.create(user=di)
    assert "Di Eng" not in names_for(ann)


def test_collaborators_and_oneself_are_never_suggested(ann: User) -> None:
    for name in ("Bo Chen", "Ann Lee"):
        Follow.objects.create(user=ann, author=author(name))
    assert not {"Bo Chen", "Ann Lee"} & set(names_for(ann))


@pytest.mark.parametrize("state", ["open", "held", "queued", "accepted", "declined", "postponed"])
def test_whom_one_has_invited(ann: User, state: str) -> None:
    found_for(ann)
    invitation(ann, "Di Eng", state=state)
    assert [one.name for one in suggestions(ann.pk)] == ["Cy Dahl"]
    assert names_for(ann) == ["Cy Dahl"]


def test_an_invitation_that_came_to_nothing_does_not_count(ann: User) -> None:
    invitation(ann, "Di Eng", state="expired")
    assert names_for(ann) == ["Di Eng", "Cy Dahl"]


def test_who_invited_me_and_with_whom_i_talk(ann: User) -> None:
    di, cy = (holder(name, open_to=("talk",)) for name in ("Di Eng", "Cy Dahl"))
    assert len(names_for(ann)) == 2
    invitation(di, "Ann Lee", from_author=author("Di Eng"), to_user=ann)
    talk = Conversation.objects.create()
    for user in (ann, cy):
        Participant.objects.create(conversation=talk, user=user)
    assert suggestions(ann.pk) == []
    assert names_for(ann) == []


@pytest.mark.parametrize("by_me", [True, False])
def test_a_block_by_either_side(ann: User, by_me: bool) -> None:
    di = holder("Di Eng", open_to=("talk",))
    assert "Di Eng" in names_for(ann)
    user, blocked = (ann, di) if by_me else (di, ann)
    Block.objects.create(user=user, blocked=blocked)
    assert [one.name for one in suggestions(ann.pk)] == ["Cy Dahl"]
    assert names_for(ann) == ["Cy Dahl"]


def test_a_dismissal_holds_also_when_the_record_is_merged(ann: User) -> None:
    found_for(ann)
    suggestion_dismiss(ann, author("Di Eng"))
    suggestion_dismiss(ann, author("Di Eng"))
    assert names_for(ann) == ["Cy Dahl"]
    Author.objects.filter(name="Di Eng").update(merged_into=author("Cy Dahl"))
    assert names_for(ann) == []
    suggestion_restore(ann, author("Di Eng"))
    assert names_for(ann) == ["Cy Dahl"]


def test_a_record_that_is_merged_meanwhile_is_gone_at_once(ann: User) -> None:
    found_for(ann)
    Author.objects.filter(name="Di Eng").update(merged_into=author("Cy Dahl"))
    assert [one.name for one in suggestions(ann.pk)] == ["Cy Dahl"]


def test_a_record_that_is_claimed_meanwhile_stands_as_it_is(ann: User) -> None:
    found_for(ann)
    di = holder("Di Eng", open_to=("talk",))
    assert suggestions(ann.pk)[0].standing == Standing.OPEN
    CollaborationWishes.objects.filter(user=di).update(is_open=False)
    assert [one.name for one in suggestions(ann.pk)] == ["Cy Dahl"]


def test_followers_change_nothing(ann: User) -> None:
    publish(*(work("Bo Chen", name) for name in people(9)))
    before = found_for(ann)
    AuthorFacts.objects.filter(author__name__in=people(3)).update(followers=10_000)
    fan = account("Fan One")
    for name in people(5):
        Follow.objects.create(user=fan, author=author(name))
    assert found_for(ann) == before


def test_finding_twice_changes_nothing(ann: User) -> None:
    found_for(ann)
    kept = list(Suggestion.objects.order_by("pk").values())
    assert suggest_due() == 0
    found_for(ann)
    assert list(Suggestion.objects.order_by("pk").values()) == kept


def test_one_order_however_often_it_is_asked_for(ann: User) -> None:
    for _ in range(3):
        suggestions_order(ann)
    assert SuggestionOrder.objects.count() == 1
    assert suggest_due() == 1
    assert suggest_due() == 0
    assert not SuggestionOrder.objects.exists()


def test_an_order_that_was_given_up_is_tried_anew(ann: User) -> None:
    suggestions_order(ann)
    SuggestionOrder.objects.update(attempts=3, parked_at=timezone.now())
    suggestions_order(ann)
    assert suggest_due() == 1


def test_an_account_that_is_gone_or_off_is_left_out(ann: User) -> None:
    other = account("Bea Other")
    gone = other.pk
    erase(other)
    suggest([gone, ann.pk, 10**9], timezone.now())
    assert {row.user_id for row in Suggestion.objects.all()} == {ann.pk}
    suggestions_switch(ann, off=True)
    suggest([ann.pk], timezone.now())
    assert not Suggestion.objects.exists()
    suggestions_switch(ann, off=False)
    suggest_due()
    assert Suggestion.objects.count() == 2


def test_an_erased_account_leaves_nothing(ann: User) -> None:
    found_for(ann)
    suggestion_dismiss(ann, author("Di Eng"))
    Claim.objects.all().delete()
    erase(ann)
    for model in (Suggestion, SuggestionChoice, SuggestionOrder):
        assert not model.objects.exists()


def test_one_bad_account_costs_only_itself(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = account("Bad One")

    def failing(users: list[int]) -> object:
        if bad.pk in users:
            raise ValueError("no")
        return candidates(users)

    monkeypatch.setattr(suggesting, "candidates", failing)
    for user in (bad, ann):
        suggestions_order(user)
    suggest_due()
    assert list(SuggestionOrder.objects.values_list("user_id", "error")) == [
        (bad.pk, "ValueError: no")
    ]
    assert suggestions(ann.pk)


def test_nobody_is_told_of_being_suggested(ann: User) -> None:
    before = OutboxEvent.objects.count()
    found_for(ann)
    assert OutboxEvent.objects.count() == before


@pytest.mark.parametrize("accounts", [1, 20])
def test_a_batch_is_the_same_number_of_statements(ann: User, accounts: int) -> None:
    users = [ann, *(account(name) for name in people(accounts - 1))]
    for user in users[1:]:
        Follow.objects.create(user=user, author=author("Cy Dahl"))
    with CaptureQueriesContext(connection) as captured:
        suggest([user.pk for user in users], timezone.now())
    assert len(captured) == 8  # three of them hold the accounts, two read; a savepoint around them
    assert Suggestion.objects.filter(user=users[-1]).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_find_once_each(ann: User) -> None:
    suggestions_order(ann)
    failures: list[Exception] = []

    def run() -> None:
        try:
            suggest([ann.pk], timezone.now())
            suggest_due()
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    workers = [Thread(target=run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert [row.name for row in suggestions(ann.pk)] == ["Di Eng", "Cy Dahl"]
    assert Suggestion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_switching_off_while_the_worker_is_at_it_leaves_nothing(ann: User) -> None:
    def off() -> None:
        suggestions_switch(ann, off=True)
        connections.close_all()

    with transaction.atomic():
        suggest([ann.pk], timezone.now())
        other = Thread(target=off)
        other.start()
    other.join()
    assert not Suggestion.objects.exists()
