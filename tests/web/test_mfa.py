"""Second factors: apps, passkeys, recovery codes, and who can do without."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from pytest_django import Settings

from bzpeer.lib.models import AuditEvent, RateBucket
from profiles.account_mfa import MFAAdapter, qr_squares
from profiles.account_recovery import code_use, codes_make
from profiles.models import RecoveryCode, User
from tests.factories.accounts import (
    NEW_PASSWORD,
    SEED,
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
from tests.web.dom import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
STEP = "/accounts/2fa/authenticate/"
Commit = Callable[..., Any]


@pytest.fixture
def ada() -> User:
    user = person()
    with_app(user)
    return user


def kinds() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))


def key_on(client: Client) -> str:
    """The seed that the page of a new app shows."""
    return page(client.get("/accounts/2fa/app/")).all("code")[0].text.replace(" ", "")


# An app


def test_an_app_is_enrolled_and_then_asked_for(
    client: Client, django_capture_on_commit_callbacks: Commit
) -> None:
    user = person()
    client = signed_in_as(user)
    before = client.cookies["sessionid"].value
    seed = key_on(client)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/accounts/2fa/app/", {"code": app_code(seed)})
    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.cookies["sessionid"].value != before
    assert signed_in(client)
    assert "added" in mails()[-1]["subject"]
    assert AuditEvent.objects.get(kind="second_factor_added").detail == {"type": "totp"}
    other = Client()
    assert log_in(other)["Location"] == STEP
    assert not signed_in(other)


def test_other_sessions_end_when_a_factor_is_added() -> None:
    person()
    elsewhere, here = Client(), Client()
    log_in(elsewhere)
    log_in(here)
    seed = key_on(here)
    here.post("/accounts/2fa/app/", {"code": app_code(seed)})
    assert (signed_in(here), signed_in(elsewhere)) == (True, False)


def test_a_wrong_code_enrols_nothing(client: Client) -> None:
    client = signed_in_as(person())
    key_on(client)
    assert client.post("/accounts/2fa/app/", {"code": "000000"}).status_code == 200
    assert Authenticator.objects.count() == 0


def test_the_seed_can_not_be_read_in_the_database(settings: Settings) -> None:
    client = signed_in_as(person())
    seed = key_on(client)
    client.post("/accounts/2fa/app/", {"code": app_code(seed)})
    kept = Authenticator.objects.get().data["secret"]
    assert seed not in json.dumps(Authenticator.objects.get().data)
    assert all(seed not in str(row.get_decoded()) for row in Session.objects.all())
    assert MFAAdapter().decrypt(kept) == seed
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one " + "y" * 40
    assert MFAAdapter().decrypt(kept) == seed
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Exception, match="^$"):
        MFAAdapter().decrypt(kept)


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_code_is_good_for_its_half_minute_and_those_beside_it(ada: User, step: int) -> None:
    client = Client()
    log_in(client)
    client.post(STEP, {"code": app_code(step=step)})
    assert signed_in(client)


@pytest.mark.parametrize("step", [-3, 3])
def test_a_code_of_another_time_is_not(ada: User, step: int) -> None:
    client = Client()
    log_in(client)
    assert client.post(STEP, {"code": app_code(step=step)}).status_code == 200
    assert not signed_in(client)


@pytest.mark.parametrize("written", ["{}", " {} ", "{:.3} {:.0}"])
def test_a_code_is_good_once(ada: User, written: str) -> None:
    code = app_code()
    first, second = Client(), Client()
    for client in (first, second):
        log_in(client)
    first.post(STEP, {"code": code})
    assert signed_in(first)
    again = f"{code[:3]} {code[3:]}" if "." in written else written.format(code)
    assert second.post(STEP, {"code": again}).status_code == 200
    assert not signed_in(second)


def test_the_code_that_enrolled_the_app_does_not_log_in_as_well() -> None:
    client = signed_in_as(person())
    code = app_code(key_on(client))
    client.post("/accounts/2fa/app/", {"code": code})
    other = Client()
    log_in(other)
    assert "used before" in page(other.post(STEP, {"code": code})).text


def test_twenty_wrong_codes_are_too_many(ada: User) -> None:
    client = Client()
    log_in(client)
    for number in range(20):
        response = client.post(STEP, {"code": f"{number:06}"})
    assert "Too many" in page(response).text
    assert "Too many" in page(client.post(STEP, {"code": app_code()})).text
    assert kinds().count("second_factor_failed") == 5


def test_a_reset_password_does_not_get_past_the_factor(ada: User) -> None:
    client = Client()
    reset_password(client)
    assert log_in(client, password=NEW_PASSWORD)["Location"] == STEP
    assert not signed_in(client)


def test_a_code_by_mail_does_not_get_past_the_factor(ada: User) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": ada.email})
    response = client.post("/accounts/login/code/confirm/", {"code": code_in(mails()[-1])})
    assert response["Location"] == STEP
    assert not signed_in(client)


def test_the_password_is_no_proof_where_there_is_a_factor(ada: User) -> None:
    client = signed_in_as(ada, proved=False)
    response = client.get("/accounts/email/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/2fa/reauthenticate/")
    response = client.post("/accounts/reauthenticate/", {"password": "correct horse battery"})
    assert response["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert client.get("/accounts/email/").status_code == 302
    client.post("/accounts/2fa/reauthenticate/", {"code": app_code()})
    assert client.get("/accounts/email/").status_code == 200


def test_an_app_is_removed_and_told_of(ada: User) -> None:
    client = signed_in_as(ada)
    assert client.get("/accounts/2fa/app/remove/").status_code == 200
    client.post("/accounts/2fa/app/remove/")
    assert not ada.has_second_factor()
    assert "removed" in mails()[-1]["subject"]
    assert kinds() == ["second_factor_removed"]


# Recovery codes


def test_recovery_codes_are_shown_once_and_kept_as_digests(ada: User) -> None:
    client = signed_in_as(ada)
    path = "/accounts/2fa/recovery-codes/"
    codes = [code.text for code in page(client.post(path)).all("code")]
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 16 for code in codes)
    kept = str(list(RecoveryCode.objects.values())) + str(dict(client.session))
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    assert page(client.get(path)).all("code") == []
    assert kinds() == ["recovery_codes_made"]
    assert "recovery codes" in mails()[-1]["subject"]


@pytest.mark.parametrize("write", [str, str.upper, lambda code: code.replace("-", " ")])
def test_a_recovery_code_logs_in_once(ada: User, write: Callable[[str], str]) -> None:
    code = codes_make(ada)[3]
    for chance, good in ((Client(), True), (Client(), False)):
        log_in(chance)
        chance.post(STEP, {"code": write(code)})
        assert signed_in(chance) == good
    assert RecoveryCode.objects.count() == 9
    assert "recovery_code_used" in kinds()
    assert "recovery code" in mails()[-1]["subject"]


def test_a_recovery_code_is_a_proof_as_well(ada: User) -> None:
    client = signed_in_as(ada, proved=False)
    client.post("/accounts/2fa/reauthenticate/", {"code": codes_make(ada)[0]})
    assert client.get("/accounts/email/").status_code == 200


def test_recovery_codes_of_others_and_old_ones_are_no_good(ada: User) -> None:
    bob = person("bob@example.org")
    old, theirs = codes_make(ada)[0], codes_make(bob)[0]
    codes_make(ada)
    assert not code_use(ada, old)
    assert not code_use(ada, theirs)
    assert code_use(bob, theirs)


def test_guessed_recovery_codes_are_limited(ada: User) -> None:
    client = Client()
    log_in(client)
    for number in range(6):
        response = client.post(STEP, {"code": f"aaaa-aaaa-aaaa-aaa{number + 2}"})
    assert "Too many" in page(response).text
    assert kinds().count("second_factor_failed") == 5


def test_without_a_factor_there_are_no_recovery_codes() -> None:
    client = signed_in_as(person())
    assert client.post("/accounts/2fa/recovery-codes/")["Location"] == "/accounts/2fa/"
    assert RecoveryCode.objects.count() == 0


# Passkeys (the browser's part is in tests/browser/test_accounts.py)

NONSENSE = [
    "", "{}", "[]", "null", "1", '"x"', '{"id": 1}', '{"response": []}', "{" * 500, "NaN",
    '{"response": {"userHandle": 7}}', '{"response": {"userHandle": "////"}}',
    '{"response": {"userHandle": "Ng"}}', '{"rawId": {"a": 1}, "response": {}}', '"\\ud800"',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30",'
    '"authenticatorData":"AA","signature":"AA","userHandle":"MQ","attestationObject":"oA"}}',
    '{"id":"AA","rawId":"AA","type":"public-key","clientExtensionResults":{},'
    '"response":{"clientDataJSON":"!!","attestationObject":"!!"}}',
]  # fmt: skip


@pytest.mark.parametrize("sent", NONSENSE)
def test_nonsense_is_no_passkey(sent: str) -> None:
    user = person()
    stranger, member = Client(), signed_in_as(user)
    stranger.get("/accounts/2fa/passkeys/login/", headers={"Accept": "application/json"})
    member.get("/accounts/2fa/passkeys/add/")
    answer = stranger.post("/accounts/2fa/passkeys/login/", {"credential": sent})
    assert answer["Location"] == "/accounts/login/"
    answer = member.post("/accounts/2fa/passkeys/add/", {"credential": sent, "name": "x"})
    assert answer.status_code == 200
    assert Authenticator.objects.count() == 0
    assert not signed_in(stranger)


@pytest.mark.parametrize("sent", NONSENSE)
def test_nonsense_is_no_second_factor(ada: User, sent: str) -> None:
    client = Client()
    log_in(client)
    client.get(STEP)
    assert client.post(STEP, {"credential": sent}).status_code == 200
    assert not signed_in(client)


def test_the_passkey_of_another_is_not_there(ada: User) -> None:
    theirs = Authenticator.objects.create(
        user=person("bob@example.org"), type="webauthn", data={"name": "key", "credential": {}}
    )
    client = signed_in_as(ada)
    path = f"/accounts/2fa/passkeys/{theirs.pk}/remove/"
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_the_options_for_a_passkey_name_nobody(client: Client, ada: User) -> None:
    response = client.get("/accounts/2fa/passkeys/login/", headers={"Accept": "application/json"})
    options = response.json()["request_options"]["publicKey"]
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")
    assert response["Cache-Control"] == "private, no-store"


# Pictures and keys


def test_a_qr_code_is_a_path_over_its_dark_cells() -> None:
    side, path = qr_squares(f"otpauth://totp/a?secret={SEED}")
    assert side > 21
    assert path.startswith("M2 2h1v1h-1z")
    assert set(path) <= set("M0123456789 hv-z")


def test_used_codes_are_held_by_postgres_and_not_by_a_cache(ada: User) -> None:
    client = Client()
    log_in(client)
    client.post(STEP, {"code": app_code()})
    assert RateBucket.objects.filter(key__startswith="totp-code:").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM lib_ratebucket WHERE key LIKE %s", [f"%{SEED}%"])
        assert cursor.fetchone() == (0,)
