"""What a claimant may choose from: institutions to show a mailbox at, and co-authors to ask."""

from datetime import date

import msgspec

from bzpeer.lib.sql import fetch
from claims import record_facts
from claims.domain.evidence.mailbox import is_recent

MOST_ASKED = 20

# Whoever holds a record at L2 or above and shares a work of at most fifty people.
VOUCHERS = """
SELECT o.public_id, o.name, o.slug, e.works
FROM graph_collaboration e JOIN works_author o ON o.id = e.other_id
JOIN works_authorfacts f ON f.author_id = o.id AND f.level >= 2
JOIN claims_claim c ON c.author_id = o.id AND c.state IN ('accepted', 'disputed')
    AND c.frozen_at IS NULL AND c.user_id <> %s
WHERE e.author_id = %s ORDER BY e.works DESC, o.name_key, o.id LIMIT %s
"""


class Domain(msgspec.Struct, frozen=True):
    """A host name of an institution at which a mailbox of this person would be a strong proof."""

    host: str
    institution: str
    last_year: int | None


class Voucher(msgspec.Struct, frozen=True):
    """A co-author whose word counts."""

    public_id: str
    name: str
    slug: str
    works: int


def domains_of(author_id: int, today: date) -> list[Domain]:
    """The exact domains of the record's recent institutions, the latest institution first."""
    places = record_facts.places(author_id, today.year)
    recent = [place for place in places if is_recent(place, places, today)]
    recent.sort(key=lambda place: (-(place.last_year or 0), place.name))
    return [Domain(host, place.name, place.last_year) for place in recent for host in place.domains]


def vouchers_of(author_id: int, user_id: int) -> list[Voucher]:
    """Those who can be asked for their word, with whom the most works are shared first."""
    return [Voucher(*row) for row in fetch(VOUCHERS, [user_id, author_id, MOST_ASKED])]


class SharedWork(msgspec.Struct, frozen=True):
    """A work that a claimant's record and a co-author's record share."""

    id: int
    title: str
    year: int | None


MOST_SHARED = 5
SHARED = """
SELECT DISTINCT w.id, w.title_text, w.year
FROM works_authorship a JOIN works_authorship b ON b.work_id = a.work_id
JOIN works_author o ON o.id = b.author_id JOIN works_work w ON w.id = a.work_id
WHERE a.author_id = %s AND o.public_id = %s AND a.status <> 'rejected' AND b.status <> 'rejected'
ORDER BY w.year DESC NULLS LAST, w.id DESC LIMIT %s
"""


def works_shared(author_id: int, other_public_id: str) -> list[SharedWork]:
    """The latest works that both are on, so that a co-author sees what they are asked about."""
    return [SharedWork(*row) for row in fetch(SHARED, [author_id, other_public_id, MOST_SHARED])]
