"""How our mail is received, for staff: the complaints about it, and what waits because of them."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bzpeer.lib import access, audit, mail_brake, mail_gate
from bzpeer.lib.models import ReturnedAddress
from works.pages import page_context

URL = "/moderation/mail/"
MOST_COUNTED = 10_000


@access.staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponseBase:
    """The rate of complaints; a POST excuses those that came, and lets go on what waits."""
    if request.method == "POST":
        with transaction.atomic():
            done = {"complaints": mail_brake.excuse(), "held": mail_gate.let_go()}
            audit.record("mail_let_go", request, request.user.pk, **done)
        return HttpResponseRedirect(URL, status=303)
    page = page_context("Mail", "", "", noindex=True) | {"canonical": ""}
    return render(request, "claims/mail.html", {"page": page, **_context()})


def _context() -> dict[str, Any]:
    now = mail_brake.standing()
    return {
        "mail": now,
        "state": "stopped" if now.stopped else "alarming" if now.alarming else "fine",
        "rate": percent(now.rate),
        "alert": percent(mail_brake.ALERT),
        "stop": percent(mail_brake.STOP),
        "days": mail_brake.WINDOW.days,
        "fewest": mail_brake.FEWEST,
        "stale_days": mail_gate.STALE.days,
        "held": mail_gate.held_count(MOST_COUNTED),
        "returned": ReturnedAddress.objects.count(),
    }


def aside() -> Iterator[dict[str, Any]]:
    """What the reviewers' queue says of mail: nothing while all is well."""
    now = mail_brake.standing()
    if now.stopped:
        held = mail_gate.held_count(MOST_COUNTED)
        noun = "mail waits" if held == 1 else "mails wait"
        yield {"count": held, "label": f"{noun}: too many complaints", "url": URL}
    elif now.alarming:
        yield {"count": now.complaints, "label": "complaints about our mail", "url": URL}


def percent(rate: float) -> str:
    """Such as "0.15 %"."""
    return f"{100 * rate:.2f}".rstrip("0").rstrip(".") + " %"
