from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bzpeer.lib.moderation import ParkedAdmin, ReadOnlyAdmin, site
from works.models import AuthorChange, ImportReject, ImportRun, ReplayOrder


@admin.register(ImportRun, site=site)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "source",
        "started_at",
        "finished_at",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "authors",
    ]
    list_filter = ["source"]
    ordering = ["-id"]


@admin.register(ImportReject, site=site)
class ImportRejectAdmin(ReadOnlyAdmin):
    list_display = ["id", "run", "external_id", "field", "reason", "file", "position"]
    list_filter = ["run__source"]
    list_select_related = ["run"]
    ordering = ["-id"]
    search_fields = ["=external_id", "=field", "=run__id"]
    searched_by = "Search for an external id, a field, or the number of a run: the whole of it."

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportReject]:
        # Up to a megabyte each, which no list shows.
        return super().get_queryset(request).defer("again")


@admin.register(ReplayOrder, site=site)
class ReplayOrderAdmin(ParkedAdmin):
    fields = list_display = ("run", "field", "reason", "parked_at", "attempts", "error")
    list_select_related = ["run"]


@admin.register(AuthorChange, site=site)
class AuthorChangeAdmin(ParkedAdmin):
    fields = list_display = ("author", "kind", "parked_at", "attempts", "error")
    list_select_related = ["author"]
