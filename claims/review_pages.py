"""What the reviewers' queue and the log show; one case is in `review_case`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from claims.domain.invitations import REPORT_REASONS
from claims.review_queries import CASES, EVENTS, KINDS, Age, Case
from works.pages import MAX_PAGE, address, number_in

BASE = "/moderation/"
EVENTS_URL = "/moderation/events/"
STATES = {
    "submitted": "waits for a reviewer",
    "needs_evidence": "waits for the claimant",
    "accepted": "accepted",
    "disputed": "disputed",
    "fact": "a fact is wrong",
    "person": "somebody else's work or name",
    "remove": "asks to be removed",
    "other": "something else",
}


def case_url(public_id: str) -> str:
    return f"{BASE}claims/{public_id}/"


def events_url(user_id: int) -> str:
    return address(EVENTS_URL, account=user_id)


def age_words(age: timedelta) -> str:
    """Such as "12 days", "1 day", "5 hours" or "under an hour"."""
    hours = int(age.total_seconds() // 3600)
    number, noun = (hours // 24, "day") if hours >= 24 else (hours, "hour")
    if number < 1:
        return "under an hour"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


# --- the queue -------------------------------------------------------------------------------


def page_of(request: HttpRequest) -> int:
    return number_in(request.GET.get("page", ""), 1, MAX_PAGE) or 1


def queue_context(
    cases: Sequence[Case],
    ages: Mapping[str, Age],
    parked: Mapping[str, int],
    rejected: int,
    asked: tuple[str, int],
    now: datetime,
) -> dict[str, Any]:
    """`cases` are a page of them and one more where there is another page."""
    kind, page = asked
    return {
        "cases": [_case(one, now) for one in cases[:CASES]],
        "kind": kind,
        "open": ages[""].cases,
        "median": age_words(ages[""].median) if ages[""].cases else "",
        "filters": [_filter(code, label, ages, kind) for code, label in _FILTERS],
        "aside": [*_parked(parked), *_rejected(rejected)],
        **_pages(BASE, page, len(cases) > CASES, kind=kind),
    }


_FILTERS = [("", "All"), *KINDS.items()]


def _filter(code: str, label: str, ages: Mapping[str, Age], asked: str) -> dict[str, Any]:
    found = ages.get(code)
    return {
        "label": label,
        "count": found.cases if found else 0,
        "url": address(BASE, kind=code),
        "current": code == asked,
    }


def _case(case: Case, now: datetime) -> dict[str, Any]:
    return {
        "kind": case.kind,
        "label": KINDS[case.kind].removesuffix("s"),
        "title": case.title,
        "url": _case_url(case),
        "since": case.since,
        "age": age_words(now - case.since),
        "marks": list(_marks(case, now)),
    }


def _case_url(case: Case) -> str:
    if case.kind in ("correction", "removal"):
        return reverse("admin:claims_correction_change", args=[case.key])
    if case.kind == "report":
        is_message = case.key.startswith("/messages/")
        return f"/moderation{case.key}" if is_message else events_url(int(case.key))
    return case_url(case.key)


def _marks(case: Case, now: datetime) -> Iterable[str]:
    if case.in_private:
        yield "in private: not admitted yet"
    elif case.window_ends is not None:
        yield _window(case.window_ends, now)
    else:
        yield STATES.get(case.state) or REPORT_REASONS[case.state]
    if case.flagged:
        yield "may be several people"
    if case.famous:
        yield "two reviewers"
    if case.frozen:
        yield "frozen"


def _window(ends: datetime, now: datetime) -> str:
    return f"heard for another {age_words(ends - now)}" if ends > now else "the window is over"


def _parked(parked: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    for label, count in parked.items():
        model = apps.get_model(label)
        try:
            url = reverse(f"admin:{label.replace('.', '_')}_changelist")
        except NoReverseMatch:
            url = ""
        yield {"count": count, "label": f"{model._meta.verbose_name} parked", "url": url}


def _rejected(count: int) -> Iterable[dict[str, Any]]:
    if count:
        noun = "import has" if count == 1 else "imports have"
        label = f"{noun} rejects to replay"
        yield {"count": count, "label": label, "url": "/moderation/imports/"}


def _pages(base: str, page: int, more: bool, **asked: Any) -> dict[str, str]:
    before = address(base, **asked, page=page - 1) if page > 1 else ""
    after = address(base, **asked, page=page + 1) if more and page < MAX_PAGE else ""
    return {"previous_url": before, "next_url": after}


# --- the log ---------------------------------------------------------------------------------


def events_context(rows: Sequence[Any], user_id: int | None, page: int) -> dict[str, Any]:
    shown = [
        {
            "at": row.at,
            "kind": row.kind.replace("_", " "),
            "account": row.user_id,
            "account_url": events_url(row.user_id) if row.user_id else "",
            "ip": row.ip or "",
            "detail": ", ".join(f"{name} {value}" for name, value in row.detail.items()),
        }
        for row in rows[:EVENTS]
    ]
    more = len(rows) > EVENTS
    asked = {"account": user_id} if user_id is not None else {}
    return {"events": shown, "account": user_id, **_pages(EVENTS_URL, page, more, **asked)}
