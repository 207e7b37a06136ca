from datetime import timedelta
from html import escape
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bzpeer.lib.moderation import ReadOnlyAdmin, site
from bzpeer.lib.safe import trusted
from claims.corrections import correction_answer
from claims.forms import AnswerForm
from claims.models import Correction
from works.pages import address

SENT = ("kind", "record_title", "message", "name", "email", "sent_at")
ANSWER = ("state", "answer", "reason")
BY_SERVER = ("answered_by", "answered_at")


class Waiting(admin.SimpleListFilter):
    """Open notes by how long they wait: people are promised 3 days and 30."""

    title = "waiting"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("3", "More than 3 days"), ("30", "More than 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("3", "30"):
            return queryset
        before = timezone.now() - timedelta(days=int(self.value() or 0))
        return queryset.filter(state=Correction.State.OPEN, sent_at__lt=before)


@admin.register(Correction, site=site)
class CorrectionAdmin(ReadOnlyAdmin):
    """Notes that wait first, the oldest of them on top. An answer is given once, and stays."""

    form = AnswerForm
    list_display = ["id", "state", "kind", "about", "age", "sent_at"]
    list_filter = ["state", "kind", Waiting]
    # In Postgres a descending order has the empty ones first.
    ordering = ["-answered_at", "sent_at"]
    search_fields = ["record_title", "record", "message", "name", "email"]
    readonly_fields = [*SENT, "removal", *BY_SERVER]
    fieldsets = [
        ("What was sent", {"fields": (*SENT, "removal")}),
        ("Answer", {"fields": (*ANSWER, *BY_SERVER)}),
    ]

    @admin.display(description="record", ordering="record_title", empty_value="–")
    def about(self, note: Correction) -> str:
        """The record's title, as a link to it; nothing where the note was emptied."""
        if not note.record:
            return ""
        return trusted(
            f'<a href="{escape(note.record)}"><bdi>{escape(note.record_title)}</bdi></a>'
        )

    @admin.display(description="age")
    def age(self, note: Correction) -> str:
        days = ((note.answered_at or timezone.now()) - note.sent_at).days
        return f"{days} day" if days == 1 else f"{days} days"

    @admin.display(description="removal", empty_value="–")
    def removal(self, note: Correction) -> str:
        """Where the person of a researcher's record is suppressed, and this note answered by it."""
        if note.answered_at or not note.record.startswith("/researchers/"):
            return ""
        url = address("/moderation/suppressions/new/", record=note.record, note=note.pk)
        return trusted(f'<a href="{escape(url)}">Look at what suppressing the record would do</a>')

    def view_on_site(self, obj: Correction) -> str | None:
        return obj.record or None

    def has_change_permission(self, request: HttpRequest, obj: Correction | None = None) -> bool:
        # Not the state: a form that is shown again with its errors has set it already.
        return obj is not None and obj.answered_at is None

    def save_model(
        self, request: HttpRequest, obj: Correction, form: AnswerForm, change: bool
    ) -> None:
        """Who answers and when is the server's word; the form holds the row's lock."""
        given = {name: form.cleaned_data[name] for name in ANSWER}
        correction_answer(request, obj, **given)
