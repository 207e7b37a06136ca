from django.urls import include, path

urlpatterns = [
    path("", include("bzpeer.lib.urls")),
    path("accounts/", include("allauth.account.urls")),
]
