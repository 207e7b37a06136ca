"""Invitations whose records become one with others: they go along, and no cap is got round."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.domain.transitions import Refusal
from claims.invitation_delivery import held_sweep, invitations_deliver, queue_release
from claims.inviting import invitation_decline
from claims.models import Invitation, InvitationDelivery
from profiles.services import refresh
from tests.factories.claims import NOW, account
from tests.factories.inviting import Somebody, delivered, invite, somebody, speak, unclaimed
from works.models import Author

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
DAY = timedelta(days=1)


@pytest.fixture
def ann(db: None) -> Somebody:
    return somebody("Ann Lee")


def merge(gone: Author, heir: Author) -> None:
    Author.objects.filter(pk=gone.pk).update(merged_into=heir)
    refresh([gone.pk])


def stand(one: Invitation) -> tuple[str, int]:
    found = Invitation.objects.get(pk=one.pk)
    return found.state, found.to_author_id


def code_of(found: Any) -> str:
    return found.code if isinstance(found, Refusal) else found.state


def test_what_was_held_is_delivered_when_the_heir_is_claimed(ann: Somebody) -> None:
    gone, heir = unclaimed("C. Fox"), unclaimed("Cy Fox")
    found = invite(ann, gone)
    merge(gone, heir)
    assert stand(found) == ("held", heir.pk)
    user = account("Cy Fox")
    speak(user, heir)
    held_sweep(NOW)
    invitations_deliver(NOW)
    kept = Invitation.objects.get()
    assert (kept.state, kept.to_user, kept.delivered_at, kept.was_held) == ("open", user, NOW, True)


def test_a_way_over_several_records_is_gone_to_its_end(ann: Somebody) -> None:
    first, second, last = unclaimed("C. Fox"), unclaimed("C. Y. Fox"), unclaimed("Cy Fox")
    found = [invite(ann, first), invite(somebody("Bo Day"), second)]
    Author.objects.filter(pk=first.pk).update(merged_into=second)
    Author.objects.filter(pk=second.pk).update(merged_into=last)
    refresh([first.pk, second.pk])
    assert [stand(one) for one in found] == [("held", last.pk)] * 2


def test_the_next_one_to_the_heir_is_a_second_one(ann: Somebody) -> None:
    gone, heir = unclaimed("C. Fox"), unclaimed("Cy Fox")
    invite(ann, gone)
    merge(gone, heir)
    assert code_of(invite(ann, heir)) == "pair_live"


def test_what_was_declined_is_declined_by_the_heir_too(ann: Somebody) -> None:
    bo = somebody("B. Day")
    found = delivered(ann, bo)
    invitation_decline(found, bo.actor, "", NOW)
    heir = somebody("Bo Day").author
    merge(bo.author, heir)
    assert code_of(invite(ann, heir, NOW + DAY)) == "declined_lately"
    assert code_of(invite(ann, heir, NOW + 90 * DAY)) == "open"


def test_of_two_the_one_that_has_arrived_stays(ann: Somebody) -> None:
    bo, gone = somebody("Bo Day"), unclaimed("B. Day")
    waits, there = invite(ann, gone), delivered(ann, bo)
    merge(gone, bo.author)
    assert stand(waits) == ("expired", bo.author.pk)
    assert stand(there) == ("open", bo.author.pk)


def test_of_two_on_their_way_the_older_one_stays_and_one_arrives(ann: Somebody) -> None:
    gone, bo = somebody("B. Day"), somebody("Bo Day")
    found = [invite(ann, gone), invite(ann, bo)]
    merge(gone.author, bo.author)
    assert [stand(one)[0] for one in found] == ["open", "expired"]
    assert [one.invitation_id for one in InvitationDelivery.objects.all()] == [found[0].pk]
    # Who spoke for the merged record does not speak for the heir: it waits its turn there.
    invitations_deliver(NOW)
    held_sweep(NOW)
    queue_release(NOW)
    invitations_deliver(NOW)
    assert Invitation.objects.get(pk=found[0].pk).to_user == bo.user


def test_what_somebody_sent_is_from_the_heir_of_their_record(ann: Somebody) -> None:
    heir, to = unclaimed("Ann B. Lee"), unclaimed("Cy Fox")
    invite(ann, to)
    merge(ann.author, heir)
    assert Invitation.objects.get().from_author == heir


def test_a_record_that_is_merged_into_the_inviters_own_lets_the_invitation_end(
    ann: Somebody,
) -> None:
    gone = unclaimed("A. Lee")
    found = invite(ann, gone)
    merge(gone, ann.author)
    held_sweep(NOW)
    assert stand(found) == ("expired", ann.author.pk)


def test_without_invitations_a_refresh_asks_once_for_all(ann: Somebody) -> None:
    gone = [unclaimed(f"C. {letter} Fox") for letter in "ABC"]
    Author.objects.filter(pk__in=[one.pk for one in gone]).update(merged_into=unclaimed("Cy Fox"))
    with CaptureQueriesContext(connection) as captured:
        refresh([one.pk for one in gone])
    assert len([one for one in captured if "claims_invitation" in one["sql"]]) == 1
