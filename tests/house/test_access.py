"""Who may call what. A view without a mark, or an account page that nobody listed, fails."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bzpeer.lib.access import Access
from profiles.models import User

ACCOUNT_PAGES = {
    "account_change_password",
    "account_confirm_login_code",
    "account_delete",
    "account_deleted",
    "account_email",
    "account_email_undo",
    "account_email_verification_sent",
    "account_events",
    "account_export",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_orcid",
    "account_reauthenticate",
    "account_reauthenticate_code",
    "account_recovery_codes",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_restore",
    "account_sessions",
    "account_set_password",
    "account_signup",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_index",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "orcid_callback",
    "orcid_login",
    "socialaccount_signup",
}
ALLAUTH = ("account_", "mfa_", "orcid_", "socialaccount_", "usersessions_")
# What changes an account, or shows all of it, asks first who it is.
STEP_UP = {
    "account_change_password", "account_delete", "account_email", "account_export",
    "account_orcid", "account_recovery_codes", "account_set_password", "mfa_activate_totp",
    "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_index", "mfa_remove_webauthn",
}  # fmt: skip


def patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


EVERY = list(patterns(get_resolver()))


def test_every_view_says_who_may_call_it() -> None:
    assert EVERY
    unmarked = [route for route, entry in EVERY if not hasattr(entry.callback, "access")]
    assert unmarked == []


def test_the_account_pages_are_the_listed_ones() -> None:
    found = {str(entry.name) for _, entry in EVERY if str(entry.name).startswith(ALLAUTH)}
    assert found == ACCOUNT_PAGES


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route",
    [r for r, e in EVERY if getattr(e.callback, "access", "") != Access.PUBLIC and "<" not in r],
)
def test_strangers_do_not_get_in(client: Client, route: str) -> None:
    assert client.get(route)["Location"].startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(STEP_UP))
def test_what_changes_an_account_asks_first_who_it_is(client: Client, name: str) -> None:
    client.force_login(User.objects.create_user("ada@example.org", "correct horse"))
    address = reverse(name, args=[1] if name == "mfa_remove_webauthn" else [])
    for response in (client.get(address), client.post(address)):
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('account_reauthenticate')}?next={address}"
