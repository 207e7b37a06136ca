import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bzpeer.lib.models import AuditEvent, OutboxEvent
from profiles.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]

PASSWORD = "correct horse battery"
KNOWN, UNKNOWN = "ada@example.org", "eve@example.org"


@pytest.fixture
def ada() -> User:
    user = User.objects.create_user(KNOWN, PASSWORD, name="Ada")
    EmailAddress.objects.create(user=user, email=KNOWN, verified=True, primary=True)
    return user


def mails(kind: str = "mail") -> list[dict[str, Any]]:
    return [event.payload for event in OutboxEvent.objects.filter(kind=kind).order_by("pk")]


def sign_up(client: Client, email: str = UNKNOWN, **more: str) -> Any:
    return client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, **more})


def log_in(client: Client, email: str = KNOWN, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password}, **more)


def code_in(mail: dict[str, Any]) -> str:
    found = re.search(r"^ {4}(\S+)$", mail["text"], re.MULTILINE)
    assert found
    return found[1]


def reset_link(mail: dict[str, Any]) -> str:
    found = re.search(
        r"^http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)$", mail["text"], re.M
    )
    assert found
    return found[1]


def ask_reset(client: Client, email: str = KNOWN, **more: Any) -> Any:
    return client.post("/accounts/password/reset/", {"email": email}, **more)


def twice(password: str) -> dict[str, str]:
    return {"password1": password, "password2": password}


def signed_in(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def kinds() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))


# The way in


def test_sign_up_verify_log_out_log_in(client: Client) -> None:
    response = sign_up(client, "Eve@Example.org", name="Eve  Noether")
    assert response["Location"] == "/accounts/confirm-email/"
    assert not signed_in(client)
    (mail,) = mails()
    assert mail["to"] == [UNKNOWN]
    response = client.post("/accounts/confirm-email/", {"code": code_in(mail)})
    assert response["Location"] == "/accounts/"
    assert signed_in(client)
    user = User.objects.get()
    assert (user.email, user.name) == (UNKNOWN, "Eve Noether")
    client.post("/accounts/logout/")
    assert not signed_in(client)
    assert log_in(client, "EVE@example.org")["Location"] == "/accounts/"
    assert signed_in(client)
    assert kinds() == ["signup", "email_verified", "login", "logout", "login"]


def test_an_unverified_account_can_not_enter_and_gets_a_new_code(client: Client) -> None:
    sign_up(client)
    cache.clear()
    other = Client()
    assert log_in(other, UNKNOWN)["Location"] == "/accounts/confirm-email/"
    assert not signed_in(other)
    first, second = mails()
    assert other.post("/accounts/confirm-email/", {"code": code_in(first)}).status_code == 200
    assert not signed_in(other)
    other.post("/accounts/confirm-email/", {"code": code_in(second)})
    assert signed_in(other)


def test_three_wrong_codes_end_the_try(client: Client) -> None:
    sign_up(client)
    answers = [client.post("/accounts/confirm-email/", {"code": "WRONG"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 302]
    (mail,) = mails()
    client.post("/accounts/confirm-email/", {"code": code_in(mail)})
    assert not signed_in(client)


def test_who_signed_up_with_my_address_has_nothing_once_i_own_it(client: Client) -> None:
    attacker = Client()
    sign_up(attacker, KNOWN, name="Mallory")
    cache.clear()
    sign_up(client, KNOWN)
    ask_reset(client)
    link = reset_link(mails()[-1])
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], twice("mine alone 2026"))
    cache.clear()
    log_in(client, password="mine alone 2026")
    client.post("/accounts/confirm-email/", {"code": code_in(mails()[-1])})
    assert signed_in(client)
    attacker.get("/accounts/login/")
    attacker.get("/accounts/confirm-email/")
    assert not signed_in(attacker)
    log_in(attacker)
    assert not signed_in(attacker)


def test_sign_up_leaves_nothing_when_its_mail_can_not_be_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("bzpeer.lib.mail.pack", refuse)
    client.raise_request_exception = False
    assert sign_up(client).status_code == 500
    assert User.objects.count() == 0
    monkeypatch.undo()
    cache.clear()
    assert sign_up(client).status_code == 302
    assert len(mails()) == 1


def test_the_loser_of_a_race_for_an_address_sees_what_everyone_sees(
    client: Client, monkeypatch: pytest.MonkeyPatch, ada: User
) -> None:
    monkeypatch.setattr(
        "allauth.account.forms.flows.manage_email.email_already_exists",
        lambda email: (email, False),
    )
    assert sign_up(client, KNOWN)["Location"] == "/accounts/confirm-email/"
    assert User.objects.count() == 1
    assert [mail["subject"] for mail in mails()] == ["Your BZPEER account"]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b",
        "mıke@example.org",
        "ſam@example.org",
        "a@example.org\nBcc: b@x.org",
        "a" * 260 + "@x.org",
    ],
)
def test_addresses_that_can_not_be_an_account(client: Client, email: str) -> None:
    assert sign_up(client, email).status_code == 200
    assert (User.objects.count(), len(mails())) == (0, 0)


@pytest.mark.parametrize("password", ["short", "password123", "1234567890", "eve@example.org", ""])
def test_weak_passwords_are_refused(client: Client, password: str) -> None:
    assert sign_up(client, password1=password).status_code == 200
    assert User.objects.count() == 0


@pytest.mark.parametrize("name", ["Eve\u202eylE", "a\u200bb", "x" * 121, "a\u2028b"])
def test_names_that_would_fool_a_reader_are_refused(client: Client, name: str) -> None:
    assert sign_up(client, name=name).status_code == 200
    assert User.objects.count() == 0


def test_sign_up_says_what_an_account_is_for(client: Client) -> None:
    assert "claim your record as a researcher" in client.get("/accounts/signup/").content.decode()


def test_no_mail_holds_what_a_visitor_typed(client: Client) -> None:
    sign_up(client, name="WIN at evil.example", next="/evil/")
    (mail,) = mails()
    assert "evil" not in mail["subject"] + mail["text"] + str(mail["headers"])
    assert mail["html"] == ""


def test_the_log_in_page_is_the_way_out_of_a_sign_up_that_waits(client: Client, ada: User) -> None:
    sign_up(client, KNOWN)
    assert client.get("/accounts/login/").status_code == 200
    log_in(client)
    assert signed_in(client)


# Known and unknown look the same


def watch(act: Callable[[Client, str], Any], email: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a stranger can see or time: status, target, page, hashes made, mails written."""
    cache.clear()
    hashes, before = 0, len(mails())
    encode = MD5PasswordHasher.encode

    def counting(*args: Any, **kwargs: Any) -> str:
        nonlocal hashes
        hashes += 1
        return encode(*args, **kwargs)

    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(MD5PasswordHasher, "encode", counting)
        client = Client()
        response = act(client, email)
    body = response.content.decode().replace(email, "ADDRESS")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    seen: tuple[Any, ...] = (
        response.status_code,
        response.get("Location"),
        body,
        sorted(client.cookies),
    )
    if response.status_code == 302:
        body = client.get(response["Location"]).content.decode().replace(email, "ADDRESS")
        seen += (re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body),)
    return (*seen, hashes, len(mails()) - before), len(queries)


def wrong_code(client: Client, email: str) -> Any:
    sign_up(client, email)
    return client.post("/accounts/confirm-email/", {"code": "WRONG"})


def ask_code(client: Client, email: str) -> Any:
    return client.post("/accounts/login/code/", {"email": email})


def wrong_login_code(client: Client, email: str) -> Any:
    ask_code(client, email)
    return client.post("/accounts/login/code/confirm/", {"code": "WRNG-CODE"})


@pytest.mark.parametrize(
    ("act", "more_queries"),
    [
        pytest.param(sign_up, 12, id="sign up"),
        pytest.param(lambda c, e: sign_up(c, e, password1="short"), 0, id="sign up badly"),
        pytest.param(wrong_code, 16, id="wrong code"),
        pytest.param(lambda c, e: log_in(c, e, "wrong password"), 1, id="log in"),
        pytest.param(ask_reset, 4, id="reset"),
        pytest.param(ask_code, 0, id="code by mail"),
        pytest.param(wrong_login_code, 2, id="wrong code to log in"),
    ],
)  # fmt: skip
def test_nobody_can_tell_whether_an_address_is_known(
    ada: User, monkeypatch: pytest.MonkeyPatch, act: Callable[[Client, str], Any], more_queries: int
) -> None:
    known, queries = watch(act, KNOWN, monkeypatch)
    unknown, others = watch(act, "unknown@example.org", monkeypatch)
    assert known == unknown
    assert abs(queries - others) <= more_queries


# Passwords


@pytest.mark.parametrize("header", [{}, {"HTTP_HOST": "127.0.0.1:6666"}])
def test_a_reset_goes_to_the_stored_address_with_the_configured_host(
    client: Client, ada: User, header: dict[str, str]
) -> None:
    ask_reset(client, "ADA@example.org", **header)
    (mail,) = mails()
    assert mail["to"] == [KNOWN]
    assert client.get(reset_link(mail))["Referrer-Policy"] == "no-referrer"
    page = client.get(reset_link(mail), follow=True)
    path = page.request["PATH_INFO"]
    assert path.endswith("-set-password/")
    # With "no-referrer" a browser would send the form with `Origin: null`, and it would be refused.
    assert page["Referrer-Policy"] == "same-origin"
    response = client.post(path, twice("a new one entirely"))
    assert response["Location"] == "/accounts/password/reset/key/done/"
    assert log_in(client, password="a new one entirely").status_code == 302
    assert signed_in(client)
    assert "was reset" in mails()[-1]["subject"]
    assert kinds() == ["password_reset_asked", "password_reset_done", "login"]


def test_a_reset_never_goes_to_what_was_typed(ada: User, rf: RequestFactory) -> None:
    with allauth_context.request_context(rf.get("/")):
        request_password_reset(allauth_context.request, "adа@example.org", [ada], None)
    assert [mail["to"] for mail in mails()] == [[KNOWN]]


def use(ada: User, link: str) -> None:
    client = Client()
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], twice("used by someone"))


def later_login(ada: User, link: str) -> None:
    log_in(Client())


def password_change(ada: User, link: str) -> None:
    ada.set_password("changed meanwhile")
    ada.save()


def an_hour(ada: User, link: str) -> None:
    pass


@pytest.mark.parametrize("event", [use, later_login, password_change])
def test_a_reset_link_is_good_once(
    client: Client, ada: User, event: Callable[[User, str], None]
) -> None:
    ask_reset(client)
    link = reset_link(mails()[0])
    event(ada, link)
    page = client.get(link, follow=True).content.decode()
    assert "This link is no longer good" in page
    assert '<form method="post" action="/accounts/password' not in page


def test_a_reset_link_is_good_for_an_hour(client: Client, ada: User, settings: Settings) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    ask_reset(client)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "no longer good" in client.get(reset_link(mails()[0]), follow=True).content.decode()


@pytest.mark.parametrize("key", ["x", "set-password", "1-2-3", "a" * 3_000])
def test_a_made_up_reset_link_is_no_good(client: Client, key: str) -> None:
    page = client.get(f"/accounts/password/reset/key/1-{key}/")
    assert page.status_code == 200
    assert (page["Referrer-Policy"] == "no-referrer") == (key != "set-password")
    assert "no longer good" in page.content.decode()


def test_a_changed_password_ends_the_other_sessions_and_is_told(client: Client, ada: User) -> None:
    elsewhere = Client()
    log_in(elsewhere)
    log_in(client)
    key = client.cookies["sessionid"].value
    response = client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, **twice("another long one")}
    )
    assert response.status_code == 302
    assert client.cookies["sessionid"].value != key
    assert signed_in(client)
    assert not signed_in(elsewhere)
    assert "was changed" in mails()[-1]["subject"]
    assert kinds()[-1] == "password_changed"


def test_to_change_a_password_takes_the_old_one(client: Client, ada: User) -> None:
    log_in(client)
    client.post("/accounts/password/change/", {"oldpassword": "guess", **twice("another long one")})
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


# Sessions


def test_a_session_key_from_before_is_worth_nothing_after_log_in_and_log_out(
    client: Client, ada: User
) -> None:
    sign_up(client, UNKNOWN)
    before = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    log_in(client)
    during = client.cookies["sessionid"].value
    assert before != during
    client.post("/accounts/logout/")
    for key in (before, during):
        client.cookies["sessionid"] = key
        assert not signed_in(client)


def test_a_switched_off_account_is_out_at_once(client: Client, ada: User) -> None:
    log_in(client)
    User.objects.update(is_active=False)
    assert not signed_in(client)
    assert log_in(client)["Location"] == "/accounts/inactive/"
    assert "switched off" in client.get("/accounts/inactive/").content.decode()
    assert not signed_in(client)


def test_log_out_takes_a_post(client: Client, ada: User) -> None:
    log_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert signed_in(client)


def test_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    for path in (
        "login", "logout", "signup", "password/reset", "login/code", "login/code/confirm",
        "2fa/passkeys/login", "2fa/authenticate", "orcid/login", "orcid/signup", "restore/x",
        "email/undo/x", "reauthenticate", "export", "delete", "email", "sessions", "orcid",
    ):  # fmt: skip
        response = client.post(f"/accounts/{path}/", {})
        assert response.status_code == 403
        assert "could not be trusted" in response.content.decode()


# Guessing


def test_the_sixth_guess_is_refused_from_wherever_it_seems_to_come(
    client: Client, ada: User
) -> None:
    for number in range(20):
        log_in(
            client,
            password=f"guess {number}",
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
            HTTP_HOST=f"127.0.0.1:{2_000 + number}",
        )
    assert kinds() == ["login_failed"] * 5
    assert set(AuditEvent.objects.values_list("user_id", "ip")) == {(ada.pk, "127.0.0.1")}
    assert "Too many" in log_in(client).content.decode()
    assert not signed_in(client)


def test_the_owner_gets_back_in_by_resetting_the_password(client: Client, ada: User) -> None:
    for number in range(6):
        log_in(Client(), password=f"guess {number}")
    ask_reset(client)
    page = client.get(reset_link(mails()[0]), follow=True)
    client.post(page.request["PATH_INFO"], twice("a new one entirely"))
    log_in(client, password="a new one entirely")
    assert signed_in(client)


def test_one_sender_may_fail_ten_times_a_minute_whatever_the_address(
    client: Client, ada: User
) -> None:
    for number in range(9):
        log_in(client, f"user{number}@example.org", "wrong password")
    log_in(client)
    client.post("/accounts/logout/")
    assert "Too many" not in log_in(client, "a@example.org", "wrong password").content.decode()
    assert "Too many" in log_in(client, "b@example.org", "wrong password").content.decode()


def test_behind_a_proxy_senders_are_told_apart(ada: User, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    for sender in ("203.0.113.1", "203.0.113.2"):
        for number in range(11):
            log_in(
                Client(),
                f"{number}{sender}@x.org",
                "wrong",
                HTTP_X_FORWARDED_FOR=f"6.6.6.{number}, {sender}",
            )
    failures = AuditEvent.objects.filter(kind="login_failed").values_list("ip", flat=True)
    assert sorted(map(str, failures)) == ["203.0.113.1"] * 10 + ["203.0.113.2"] * 10


@pytest.mark.parametrize(
    ("path", "field", "times"), [("signup", "email", 10), ("password/reset", "email", 5)]
)
def test_floods_are_answered_429(client: Client, path: str, field: str, times: int) -> None:
    answers = [
        client.post(f"/accounts/{path}/", {field: UNKNOWN}).status_code for _ in range(times + 1)
    ]
    assert answers[-1] == 429
    assert 429 not in answers[:-1]


# Where a log-in may lead

SAFE = ("/researchers/xue-lin-abc123/follow/", "/search/?q=a&kind=people", "/")
EVIL = (
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "http://evil.example", "https:evil.example", "https:///evil.example", "javascript:alert(1)",
    "http://testserver@evil.example", "http://localhost/", "/\t/evil.example", "\t//evil.example",
    "/\n/evil.example", " //evil.example", "evil.example", "data:text/html,x", "//testserver/",
    "\u2028//evil.example", "/\\/evil.example", "http://127.0.0.1/", "//evil.example%2f..",
)  # fmt: skip


@pytest.mark.parametrize("target", SAFE)
def test_log_in_leads_back(client: Client, ada: User, target: str) -> None:
    response = client.post(
        "/accounts/login/", {"login": KNOWN, "password": PASSWORD, "next": target}
    )
    assert response["Location"] == target


@pytest.mark.parametrize("target", EVIL)
def test_log_in_leads_nowhere_else(client: Client, ada: User, target: str) -> None:
    page = client.get("/accounts/login/", {"next": target})
    assert page.status_code == 200
    response = client.post(
        "/accounts/login/", {"login": KNOWN, "password": PASSWORD, "next": target}
    )
    assert response["Location"] == "/accounts/"
    assert client.get("/accounts/login/", {"next": target})["Location"] == "/accounts/"
    assert client.post("/accounts/logout/", {"next": target})["Location"] == "/"


def by_mail(client: Client, target: str) -> Any:
    """Log in by a code, with an address to come back to, as the forms of the pages do."""
    asked = client.post("/accounts/login/code/", {"email": KNOWN, "next": target})
    shown = client.get(asked["Location"]).content.decode()
    carried = re.search(r'name="next" value="([^"]*)"', shown)
    fields = {"code": code_in(mails()[-1])} | (
        {"next": html.unescape(carried[1])} if carried else {}
    )
    return client.post("/accounts/login/code/confirm/", fields)


@pytest.mark.parametrize("target", SAFE)
def test_a_code_by_mail_leads_back(client: Client, ada: User, target: str) -> None:
    assert by_mail(client, target)["Location"] == target


@pytest.mark.parametrize("target", EVIL)
def test_a_code_by_mail_leads_nowhere_else(client: Client, ada: User, target: str) -> None:
    assert by_mail(client, target)["Location"] == "/accounts/"
    assert signed_in(client)


# The pages themselves

PAGES = (
    "login",
    "login/code",
    "deleted",
    "restore/x",
    "email/undo/x",
    "signup",
    "password/reset",
    "password/reset/done",
    "password/reset/key/done",
    "inactive",
)


@pytest.mark.parametrize("path", PAGES)
def test_an_account_page_is_never_stored_and_tells_no_address(client: Client, path: str) -> None:
    response = client.get(f"/accounts/{path}/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"
    page = response.content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["login", "login/code", "signup", "password/reset"])
def test_every_field_has_a_label_a_purpose_and_its_errors(client: Client, path: str) -> None:
    page = client.post(f"/accounts/{path}/", {}).content.decode()
    form = page.split('class="form"')[1].split("</form>")[0]
    fields = re.findall(r"<input(?=[^>]*\sid=)[^>]*>", form)
    assert fields
    for field in fields:
        name = re.search(r'\sid="(\w+)"', field)[1]  # type: ignore[index]
        assert f'<label for="{name}">' in form
        assert "autocomplete=" in field
        if "required" in field:
            assert 'aria-invalid="true"' in field
            assert f"{name}_error" in re.search(r'aria-describedby="([^"]*)"', field)[1]  # type: ignore[index]
            assert f'id="{name}_error"' in form


@pytest.mark.parametrize(
    "path",
    ["phone/verify", "phone/change", "2fa/trust", "2fa/passkeys/signup", "password/reset/code"],
)
def test_pages_that_are_not_offered_do_not_exist(client: Client, ada: User, path: str) -> None:
    assert client.get(f"/accounts/{path}/").status_code == 404


def test_who_is_signed_in_finds_no_entrance(client: Client, ada: User) -> None:
    log_in(client)
    for path in ("login", "signup", "login/code"):
        assert client.get(f"/accounts/{path}/")["Location"] == "/accounts/"
    assert client.get("/accounts/confirm-email/")["Location"] == "/accounts/email/"


def test_one_address_is_one_account_however_it_is_written(ada: User) -> None:
    from django.db import IntegrityError, transaction

    for email in ("ADA@example.org", "Ada@Example.Org"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User(email=email).save()
        assert User.objects.get_by_natural_key(email) == ada


def test_the_address_is_never_what_a_person_is_called(ada: User) -> None:
    assert ada.display_name == "Ada"
    for shown in (User(email=KNOWN).display_name, str(ada), ada.get_short_name()):
        assert "@" not in shown
