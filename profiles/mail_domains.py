"""Addresses whose domain is gone: mail to them would come back, so nobody waits until it does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection

from bzpeer.lib import mail_returns
from bzpeer.lib.mail_domains import takes_mail

AT_ONCE = 8
# "Bad destination system address" (RFC 3463).
STATUS = "5.1.2"

# By which accounts and claims go. Each domain has its hour: all are asked about once a day, and
# nothing need be remembered.
ADDRESSES = """
SELECT split_part(lower(address), '@', 2) AS domain, array_agg(DISTINCT lower(address)) FROM (
    SELECT a.email AS address FROM account_emailaddress a JOIN profiles_user u ON u.id = a.user_id
    WHERE a.verified AND u.is_active
    UNION ALL
    SELECT subject FROM claims_evidence WHERE kind = 'mailbox' AND strength = 'strong'
) trusted
WHERE (hashtext(split_part(lower(address), '@', 2)) & 1023) %% 24 = %s
GROUP BY domain
"""


def domains_check(now: datetime) -> int:
    """Have what rests on mailboxes of domains that are gone fall; returns how many addresses.

    Once an hour. An answer that is not clear changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSES, [now.hour])
        found: dict[str, list[str]] = dict(cursor.fetchall())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(found, pool.map(takes_mail, found)))
    failed = [one for domain in found if answers[domain] is False for one in found[domain]]
    mail_returns.tell(failed, mail_returns.Why.FAILED, STATUS)
    return len(failed)
