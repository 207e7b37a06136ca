"""Suppression as staff grant it: everywhere at once, in one transaction, with no name in its trace.

What people wrote to one another stays theirs: conversations and invitations name people in their
own words.
"""

from collections.abc import Sequence

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from bzpeer.lib import audit
from bzpeer.lib.models import OutboxEvent
from bzpeer.lib.notices import raise_notice
from claims.corrections import correction_answer
from claims.domain.transitions import ENDED, State, record_state
from claims.models import Claim, Correction, Evidence, TrustScore
from graph.services import people_forget
from works.models import Author, Suppression
from works.suppression import Emptied, suppress, suppression_lift
from works.taking import past_deadlock
from works.withholding import naming

ANSWER = (
    "The record is removed: its page, every list and search, the pages and drawings of others, and"
    " what was stored. Where a work names its authors, “name withheld” stands in its place, and"
    " imports keep to that. Search engines and other sites may show older copies for a while. What"
    " you sent is deleted as well."
)
EMPTY = "This note named somebody whose record was removed, and was emptied."


def claimed_as(author: Author) -> str:
    """What the claims of a record make of it: pending, claimed or disputed; "" where none does."""
    states = Claim.objects.filter(author=author).values_list("state", flat=True)
    found = record_state(map(State, states))
    return "" if found == "unclaimed" else found


def suppression_grant(
    request: HttpRequest, author: Author, *, reason: str, note: Correction | None = None
) -> Suppression | None:
    """Suppress the person behind a record, and answer the note that asked for it.

    None where the record was emptied before: nothing is done then.
    """
    return past_deadlock(lambda: _grant(request, author, reason, note))


@transaction.atomic
def _grant(
    request: HttpRequest, author: Author, reason: str, note: Correction | None
) -> Suppression | None:
    today = timezone.now().date()
    emptied = suppress(author.pk, reason=reason, user_id=request.user.pk, today=today)
    if emptied is None:
        return None
    about = {"suppression": emptied.suppression.pk, "why": reason}
    audit.record("suppressed", request, request.user.pk, **about, note=note.pk if note else None)
    if note is not None:
        correction_answer(request, note, state="answered", answer=ANSWER, reason="")
    forget(emptied, [note.pk] if note else [])
    return emptied.suppression


def forget(emptied: Emptied, notes: Sequence[int] = ()) -> None:
    """What the apps above the corpus keep of an emptied record; `notes` are about it as well."""
    people_forget(emptied.authors)
    _end_claims(emptied)
    TrustScore.objects.filter(author__in=emptied.authors).delete()
    _empty_notes(emptied, notes)
    _empty_evidence(emptied)
    _drop_waiting(emptied)


@transaction.atomic
def suppression_undo(request: HttpRequest, suppression: Suppression) -> None:
    """Let the next import name the person again; what was deleted is gone."""
    audit.record("suppression_lifted", request, request.user.pk, suppression=suppression.pk)
    suppression_lift(suppression)


def _empty_notes(emptied: Emptied, notes: Sequence[int]) -> None:
    public_ids = Author.objects.filter(pk__in=emptied.authors).values_list("public_id", flat=True)
    endings = [f"%{public_id}/" for public_id in public_ids]
    with connection.cursor() as cursor:
        cursor.execute(NOTES, [endings, endings, emptied.patterns])
        found = cursor.fetchall()
        named = naming([text for _, _, text in found])
        mine = {id for (id, is_theirs, _), named in zip(found, named) if is_theirs or named}
        cursor.execute(
            EMPTY_NOTES, {"empty": EMPTY, "answer": ANSWER, "ids": sorted({*mine, *notes})}
        )


def _end_claims(emptied: Emptied) -> None:
    """Delete them with all that was brought; whose were not over are told, without a name."""
    claims = Claim.objects.filter(author__in=emptied.authors)
    for claim in claims.exclude(state__in=[State.DRAFT, *ENDED]).order_by("pk"):
        raise_notice("claim_removed", claim.user_id, str(claim.pk), {"url": "/claims/"})
    claims.delete()


def _empty_evidence(emptied: Emptied) -> None:
    """The namesakes at an institution, as what others brought was weighed against them.

    It is weighed anew when it is looked at again.
    """
    ids = _naming(EVIDENCE, emptied)
    for evidence in Evidence.objects.filter(pk__in=ids):
        kept = {key: fact for key, fact in evidence.facts.items() if key != "places"}
        Evidence.objects.filter(pk=evidence.pk).update(facts=kept)


def _drop_waiting(emptied: Emptied) -> None:
    """Mail that names the person and waits for its server, and events that failed."""
    OutboxEvent.objects.filter(pk__in=_naming(WAITING, emptied)).delete()


def _naming(statement: str, emptied: Emptied) -> list[int]:
    """The ids of the rows whose text names somebody who is suppressed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"patterns": emptied.patterns})
        found = cursor.fetchall()
    return [id for (id, _), named in zip(found, naming([text for _, text in found])) if named]


NOTES = """
SELECT id, record LIKE ANY(%s), told FROM (
    SELECT id, record, concat_ws(' ', record_title, message, name, email, answer, reason) AS told
    FROM claims_correction
) notes
WHERE record LIKE ANY(%s) OR told ILIKE ANY(%s)
"""

# The state stays, and with it that something was answered.
EMPTY_NOTES = """
UPDATE claims_correction SET record = '', record_title = '', message = '', name = '', email = '',
    answer = CASE WHEN answer = '' OR answer = %(answer)s THEN answer ELSE %(empty)s END,
    reason = CASE WHEN reason = '' THEN '' ELSE %(empty)s END
WHERE id = ANY(%(ids)s)
"""

EVIDENCE = """
SELECT id, facts ->> 'places' FROM claims_evidence WHERE facts ->> 'places' ILIKE ANY(%(patterns)s)
"""

# Of a mail that is still to be sent, what it says: its address may be the person's own.
WAITING = """
SELECT id, told FROM (
    SELECT id, CASE WHEN kind = 'mail' AND parked_at IS NULL
        THEN concat_ws(' ', payload ->> 'subject', payload ->> 'text', payload ->> 'html')
        ELSE payload::text END AS told
    FROM lib_outboxevent WHERE kind = 'mail' OR parked_at IS NOT NULL
) events
WHERE told ILIKE ANY(%(patterns)s)
"""
