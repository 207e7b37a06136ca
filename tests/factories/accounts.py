"""People with accounts, and the things that they log in with."""

import re
from time import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from bzpeer.lib.models import OutboxEvent
from profiles.models import User

PASSWORD, NEW_PASSWORD = "correct horse battery", "mine alone 2026"
KNOWN = "ada@example.org"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def person(email: str = KNOWN, password: str | None = PASSWORD, **more: Any) -> User:
    """An account with a verified address."""
    user = User.objects.create_user(email, password, **more)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def staff(email: str = "mod@example.org", **more: Any) -> User:
    """Somebody who may enter the moderators' room: staff with a second factor."""
    user = person(email, **({"name": "Mo"} | more), is_staff=True)
    TOTP.activate(user, SEED)
    return user


def signed_in_as(user: User, *, proved: bool = True) -> Client:
    """A browser with a session; `proved`: the person proved a moment ago who it is."""
    client = Client()
    client.force_login(user)
    if proved:
        session = client.session
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time()}]
        session.save()
    return client


def app_code(seed: str = SEED, step: int = 0) -> str:
    """What an authenticator app shows, or showed `-step` half minutes ago."""
    return str(format_hotp_value(hotp_value(seed, int(time()) // 30 + step)))


def with_app(user: User) -> Authenticator:
    return TOTP.activate(user, SEED).instance


def mails(kind: str = "mail") -> list[dict[str, Any]]:
    return [event.payload for event in OutboxEvent.objects.filter(kind=kind).order_by("pk")]


def code_in(mail: dict[str, Any]) -> str:
    found = re.search(r"^ {4}(\S+)$", mail["text"], re.MULTILINE)
    assert found
    return found[1]


def link_in(mail: dict[str, Any]) -> str:
    """The path of the first link to this site."""
    found = re.search(r"^http://127\.0\.0\.1:8000(/accounts/\S+/\S+)$", mail["text"], re.M)
    assert found
    return found[1]


def signed_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def log_in(client: Client, email: str = KNOWN, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password}, **more)


def reset_password(client: Client, email: str = KNOWN) -> None:
    """Choose NEW_PASSWORD by the link of a mail."""
    client.post("/accounts/password/reset/", {"email": email})
    page = client.get(link_in(mails()[-1]), follow=True)
    twice = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(page.request["PATH_INFO"], twice)
