"""One request of a harvest: who we are, and what came back, a failure included."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings

from bzpeer.lib.outbound import Forbidden, Limits, TooLarge, Unreachable, fetch
from works.domain.harvest.values import Later, Refusal, Reply

# A page of a thousand records with long abstracts is 5 MB; servers may take a minute to make it.
LIMITS = Limits(seconds=90, bytes=32 << 20)
ACCEPTED = "application/xml, text/xml, application/json"

Ask = Callable[[str], Reply | Later | Refusal]


def asking(contact: str, *, own_server: bool, limits: Limits = LIMITS) -> Ask:
    """How to ask. `own_server`: the operator named the server, so it may be on any network."""
    headers = {"User-Agent": user_agent(contact), "Accept": ACCEPTED}

    def ask(url: str) -> Reply | Later | Refusal:
        try:
            got = fetch(url, limits=limits, allow_private=own_server, headers=headers)
        except (TooLarge, Forbidden) as error:
            return Refusal(str(error))
        except Unreachable as error:
            return Later(str(error))
        return Reply(got.status, got.headers, got.body)

    return ask


def user_agent(contact: str) -> str:
    who = mail_address(contact) and f"mailto:{contact}"
    return f"BZPEER harvest (+{who or contact or settings.SITE_URL})"


def mail_address(contact: str) -> str:
    """The contact where it is a mail address, as the parameter `mailto` wants it; else ""."""
    return contact if "@" in contact and not urlsplit(contact).scheme else ""
