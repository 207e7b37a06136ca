"""The staff page of a work: why its reports are one work, and what staff settle about that."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bzpeer.lib import access, audit
from works import joining, joining_pages, joining_queries, queries, settling
from works.joining import Unsettled
from works.models import Report
from works.pages import page_context
from works.queries import WorkFull

NOTE = 500


@access.staff_only
@require_safe
def find(request: HttpRequest) -> HttpResponseBase:
    """Works by their number, an identifier, or that of a report."""
    asked = request.GET.get("q", "").strip()[:200]
    found = joining_queries.find(asked) if asked else []
    context = {
        "page": _page("Works"),
        "q": asked,
        "found": [joining_pages.found_context(one) for one in found],
        "more": len(found) == joining_queries.FOUND,
    }
    return render(request, "works/moderate_find.html", context)


@access.staff_only
@require_safe
def work(request: HttpRequest, work_id: int) -> HttpResponseBase:
    found = queries.work(work_id)
    if found is None:
        since = queries.work_since_joined(work_id)
        if since is None:
            raise Http404
        return HttpResponseRedirect(joining_pages.work_url(since))
    return _shown(request, found)


def _shown(
    request: HttpRequest, found: WorkFull, error: str = "", status: int = 200
) -> HttpResponse:
    reports = joining_queries.telling(found.id)
    voices = {report.voice for report in reports}
    decisions = joining_queries.decisions(voices)
    ends = {end(one) for one in decisions for end in joining_pages.ENDS}
    elsewhere, decided = joining_queries.works_of(ends), joining_pages.decided_of(decisions)
    removal = joining_queries.removal(voices) if found.removed else None
    title = found.title_text or joining_pages.title_of(reports)
    context = {
        "page": _page(f"Work {found.id}"),
        "work": {"id": found.id, "title": title, "url": joining_pages.work_url(found.id)},
        "error": error,
        "reports": joining_pages.columns(reports, found.sheet.joins),
        "can_split": len(voices) > 1,
        "near": [
            joining_pages.candidate(other, reports, there, decided)
            for other, there in joining_queries.nearby(found.id).items()
        ],
        "decisions": [
            joining_pages.decision_context(one, found.id, elsewhere) for one in decisions
        ],
        "removed": found.removed,
        "removal": joining_pages.removal_context(removal) if removal else None,
        "typed": {"note": _note(request, "note"), "other": request.POST.get("other", "")[:40]},
    }
    return render(request, "works/moderate.html", context, status=status)


def _page(title: str) -> dict[str, Any]:
    return page_context(title, "", "", noindex=True) | {"canonical": ""}


Deed = Callable[[HttpRequest, int, date], None]


def _does(deed: Deed) -> Callable[..., HttpResponseBase]:
    """Do it, and back to the page of the work; where it makes no sense the page says why."""

    def view(request: HttpRequest, work_id: int) -> HttpResponseBase:
        found = queries.work(work_id)
        if found is None:
            raise Http404
        try:
            deed(request, work_id, timezone.now().date())
        except Unsettled as error:
            return _shown(request, found, str(error), 422)
        return HttpResponseRedirect(joining_pages.work_url(work_id), status=303)

    return access.staff_only(require_POST(view))


def _split(request: HttpRequest, work_id: int, today: date) -> None:
    ids = [int(id) for id in request.POST.getlist("report") if _is_number(id)]
    chosen = Report.objects.filter(work=work_id, pk__in=ids)
    voices = set(chosen.values_list("source", "external_id"))
    note = _note(request, "note")
    joining.reports_split_off(work_id, voices, user_id=_user(request), note=note, today=today)


def _join(request: HttpRequest, work_id: int, today: date) -> None:
    given = request.POST.get("other", "").strip().removeprefix("№").strip()
    if not _is_number(given):
        raise Unsettled("Give the number of the other work, as it stands in its address.")
    other = queries.work_since_joined(int(given)) or int(given)
    note = _note(request, "note")
    joining.works_joined(work_id, other, user_id=_user(request), note=note, today=today)


def _undecide(request: HttpRequest, work_id: int, today: date) -> None:
    given = request.POST.get("decision", "")
    decision_id = int(given) if _is_number(given) else 0
    joining.decision_taken_back(decision_id, user_id=_user(request), today=today)


def _remove(request: HttpRequest, work_id: int, today: date) -> None:
    reason = _note(request, "reason")
    if not reason:
        raise Unsettled("Say why the work is to be removed; whoever comes after you will ask.")
    settling.work_remove(work_id, user_id=_user(request), reason=reason, today=today)
    audit.record("work_removed", request, _user(request), work=work_id)


def _restore(request: HttpRequest, work_id: int, today: date) -> None:
    settling.work_restore(work_id, today=today)
    audit.record("work_restored", request, _user(request), work=work_id)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _note(request: HttpRequest, field: str) -> str:
    return request.POST.get(field, "").strip()[:NOTE]


def _user(request: HttpRequest) -> int:
    return int(request.user.pk)  # type: ignore[arg-type]


split, join, undecide = _does(_split), _does(_join), _does(_undecide)
remove, restore = _does(_remove), _does(_restore)
