"""Who may call what. A view without a mark, or an account page that nobody listed, fails."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bzpeer.lib.access import Access

ACCOUNT_PAGES = {
    "account_change_password",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
}


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
    found = {str(entry.name) for _, entry in EVERY if str(entry.name).startswith("account_")}
    assert found == ACCOUNT_PAGES


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route",
    [r for r, e in EVERY if getattr(e.callback, "access", "") != Access.PUBLIC and "<" not in r],
)
def test_strangers_do_not_get_in(client: Client, route: str) -> None:
    assert client.get(route)["Location"].startswith(reverse("account_login"))
