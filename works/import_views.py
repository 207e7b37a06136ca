"""The staff pages of imports: what was run, what was rejected, and its replay."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bzpeer.lib import access, audit
from works import import_pages, import_queries, replaying
from works.models import ImportRun
from works.pages import MAX_PAGE, number_in, page_context


@access.staff_only
@require_safe
def runs(request: HttpRequest) -> HttpResponseBase:
    """Every run, the newest first."""
    asked, page = request.GET.get("source", "")[:41], _page(request)
    found = import_queries.runs(asked, page)
    context = import_pages.runs_context(
        found,
        import_queries.reasons([run.pk for run in found]),
        import_queries.sources(),
        asked,
        page,
        timezone.now(),
    )
    return _render(request, "works/imports.html", "Imports", context)


@access.staff_only
@require_safe
def run(request: HttpRequest, number: int) -> HttpResponseBase:
    """One run: its counts, its rejects by reason, and a look at each."""
    found, now = get_object_or_404(ImportRun, pk=number), timezone.now()
    asked, page = _group(request.GET), _page(request)
    groups = import_queries.groups(found)
    rows = import_queries.records(found, *asked, page)
    context = {
        "run": import_pages.run_context(found, now),
        "progress": import_pages.progress_context(found, import_queries.orders(found), now, 0),
        "groups": [import_pages.group_context(found, one, asked) for one in groups],
        "kept": sum(one.count for one in groups),
        "open": sum(one.open for one in groups),
        "replays": [import_pages.run_context(one, now) for one in import_queries.replays(found)],
        "mended": import_queries.mended_by(found) if found.kind == ImportRun.REPLAY else [],
        **import_pages.records_context(found, rows, asked, page),
    }
    return _render(request, "works/import.html", f"Import {found.pk}", context)


@access.staff_only
@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponseBase:
    """The part of a run's page that moves."""
    found = get_object_or_404(ImportRun, pk=number)
    attempt = number_in(request.GET.get("try", ""), 0, import_pages.TRIES) or 0
    context = import_pages.progress_context(
        found, import_queries.orders(found), timezone.now(), attempt
    )
    return render(request, "works/fragments/import_progress.html", {"progress": context})


@access.staff_only
@require_POST
def replay(request: HttpRequest, number: int) -> HttpResponseBase:
    """Have rejects read again, by the worker; back to the page that shows how far it is."""
    found = get_object_or_404(ImportRun, pk=number)
    field, reason = _group(request.POST)
    user_id = request.user.pk
    with transaction.atomic():
        if replaying.order(found, field, reason, user_id):
            asked = {"run": found.pk, "field": field, "reason": reason}
            audit.record("replay_ordered", request, user_id, **asked)
    return HttpResponseRedirect(f"{import_pages.run_url(found.pk)}#progress", status=303)


def _page(request: HttpRequest) -> int:
    return number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1


def _group(asked: QueryDict) -> tuple[str, str]:
    """Field and reason of the rejects that are meant; both empty for all of a run."""
    return asked.get("field", "")[:40], asked.get("reason", "")[:300]


def _render(
    request: HttpRequest, template: str, title: str, context: dict[str, Any]
) -> HttpResponse:
    page = page_context(title, "", "", noindex=True) | {"canonical": ""}
    return render(request, template, {"page": page, **context})
