"""The account pages there are. allauth has more; each one left out is one less to guard."""

from allauth.account import views as allauth
from django.urls import URLPattern, path, re_path

from bzpeer.lib.access import signed_in_only
from profiles import account_factors as factors
from profiles import account_orcid_views as orcid
from profiles import account_pages as pages
from profiles.account_proof import ProveByMailView
from profiles.account_views import (
    LogInView,
    SignUpView,
    View,
    account_page,
    own_page,
    secret_address,
    whole,
)


def entrance(route: str, view: View, name: str) -> URLPattern:
    """A page for who is not signed in yet."""
    return path(route, account_page(view), name=name)


def own(route: str, view: View, name: str) -> URLPattern:
    """A page that changes the account: for who proved a moment ago who they are."""
    return path(route, own_page(view), name=name)


def proof(route: str, view: View, name: str) -> URLPattern:
    """A page where somebody who is signed in proves it anew."""
    return path(route, signed_in_only(view), name=name)


urlpatterns = [
    path("", pages.account, name="account"),
    entrance("login/", LogInView.as_view(), "account_login"),
    entrance("login/code/", whole(allauth.request_login_code), "account_request_login_code"),
    entrance("login/code/confirm/", allauth.confirm_login_code, "account_confirm_login_code"),
    entrance("logout/", allauth.logout, "account_logout"),
    entrance("inactive/", allauth.account_inactive, "account_inactive"),
    entrance("signup/", SignUpView.as_view(), "account_signup"),
    entrance(
        "confirm-email/", whole(allauth.email_verification_sent), "account_email_verification_sent"
    ),
    proof("reauthenticate/", allauth.reauthenticate, "account_reauthenticate"),
    proof("reauthenticate/code/", ProveByMailView.as_view(), "account_reauthenticate_code"),
    own("email/", allauth.email, "account_email"),
    entrance("email/undo/<str:token>/", pages.email_undo, "account_email_undo"),
    own("password/change/", allauth.password_change, "account_change_password"),
    own("password/set/", allauth.password_set, "account_set_password"),
    entrance("password/reset/", whole(allauth.password_reset), "account_reset_password"),
    entrance("password/reset/done/", allauth.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[\w-]+)/$",
        account_page(secret_address(whole(allauth.password_reset_from_key))),
        name="account_reset_password_from_key",
    ),
    entrance(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    own("2fa/", factors.factors, "mfa_index"),
    entrance("2fa/authenticate/", factors.authenticate, "mfa_authenticate"),
    proof("2fa/reauthenticate/", factors.reauthenticate, "mfa_reauthenticate"),
    own("2fa/app/", factors.activate_totp, "mfa_activate_totp"),
    own("2fa/app/remove/", factors.deactivate_totp, "mfa_deactivate_totp"),
    own("2fa/recovery-codes/", factors.recovery_codes, "account_recovery_codes"),
    own("2fa/passkeys/add/", factors.add_passkey, "mfa_add_webauthn"),
    own("2fa/passkeys/<int:pk>/remove/", factors.remove_passkey, "mfa_remove_webauthn"),
    proof(
        "2fa/passkeys/reauthenticate/",
        factors.reauthenticate_passkey,
        "mfa_reauthenticate_webauthn",
    ),
    entrance("2fa/passkeys/login/", factors.login_passkey, "mfa_login_webauthn"),
    own("orcid/", orcid.connection, "account_orcid"),
    entrance("orcid/login/", orcid.leave, "orcid_login"),
    entrance("orcid/login/callback/", orcid.come_back, "orcid_callback"),
    entrance("orcid/signup/", orcid.SignUpView.as_view(), "socialaccount_signup"),
    path("sessions/", pages.sessions, name="account_sessions"),
    path("events/", pages.events, name="account_events"),
    path("export/", pages.export_data, name="account_export"),
    path("delete/", pages.delete, name="account_delete"),
    entrance("deleted/", pages.deleted, "account_deleted"),
    entrance("restore/<str:token>/", pages.restore, "account_restore"),
]
