"""Signing in with ORCID, against a server of our own that plays it well and badly."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from bzpeer.lib.models import AuditEvent
from profiles.models import User
from tests.factories.accounts import (
    KNOWN,
    PASSWORD,
    app_code,
    code_in,
    log_in,
    mails,
    person,
    reset_password,
    signed_in,
    signed_in_as,
    with_app,
)
from tests.factories.orcid_server import (
    BAD,
    CLIENT,
    JOSIAH,
    SECRET,
    SOFIA,
    ORCIDServer,
    orcid_server,
)
from tests.web.dom import page
from tests.web.test_accounts import EVIL

pytestmark = pytest.mark.django_db
LOGIN, CALLBACK = "/accounts/orcid/login/", "/accounts/orcid/login/callback/"


@pytest.fixture
def orcid(our_outbox: None, settings: Settings) -> Iterator[ORCIDServer]:
    settings.ORCID_CLIENT_ID, settings.ORCID_CLIENT_SECRET = CLIENT, SECRET
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.3
    with orcid_server() as server:
        settings.ORCID_URL = server.url
        yield server


def leave(client: Client, **fields: str) -> str:
    """The address at ORCID that our page leads on to."""
    shown = page(client.post(LOGIN, fields))
    (link,) = [link for link in shown.links() if "/oauth/authorize" in link]
    return link


def back(client: Client, address: str) -> Any:
    parts = urlsplit(address)
    assert parts.path == CALLBACK
    return client.get(f"{parts.path}?{parts.query}")


def by_orcid(client: Client, orcid: ORCIDServer, **fields: str) -> Any:
    return back(client, orcid.consent(leave(client, **fields)))


def sign_up(client: Client, orcid: ORCIDServer, email: str) -> Any:
    """As far as the page that asks for the code of the mail."""
    assert by_orcid(client, orcid)["Location"] == "/accounts/orcid/signup/"
    return client.post("/accounts/orcid/signup/", {"email": email, "name": "Sofia"})


def connected(user: User, uid: str = SOFIA) -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider="orcid", uid=uid)


def state() -> tuple[Any, ...]:
    """All that a failed try must leave alone."""
    users = User.objects.order_by("pk").values_list("pk", "email", "password", "last_login")
    return (*users, *SocialAccount.objects.order_by("pk").values_list("user_id", "uid"))


# The way in


def test_who_comes_by_orcid_gives_an_address_and_verifies_it(
    client: Client, orcid: ORCIDServer
) -> None:
    response = sign_up(client, orcid, "sofia@example.org")
    assert response["Location"] == "/accounts/confirm-email/"
    assert not signed_in(client)
    response = client.post("/accounts/confirm-email/", {"code": code_in(mails()[-1])})
    assert response["Location"] == "/accounts/"
    assert signed_in(client)
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == (
        "sofia@example.org", "Sofia", False
    )  # fmt: skip
    again = Client()
    assert by_orcid(again, orcid, next="/following/")["Location"] == "/following/"
    assert signed_in(again)


def test_what_is_kept_of_orcid(client: Client, orcid: ORCIDServer) -> None:
    sign_up(client, orcid, "sofia@example.org")
    kept = SocialAccount.objects.get()
    assert kept.uid == SOFIA
    assert set(kept.extra_data) == {"orcid", "name", "time"}
    assert (kept.extra_data["orcid"], kept.extra_data["name"]) == (SOFIA, "Sofia Garcia")
    assert SocialToken.objects.count() == 0
    assert "very-secret" not in str(dict(client.session))
    assert [path for path, _ in orcid.seen] == ["/oauth/token"]


def test_without_a_client_id_nobody_is_offered_orcid(client: Client, settings: Settings) -> None:
    assert settings.ORCID_CLIENT_ID == ""
    assert "ORCID" not in page(client.get("/accounts/login/")).text
    for path in (LOGIN, CALLBACK):
        assert client.get(path).status_code == 404
    assert client.post(LOGIN).status_code == 404


def test_the_button_is_there_with_one(client: Client, orcid: ORCIDServer) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert LOGIN in [form["action"] for form in page(client.get(path)).all("form")]


@pytest.mark.parametrize(("sandbox", "host"), [(False, "orcid.org"), (True, "sandbox.orcid.org")])
def test_where_orcid_is(sandbox: bool, host: str) -> None:
    from bzpeer.settings import base

    assert base.ORCID_SANDBOX is False
    assert base.orcid_url(sandbox) == f"https://{host}"


def test_the_visitor_chooses_neither_scope_nor_host(client: Client, orcid: ORCIDServer) -> None:
    shown = page(
        client.post(
            f"{LOGIN}?scope=/person/update&auth_params=prompt%3Dnone&process=redirect",
            HTTP_HOST="127.0.0.1:6666",
        )
    )
    (link,) = [link for link in shown.links() if "/oauth/authorize" in link]
    asked = dict(parse_qsl(urlsplit(link).query))
    assert asked["scope"] == "/authenticate"
    assert "prompt" not in asked
    assert asked["redirect_uri"] == f"http://127.0.0.1:8000{CALLBACK}"
    assert link == shown.all("meta", **{"http-equiv": "refresh"})[0]["content"].split("url=")[1]


def test_a_get_starts_nothing(client: Client, orcid: ORCIDServer) -> None:
    response = client.get(LOGIN)
    assert response.status_code == 200
    assert "/oauth/authorize" not in response.content.decode()
    assert "socialaccount_states" not in client.session


@pytest.mark.parametrize("target", EVIL)
def test_the_way_back_leads_nowhere_else(client: Client, orcid: ORCIDServer, target: str) -> None:
    connected(person())
    assert by_orcid(client, orcid, next=target)["Location"] == "/accounts/"


def test_a_second_factor_is_asked_for_after_orcid_too(client: Client, orcid: ORCIDServer) -> None:
    ada = person()
    connected(ada)
    with_app(ada)
    assert by_orcid(client, orcid)["Location"] == "/accounts/2fa/authenticate/"
    assert not signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": app_code()})
    assert signed_in(client)


def test_a_switched_off_account_stays_out(client: Client, orcid: ORCIDServer) -> None:
    connected(person(is_active=False))
    assert by_orcid(client, orcid)["Location"] == "/accounts/inactive/"
    assert not signed_in(client)


def test_who_is_locked_out_by_guessers_gets_in_by_orcid(orcid: ORCIDServer) -> None:
    connected(person())
    for number in range(6):
        log_in(Client(), password=f"guess {number}")
    client = Client()
    by_orcid(client, orcid)
    assert signed_in(client)


# What goes wrong


@pytest.mark.parametrize("mood", [*BAD, "redirect", "hang"])
@pytest.mark.parametrize("who", ["stranger", "member"])
def test_a_broken_orcid_is_a_friendly_page_and_changes_nothing(
    orcid: ORCIDServer, mood: str, who: str
) -> None:
    ada = person()
    client = signed_in_as(ada) if who == "member" else Client()
    before = state()
    address = orcid.consent(leave(client))
    orcid.mood = mood
    response = back(client, address)
    assert response.status_code == 200
    assert "Nothing was changed" in page(response).text
    assert response["Cache-Control"] == "private, no-store"
    assert state() == before
    assert signed_in(client) == (who == "member")


def test_an_orcid_that_is_not_there(client: Client, orcid: ORCIDServer, settings: Settings) -> None:
    address = orcid.consent(leave(client))
    settings.ORCID_URL = "http://127.0.0.1:9"
    assert "Nothing was changed" in page(back(client, address)).text


def test_who_turns_back_at_orcid_is_told_so(client: Client, orcid: ORCIDServer) -> None:
    shown = page(back(client, orcid.consent(leave(client), deny=True)))
    assert "You turned back at ORCID" in shown.text


def tampered(address: str, **change: str) -> str:
    parts = urlsplit(address)
    fields = {**dict(parse_qsl(parts.query)), **change}
    query = urlencode({name: value for name, value in fields.items() if value})
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{query}"


@pytest.mark.parametrize(
    "change",
    [
        {"state": ""},
        {"state": "someoneelses"},
        {"state": "a\tb"},
        {"code": ""},
        {"code": "guessed"},
        {"code": "", "error": "server_error"},
        {"code": "x" * 3_000},
    ],
)
def test_a_forged_way_back(client: Client, orcid: ORCIDServer, change: dict[str, str]) -> None:
    connected(person())
    before = state()
    address = tampered(orcid.consent(leave(client)), **change)
    assert "Nothing was changed" in page(back(client, address)).text
    assert state() == before
    assert not signed_in(client)


def test_a_way_back_is_good_once_and_in_the_browser_that_left(orcid: ORCIDServer) -> None:
    connected(person())
    mine, other = Client(), Client()
    address = orcid.consent(leave(mine))
    assert "Nothing was changed" in page(back(other, address)).text
    assert not signed_in(other)
    back(mine, address)
    assert signed_in(mine)
    mine.post("/accounts/logout/")
    assert "Nothing was changed" in page(back(mine, address)).text
    assert not signed_in(mine)


def test_a_stolen_code_is_worth_nothing_without_its_verifier(orcid: ORCIDServer) -> None:
    connected(person())
    victim, thief = Client(), Client()
    stolen = dict(parse_qsl(urlsplit(orcid.consent(leave(victim))).query))["code"]
    own = orcid.consent(leave(thief))
    assert "Nothing was changed" in page(back(thief, tampered(own, code=stolen))).text
    assert not signed_in(thief)


# Connecting and taking off


def test_connect_and_disconnect_with_the_rows_and_mails_that_tell(orcid: ORCIDServer) -> None:
    ada = person()
    client = signed_in_as(ada)
    assert by_orcid(client, orcid)["Location"] == "/accounts/orcid/"
    assert SocialAccount.objects.get().user == ada
    assert SOFIA in page(client.get("/accounts/orcid/")).text
    assert SOFIA in page(client.get("/accounts/")).text
    client.post("/accounts/orcid/")
    assert SocialAccount.objects.count() == 0
    assert signed_in(client)
    kinds = AuditEvent.objects.order_by("pk").values_list("kind", "user_id")
    assert list(kinds) == [("orcid_connected", ada.pk), ("orcid_disconnected", ada.pk)]
    assert [mail["subject"].split(" was ")[1].split(" ")[0] for mail in mails()] == [
        "connected", "disconnected"
    ]  # fmt: skip


def test_to_connect_takes_a_proof_before_and_at_the_way_back(orcid: ORCIDServer) -> None:
    ada = person()
    client = signed_in_as(ada, proved=False)
    asked = "/accounts/reauthenticate/?next=/accounts/orcid/login/"
    assert client.post(LOGIN)["Location"] == asked
    client = signed_in_as(ada)
    address = orcid.consent(leave(client))
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= 301
    session.save()
    assert back(client, address)["Location"].startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.count() == 0


def test_an_id_belongs_to_one_account_and_an_account_has_one(orcid: ORCIDServer) -> None:
    bob = person("bob@example.org")
    connected(bob)
    ada = person()
    client = signed_in_as(ada)
    by_orcid(client, orcid)
    assert "another account" in page(client.get("/accounts/orcid/")).text
    assert SocialAccount.objects.get().user == bob
    orcid.orcid = JOSIAH
    by_orcid(client, orcid)
    assert SocialAccount.objects.get(uid=JOSIAH).user == ada
    orcid.orcid = "0000-0002-1694-233X"
    by_orcid(client, orcid)
    assert "Disconnect it first" in page(client.get("/accounts/orcid/")).text
    assert SocialAccount.objects.filter(user=ada).count() == 1


def test_nothing_to_disconnect(orcid: ORCIDServer) -> None:
    connected(person("bob@example.org"))
    assert signed_in_as(person()).post("/accounts/orcid/").status_code == 404
    assert SocialAccount.objects.count() == 1


def test_who_has_orcid_alone_proves_it_by_a_code_of_the_mail(orcid: ORCIDServer) -> None:
    ada = person(password=None)
    connected(ada)
    client = signed_in_as(ada, proved=False)
    response = client.get("/accounts/orcid/", follow=True)
    path = "/accounts/reauthenticate/code/"
    assert response.redirect_chain[-1][0] == f"{path}?next=%2Faccounts%2Forcid%2F"
    client.post(path, {"send": "1", "next": "/accounts/orcid/"})
    assert client.post(path, {"code": "WRNG-CODE"}).status_code == 200
    response = client.post(path, {"code": code_in(mails()[-1]), "next": "/accounts/orcid/"})
    assert response["Location"] == "/accounts/orcid/"
    assert client.get("/accounts/orcid/").status_code == 200


@pytest.mark.parametrize("tries", [1, 3])
def test_three_wrong_codes_void_it(orcid: ORCIDServer, tries: int) -> None:
    client = signed_in_as(person(password=None), proved=False)
    path = "/accounts/reauthenticate/code/"
    client.post(path, {"send": "1"})
    for _ in range(tries):
        client.post(path, {"code": "WRNG-CODE"})
    client.post(path, {"code": code_in(mails()[-1])})
    assert (client.get("/accounts/2fa/").status_code == 200) == (tries < 3)


# Before the account is yours


def test_an_address_from_orcid_proves_nothing(client: Client, orcid: ORCIDServer) -> None:
    """The identity provider that does not verify: its record names the victim's address."""
    victim = person()
    emails = {"email": [{"email": KNOWN, "verified": True, "primary": True}]}
    orcid.records[SOFIA] = {"person": {"emails": emails}}
    assert by_orcid(client, orcid)["Location"] == "/accounts/orcid/signup/"
    assert KNOWN not in client.get("/accounts/orcid/signup/").content.decode()
    assert not signed_in(client)
    client.post("/accounts/orcid/signup/", {"email": KNOWN})
    assert SocialAccount.objects.filter(user=victim).count() == 0
    assert User.objects.count() == 1
    assert [mail["subject"] for mail in mails()] == ["Your BZPEER account"]


def test_a_password_account_is_not_merged_into_by_orcid(orcid: ORCIDServer) -> None:
    """Classic and federated: who opened one with my address is out once I come by ORCID."""
    attacker, victim = Client(), Client()
    attacker.post("/accounts/signup/", {"email": KNOWN, "password1": PASSWORD})
    cache.clear()
    sign_up(victim, orcid, KNOWN)
    reset_password(victim)
    cache.clear()
    log_in(victim, password="mine alone 2026")
    victim.post("/accounts/confirm-email/", {"code": code_in(mails()[-1])})
    assert signed_in(victim)
    attacker.get("/accounts/confirm-email/")
    assert not signed_in(attacker)
    log_in(attacker)
    assert not signed_in(attacker)


def test_an_id_that_somebody_put_on_my_account_before_me_opens_nothing(orcid: ORCIDServer) -> None:
    """The trojan identifier: the attacker's iD waits on an account with the victim's address."""
    attacker, victim = Client(), Client()
    sign_up(attacker, orcid, KNOWN)
    assert SocialAccount.objects.count() == 1
    reset_password(victim)
    cache.clear()
    log_in(victim, password="mine alone 2026")
    victim.post("/accounts/confirm-email/", {"code": code_in(mails()[-1])})
    assert signed_in(victim)
    assert EmailAddress.objects.get(email=KNOWN).verified
    assert SocialAccount.objects.count() == 0
    attacker.get("/accounts/confirm-email/")
    assert not signed_in(attacker)
    by_orcid(attacker, orcid)
    assert not signed_in(attacker)


def test_the_form_after_orcid_tells_nobody_whether_an_address_is_known(orcid: ORCIDServer) -> None:
    person()
    seen = []
    for email, uid in ((KNOWN, SOFIA), ("unknown@example.org", JOSIAH)):
        cache.clear()
        orcid.orcid = uid
        client = Client()
        response = sign_up(client, orcid, email)
        shown = page(client.get(response["Location"])).text.replace(email, "ADDRESS")
        seen.append((response.status_code, response["Location"], shown, len(mails())))
    assert seen[0][:3] == seen[1][:3]
    assert [number for *_, number in seen] == [1, 2]
