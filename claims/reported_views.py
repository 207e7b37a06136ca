"""Reported messages, for staff. Nothing else of a conversation is ever shown to them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access
from bzpeer.lib.safe import trusted
from claims.conversation_queries import DELETED, naming
from claims.conversation_reports import message_path, reported_message, reported_message_read
from claims.domain.invitations import REPORT_REASONS
from claims.models import AbuseReport, Participant
from works.pages import page_context


@access.staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def reported(request: HttpRequest, message_id: str) -> HttpResponse:
    """What was said of a message; the message itself once staff ask for it, which is logged."""
    message = reported_message(message_id)
    if message is None or message.author_id == request.user.pk:
        raise Http404
    if request.method == "POST":
        message = reported_message_read(message, request, timezone.now())
    author = message.author
    named = naming([Participant(user=author)] if author else [])
    reports = AbuseReport.objects.filter(about=message_path(message)).order_by("pk")
    context = {
        "page": page_context("Reported message", "", "", noindex=True),
        "from": named.get(author.pk, DELETED) if author else DELETED,
        "at": message.created_at,
        "reports": [
            {"reason": REPORT_REASONS[one.reason], "words": one.words, "at": one.sent_at}
            for one in reports
        ],
        "read_before": message.staff_read_at,
        "html": trusted(message.html) if request.method == "POST" else None,
    }
    return render(request, "claims/reported.html", context)
