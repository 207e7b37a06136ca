"""A mailbox in the person's own name at the exact domain of a recent affiliation."""

import re
from datetime import date, timedelta

import msgspec

from claims.domain.evidence import mailnames
from claims.domain.evidence.assessment import Assessment, none, strong, supporting
from claims.domain.evidence.domains import DISPOSABLE, FREE, LIST_PARTS, ROLES, VISITORS
from works.domain import names
from works.domain.institutions import host_name

CODE_MINUTES = 10
LASTS = timedelta(days=365)
NOTICE = timedelta(days=7)
# An affiliation is recent on works of these years, and not if later ones name others only.
RECENT_YEARS = 5
LAG_YEARS = 2
# Confusable with Latin letters in fonts that a reader sees; signals, not a whole table.
_TWINS = str.maketrans(
    "аеорсухівһӏԁԛѕјԍαεοριυνκτӕ",
    "aeopcyxibhldqsjgaeopiuvkta",
)

_ATOM = r"[a-z0-9!#$%&'*/=?^_`{|}~+-]+"
_LOCAL = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(?:\.{_ATOM})*")
_WORDS = re.compile(r"[._-]+")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An institution that works of the record name, by the exact domains that a registry lists.

    `near` are the hosts of its websites: a page there counts, a mailbox there is looked at.
    `others` are the names of its other authors that we know.
    """

    name: str
    domains: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    last_year: int | None = None
    others: tuple[str, ...] = ()


class MailFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`names` are the record's printed names; `used`: the mailbox is another account's proof."""

    address: str
    today: date
    confirmed_on: date | None = None
    names: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    used: bool = False


def assess(facts: MailFacts) -> Assessment:
    """Strong for a mailbox shown to be theirs that nobody else of the institution could have."""
    split = parts(facts.address)
    if split is None:
        return none("mail_malformed")
    local, domain = split
    refused = _refused(local, domain, facts)
    if refused:
        return none(refused)
    if facts.confirmed_on is None:
        return none("mail_unverified")
    return _at_home(local, domain, facts)


def parts(address: str) -> tuple[str, str] | None:
    """Local part and domain in lower case, the domain in ASCII; None for what is no address."""
    local, at, domain = address.strip().lower().rpartition("@")
    host = host_name(domain)
    sound = bool(at and host) and _LOCAL.fullmatch(local) is not None
    return (local, host) if sound else None


def is_recent(place: Place, places: tuple[Place, ...], today: date) -> bool:
    if place.last_year is None:
        return False
    latest = max(one.last_year or 0 for one in places)
    return place.last_year >= max(today.year - RECENT_YEARS, latest - LAG_YEARS)


def _refused(local: str, domain: str, facts: MailFacts) -> str:
    """The reason for which nobody has to look further, or ""."""
    known = {one for place in facts.places for one in place.domains}
    base = local.partition("+")[0]
    if domain in FREE:
        return "mail_free"
    if domain in DISPOSABLE:
        return "mail_disposable"
    if domain not in known and _looks_like(domain, known):
        return "mail_lookalike"
    if _is_role(base):
        return "mail_role"
    if "+" in local:
        return "mail_tag"
    if facts.used:
        return "mail_used"
    if domain not in known:
        near = {one for place in facts.places for one in place.near}
        return _outside(domain, known | near)
    return ""


def _outside(domain: str, known: set[str]) -> str:
    """What is wrong with a domain that is not exactly one of an institution, if anything is."""
    above = [one for one in known if domain.endswith("." + one)]
    if any(VISITORS & set(domain.removesuffix("." + one).split(".")) for one in above):
        return "mail_visitors"
    related = domain in known or above or any(one.endswith("." + domain) for one in known)
    return "" if related else "mail_elsewhere"


def _is_role(local: str) -> bool:
    words = _WORDS.split(local)
    return local in ROLES or (len(words) > 1 and bool({words[0], words[-1]} & LIST_PARTS))


def _looks_like(domain: str, known: set[str]) -> bool:
    """Whether a domain in other letters reads as one that we know."""
    if "xn--" not in domain:
        return False
    try:
        shown = domain.encode("ascii").decode("idna")
    except (UnicodeError, ValueError):
        return True
    return _skeleton(shown) in {_skeleton(one) for one in known}


def _skeleton(domain: str) -> str:
    return names.slug(domain.translate(_TWINS))


def _at_home(local: str, domain: str, facts: MailFacts) -> Assessment:
    here = [place for place in facts.places if domain in place.domains]
    if not here:
        return supporting("mail_department")
    recent = [place for place in here if is_recent(place, facts.places, facts.today)]
    if not recent:
        return supporting("mail_former")
    if VISITORS & set(domain.split(".")):
        return supporting("mail_visitors")
    if not any(mailnames.carries(local, name) for name in facts.names):
        return supporting("mail_other_name")
    if any(mailnames.carried_by(local, place.others) for place in recent):
        return supporting("mail_not_unique")
    assert facts.confirmed_on is not None
    expires = facts.confirmed_on + LASTS
    if expires <= facts.today:
        return supporting("mail_unverified")
    again = max(expires - NOTICE, facts.today)
    return strong("mail_strong", f"domain:{domain}", expires_on=expires, recheck_after=again)
