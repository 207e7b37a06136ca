"""Every address of the site. The project joins the apps; no app names another's views."""

from django.urls import include, path

from bzpeer.lib.moderation import site

# An address is compared with one after the other: those that most readers ask for come first.
urlpatterns = [
    path("", include("graph.urls")),
    path("", include("profiles.urls")),
    path("", include("works.urls")),
    path("", include("claims.urls")),
    path("", include("bzpeer.lib.urls")),
    path("accounts/", include("profiles.account_urls")),
    path("moderation/admin/", site.urls),
]

handler400 = "bzpeer.lib.views.bad_request"
handler403 = "bzpeer.lib.views.forbidden"
handler404 = "bzpeer.lib.views.not_found"
handler429 = "bzpeer.lib.views.too_many"
handler500 = "bzpeer.lib.views.server_error"
