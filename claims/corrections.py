"""Corrections: what anyone may send about a record, without an account, and how it is answered."""

from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import ip_address, ip_network

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.template.loader import render_to_string

from bzpeer.lib import audit, limits
from bzpeer.lib.requests import client_ip
from claims.models import Correction
from works.models import Work
from works.pages import researcher_url
from works.queries import author_by_slug

FROM_ONE = limits.Limit("correction", times=6, seconds=3600)
FROM_ALL = limits.Limit("corrections", times=300, seconds=86_400)


class TooMany(Exception):
    """The sender's network, or everybody together, has sent as much as is taken."""


@dataclass(frozen=True, slots=True)
class Record:
    """The page that a correction is about."""

    path: str
    title: str
    is_work: bool

    @property
    def form_path(self) -> str:
        return f"{self.path}correct/"


@dataclass(frozen=True, slots=True)
class Note:
    """What was written, checked and cleaned."""

    kind: str
    message: str
    name: str
    email: str


def researcher_record(slug: str) -> Record | None:
    """The record under this slug, or the one that it became part of."""
    author = author_by_slug(slug)
    if author is None:
        return None
    current = author.merged_into or author
    return Record(researcher_url(current.slug), current.name, is_work=False)


def work_record(work_id: int) -> Record | None:
    title = Work.objects.filter(pk=work_id).values_list("title_text", flat=True).first()
    return None if title is None else Record(f"/works/{work_id}/", title, is_work=True)


def correction_send(request: HttpRequest, record: Record, note: Note) -> Correction:
    """Keep a note; the same note once more from the same browser is the one kept before.

    Raises TooMany, and then keeps and counts nothing.
    """
    once = _once(request, record, note)
    with transaction.atomic():
        # Taking waits for whoever takes at the same moment, so that a double click finds the first.
        taken = _allowed(request)
        known = Correction.objects.filter(once=once).first()
        if known is not None:
            return known
        if not taken:
            raise TooMany
        return _keep(request, record, note, once)


def _allowed(request: HttpRequest) -> bool:
    return limits.allowed(FROM_ONE, _network(client_ip(request))) and limits.allowed(
        FROM_ALL, "everybody"
    )


def _network(ip: str | None) -> str:
    """Who sends: an IPv6 household has 2⁶⁴ addresses, and counts as one."""
    if ip is None or ip_address(ip).version == 4:
        return ip or "unknown"
    return str(ip_network(f"{ip}/64", strict=False))


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
