"""Corrections: what anyone may send about a record, without an account, and how it is answered."""

from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import IPv4Address, ip_address, ip_network

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.template.loader import render_to_string

from bzpeer.lib import audit, limits
from bzpeer.lib.requests import client_ip
from claims.correction_records import Record
from claims.models import Correction

# Of one network, for removals and for all else apart: whoever shares it with a flood of other
# notes may still ask for removal.
IN_AN_HOUR = limits.Limit("correction", times=6, seconds=3_600)
IN_A_DAY = limits.Limit("correction_day", times=12, seconds=86_400)
# Of everybody together. Removals have a number of their own, and then take of the other one.
FROM_ALL = limits.Limit("corrections", times=200, seconds=86_400)
REMOVALS = limits.Limit("corrections_remove", times=100, seconds=86_400)
# How many bits of an IPv6 address are the sender's: a household has 2⁶⁴ addresses, and who wants
# to be many gets 2¹⁶ households for the asking.
HOUSEHOLD, SITE = 64, 48


class TooMany(Exception):
    """The sender's network, or everybody together, has sent as much as is taken."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was written, checked and cleaned."""

    kind: str
    message: str
    name: str
    email: str


def correction_send(request: HttpRequest, record: Record, note: Note) -> Correction:
    """Keep a note; the same note once more from the same browser is the one kept before.

    Raises TooMany, and then keeps and counts nothing.
    """
    once = _once(request, record, note)
    with transaction.atomic():
        # Taking waits for whoever takes at the same moment, so that a double click finds the first.
        taken = _allowed(request, note.kind)
        known = Correction.objects.filter(once=once).first()
        if known is not None:
            return known
        if not taken:
            raise TooMany
        return _keep(request, record, note, once)


def _allowed(request: HttpRequest, kind: str) -> bool:
    removal, ip = kind == Correction.Kind.REMOVE, client_ip(request)
    of = "remove " if removal else ""
    return (
        limits.allowed(IN_AN_HOUR, f"{of}{_network(ip, HOUSEHOLD)}")
        and limits.allowed(IN_A_DAY, f"{of}{_network(ip, SITE)}")
        and (
            (removal and limits.allowed(REMOVALS, "everybody"))
            or limits.allowed(FROM_ALL, "everybody")
        )
    )


def _network(ip: str | None, bits: int) -> str:
    """Who sends: an IPv4 address, or so many bits of an IPv6 one."""
    if ip is None:
        return "unknown"
    address = ip_address(ip)
    if isinstance(address, IPv4Address):
        return ip
    # A socket for both kinds of addresses writes those of the one in the form of the other.
    return str(address.ipv4_mapped or ip_network((address, bits), strict=False))


def _once(request: HttpRequest, record: Record, note: Note) -> str:
    # The cookie's secret is the browser's own: who only knows the words finds no ticket of others.
    parts = (
        request.META.get("CSRF_COOKIE", ""),
        record.path,
        note.kind,
        note.message,
        note.name,
        note.email,
    )
    return blake2b("\0".join(parts).encode(), digest_size=32).hexdigest()


def _keep(request: HttpRequest, record: Record, note: Note, once: str) -> Correction:
    kept = Correction.objects.create(
        once=once,
        record=record.path,
        record_title=record.title,
        kind=note.kind,
        message=note.message,
        name=note.name,
        email=note.email,
    )
    audit.record("correction_sent", request, request.user.pk, correction=kept.pk, about=note.kind)
    return kept


def correction_answer(
    request: HttpRequest, correction: Correction, *, state: str, answer: str, reason: str
) -> bool:
    """Answer an open note for good; False when somebody else was faster, and nothing is changed."""
    with transaction.atomic():
        changed = Correction.objects.filter(pk=correction.pk, state=Correction.State.OPEN).update(
            state=state,
            answer=answer,
            reason=reason,
            answered_by=request.user.pk,
            answered_at=Now(),
        )
        if not changed:
            return False
        audit.record(
            "correction_answered", request, request.user.pk, correction=correction.pk, state=state
        )
        _tell_sender(correction)
    return True


def _tell_sender(correction: Correction) -> None:
    """Mail nobody but the owner of an account who has shown that the address is theirs."""
    email = correction.email.lower()
    verified = EmailAddress.objects.filter(email=email, verified=True, user__is_active=True)
    if not email or not verified.exists():
        return
    text = render_to_string(
        "claims/email/correction_answered.txt",
        {"url": f"{settings.SITE_URL}/corrections/{correction.token}/"},
    )
    EmailMessage("Your note to BZPEER is answered", text, to=[email]).send()
