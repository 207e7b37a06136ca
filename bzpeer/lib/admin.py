from django.contrib import admin

from bzpeer.lib.models import AuditEvent, OutboxEvent
from bzpeer.lib.moderation import ParkedAdmin, ReadOnlyAdmin, site


@admin.register(AuditEvent, site=site)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "kind", "user_id", "ip", "detail"]
    ordering = ["-id"]
    search_fields = ["=kind", "=user_id", "=ip"]
    searched_by = "Search for a kind, the number of an account, or an address: the whole of it."


@admin.register(OutboxEvent, site=site)
class OutboxEventAdmin(ParkedAdmin):
    # Not the payload: it is somebody's mail, and may hold the key to an account.
    fields = list_display = ("id", "kind", "created_at", "parked_at", "attempts", "error")
