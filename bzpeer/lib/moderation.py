"""The moderators' room: Django's admin, entered through our own log-in, and by staff alone.

Each app registers what is to be seen of it in its own `admin.py`, mostly to be read only.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from bzpeer.lib import audit
from bzpeer.lib.access import staff_only
from bzpeer.lib.due import DueRow

# Our own pages do this; a second door would have to be guarded as well.
ELSEWHERE = {"login", "logout", "password_change", "password_change_done"}
COUNTED = 10_000


class Moderation(admin.AdminSite):
    site_title = site_header = "BZPEER moderation"
    index_title = "What waits, and what happened"
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's, each behind our own guard: strangers go to our log-in, others get 403."""
        found = [entry for entry in super().get_urls() if _name(entry) not in ELSEWHERE]
        _guard(found)
        return found


def _name(entry: URLPattern | URLResolver) -> str | None:
    return entry.name if isinstance(entry, URLPattern) else None


def _guard(entries: Iterable[URLPattern | URLResolver]) -> None:
    for entry in entries:
        if isinstance(entry, URLPattern):
            entry.callback = staff_only(entry.callback)
        else:
            _guard(entry.url_patterns)


site = Moderation()


class UpTo(Paginator):  # type: ignore[type-arg]
    """Counts no further than a person would turn pages: a full count reads the whole table."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[:COUNTED].count()


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at. Whoever gets here is staff, and staff may see all that is shown."""

    list_per_page = 50
    # Above the list; Django's own help text leaves the field without a label that is seen.
    searched_by = ""
    paginator = UpTo
    show_full_result_count = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"subtitle": self.searched_by, **(extra_context or {})}
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ParkedAdmin(ReadOnlyAdmin):
    """Work that failed three times and waits for a person."""

    actions = ["try_again"]
    ordering = ["-parked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(parked_at__isnull=False)

    @admin.action(description="Try again")
    def try_again(self, request: HttpRequest, queryset: QuerySet[DueRow]) -> None:
        rows = queryset.update(due_at=Now(), attempts=0, parked_at=None, error="")
        table = queryset.model._meta.db_table
        audit.record("parked_retried", request, request.user.pk, table=table, rows=rows)
        self.message_user(request, f"{rows} will be tried again.", messages.SUCCESS)
