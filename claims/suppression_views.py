"""The staff pages of suppression: who is suppressed, what it would do, and taking it back."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bzpeer.lib import access
from claims.models import Correction
from claims.suppressing import claimed_as, suppression_grant, suppression_undo
from works.models import Author, Suppression
from works.pages import MAX_PAGE, address, number_in, page_context, researcher_url
from works.queries import author_by_slug, record_now
from works.suppression import look_alikes, works_of

LIST = "/moderation/suppressions/"
PAGE = 50


class SuppressionForm(forms.Form):
    """The reason, and that whoever grants it has looked at what it does."""

    reason = forms.ChoiceField(
        label="Why",
        choices=Suppression.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason.", "invalid_choice": "Choose a reason."},
    )
    confirmed = forms.BooleanField(
        label="I have looked at the record, and it is this person's.",
        error_messages={"required": "Look at the record first, and say that you did."},
    )


@access.staff_only
@require_safe
def suppressions(request: HttpRequest) -> HttpResponseBase:
    """Who is suppressed, by number and without a name, the latest first."""
    page = number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1
    rows = Suppression.objects.select_related("author").order_by("-pk")
    start = (page - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    context = {
        "rows": found[:PAGE],
        "done": request.GET.get("done", ""),
        "previous_url": address(LIST, page=page - 1) if page > 1 else "",
        "next_url": address(LIST, page=page + 1) if len(found) > PAGE else "",
    }
    return _render(request, "claims/suppressions.html", "Suppressions", context)


@access.staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def suppress(request: HttpRequest) -> HttpResponseBase:
    """What suppressing this record would do, and the form that does it."""
    asked = request.POST if request.method == "POST" else request.GET
    author = _record(asked.get("record", ""))
    note = _note(asked.get("note", ""))
    form = SuppressionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        suppression_grant(request, author, reason=form.cleaned_data["reason"], note=note)
        return HttpResponseRedirect(address(LIST, done="suppressed"), status=303)
    context = {
        "form": form,
        "author": author,
        "url": researcher_url(author.slug),
        "note": note,
        "works": works_of(author),
        "by_name": author.key_scheme == "name",
        "claimed": claimed_as(author),
        "others": look_alikes(author),
    }
    status = 422 if form.is_bound else 200
    return _render(request, "claims/suppress.html", "Suppress a record", context, status)


@access.staff_only
@require_POST
def lift(request: HttpRequest, number: int) -> HttpResponseBase:
    suppression_undo(request, get_object_or_404(Suppression, pk=number))
    return HttpResponseRedirect(address(LIST, done="lifted"), status=303)


def _record(asked: str) -> Author:
    """The record that an address or a slug means. Raises Http404, also of one that is empty."""
    parts = asked.partition("/researchers/")[2] or asked
    author = author_by_slug(parts.strip("/ ").partition("/")[0][:300])
    if author is None:
        raise Http404
    return record_now(author)


def _note(asked: str) -> Correction | None:
    """The open note that is to be answered by it."""
    number = number_in(asked, 1, 99_999) or 0
    return Correction.objects.filter(pk=number, state=Correction.State.OPEN).first()


def _render(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    page = page_context(title, "", "", noindex=True) | {"canonical": ""}
    return render(request, template, {"page": page, **context}, status=status)
