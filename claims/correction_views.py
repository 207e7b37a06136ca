"""The form for corrections, and the ticket that whoever sent one comes back to."""

from collections.abc import Callable
from datetime import timedelta

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from bzpeer.lib import access
from claims.correction_records import (
    Record,
    institution_record,
    researcher_record,
    topic_record,
    work_record,
)
from claims.corrections import TooMany, correction_send
from claims.forms import CorrectionForm
from claims.models import Correction
from works.pages import address, page_context

LOOKED_AT, ANSWERED = timedelta(days=3), timedelta(days=30)
TOO_MANY = (
    "So many notes have come from your network, or from everybody, that we take no more for now."
    " Nothing that you typed is lost: send it again in two hours."
)


def _form_of(load: Callable[..., Record | None]) -> Callable[..., HttpResponseBase]:
    """The form of one sort of record; `load` finds it by what its address names."""

    @access.public
    @access.no_store
    @require_http_methods(["GET", "HEAD", "POST"])
    def correct(request: HttpRequest, **named: str | int) -> HttpResponseBase:
        return _correct(request, load(**named))

    return correct


def _correct(request: HttpRequest, record: Record | None) -> HttpResponseBase:
    if record is None:
        raise Http404
    if request.method == "POST":
        # To whatever the record is called by now: a redirect would lose what was typed.
        return _sent(request, record)
    asked = request.GET.get("kind", "")
    if request.path != record.form_path:
        return HttpResponsePermanentRedirect(address(record.form_path, kind=asked))
    return _form_page(
        request, record, CorrectionForm(record.sort.kinds, initial={"kind": asked}), 200
    )


def _sent(request: HttpRequest, record: Record) -> HttpResponse:
    form = CorrectionForm(record.sort.kinds, request.POST)
    if not form.is_valid():
        return _form_page(request, record, form, 422)
    try:
        kept = correction_send(request, record, form.note())
    except TooMany:
        form.add_error(None, TOO_MANY)
        response = _form_page(request, record, form, 429)
        response.headers["Retry-After"] = "7200"
        return response
    return HttpResponseRedirect(f"/corrections/{kept.token}/", status=303)


def _form_page(
    request: HttpRequest, record: Record, form: CorrectionForm, status: int
) -> HttpResponse:
    page = page_context(
        f"Correct {record.title}", "Say what is wrong.", record.form_path, noindex=True
    )
    context = {"page": page, "record": record, "form": form}
    return render(request, "claims/correct.html", context, status=status)


@access.public
@access.no_store
@require_safe
def ticket(request: HttpRequest, token: str) -> HttpResponseBase:
    """What was sent and what was answered, for whoever has the address."""
    found = Correction.objects.filter(token=token).first()
    if found is None:
        raise Http404
    # The address is the key to this page: it stands nowhere in it.
    page = page_context("Your note", "", "", noindex=True) | {"canonical": ""}
    context = {
        "page": page,
        "note": found,
        "looked_at_by": found.sent_at + LOOKED_AT,
        "answered_by": found.sent_at + ANSWERED,
    }
    response = render(request, "claims/correction.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


correct_researcher = _form_of(researcher_record)
correct_work = _form_of(work_record)
correct_institution = _form_of(institution_record)
correct_topic = _form_of(topic_record)
