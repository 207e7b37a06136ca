"""What people reported, for staff: read what it is about, which is logged, and decide."""

from typing import Any, cast

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access, audit
from bzpeer.lib.requests import row_key
from claims.claim_steps import Actor
from claims.domain.invitations import REPORT_REASONS
from claims.domain.transitions import Role
from claims.models import AbuseReport, Invitation, SenderFreeze
from claims.protecting import report_decide
from works.pages import page_context

MOST_LISTED = 100


@access.staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest) -> HttpResponseBase:
    """Reports that nobody has decided, the oldest first; `do` is read, uphold or dismiss."""
    if request.method != "POST":
        return _page(request, None)
    number = row_key(request.POST.get("report", ""))
    report = get_object_or_404(_waiting(_actor(request)), pk=number)
    deed = request.POST.get("do")
    if deed == "read":
        audit.record("reported_read", request, _actor(request).user_id, report=report.pk)
        return _page(request, report)
    if deed not in ("uphold", "dismiss"):
        raise BadRequest
    report_decide(report, _actor(request), upheld=deed == "uphold", now=timezone.now())
    return HttpResponseRedirect(request.path, status=303)


def _waiting(actor: Actor) -> QuerySet[AbuseReport]:
    """What is undecided; nobody judges what they reported or what was reported of them."""
    own = Q(user_id=actor.user_id) | Q(reported_id=actor.user_id)
    return AbuseReport.objects.filter(decided_at=None).exclude(own)


def _page(request: HttpRequest, read: AbuseReport | None) -> HttpResponse:
    rows = list(_waiting(_actor(request)).order_by("sent_at")[:MOST_LISTED])
    accounts = [row.reported_id for row in rows]
    frozen = SenderFreeze.objects.filter(user_id__in=accounts).values_list("user_id", flat=True)
    context = {
        "page": page_context("Reports", "", request.path, noindex=True),
        "reports": [_row(row, set(frozen), read) for row in rows],
    }
    return render(request, "claims/abuse.html", context)


def _row(row: AbuseReport, frozen: set[int], read: AbuseReport | None) -> dict[str, Any]:
    message = row.about.startswith("/messages/")
    return {
        "number": row.pk,
        "account": row.reported_id,
        "reason": REPORT_REASONS[row.reason],
        "words": row.words,
        "trusted": row.trusted,
        "at": row.sent_at,
        "frozen": row.reported_id in frozen,
        "message_url": f"/moderation{row.about}" if message else "",
        "text": _text(row) if read is not None and read.pk == row.pk else "",
    }


def _text(row: AbuseReport) -> str:
    """The reported invitation, or that it is gone with the account that sent it."""
    public_id = row.about.removeprefix("/invitations/").removesuffix("/")
    found = Invitation.objects.filter(public_id=public_id, from_user_id=row.reported_id).first()
    return found.message if found else "It is not there any more."


def _actor(request: HttpRequest) -> Actor:
    return Actor(Role.REVIEWER, cast(int, request.user.pk), request)
