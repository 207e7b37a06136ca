"""The account pages there are. allauth has more; each one left out is one less to guard."""

from allauth.account import views as allauth
from django.urls import path, re_path

from profiles.account_views import (
    LogInView,
    SignUpView,
    account_page,
    secret_address,
    strangers_only,
    whole,
)

urlpatterns = [
    path("login/", account_page(LogInView.as_view()), name="account_login"),
    path("logout/", account_page(allauth.logout), name="account_logout"),
    path("inactive/", account_page(allauth.account_inactive), name="account_inactive"),
    path("signup/", account_page(SignUpView.as_view()), name="account_signup"),
    path(
        "confirm-email/",
        account_page(strangers_only(whole(allauth.email_verification_sent))),
        name="account_email_verification_sent",
    ),
    path(
        "password/change/",
        account_page(whole(allauth.password_change)),
        name="account_change_password",
    ),
    path(
        "password/reset/",
        account_page(whole(allauth.password_reset)),
        name="account_reset_password",
    ),
    path(
        "password/reset/done/",
        account_page(allauth.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[\w-]+)/$",
        account_page(secret_address(whole(allauth.password_reset_from_key))),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account_page(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
