from django.contrib import admin

from bzpeer.lib.moderation import ParkedAdmin, site
from graph.models import SliceOrder


@admin.register(SliceOrder, site=site)
class SliceOrderAdmin(ParkedAdmin):
    fields = list_display = ("author", "ordered_at", "parked_at", "attempts", "error")
    list_select_related = ["author"]
