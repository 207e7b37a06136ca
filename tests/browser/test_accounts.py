"""Accounts in a browser: every page in two sizes and two lights, passkeys, and ORCID and back."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bzpeer.lib import audit
from profiles.models import User
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of, overflow, shoot, violations
from tests.factories.accounts import (
    KNOWN,
    PASSWORD,
    app_code,
    code_in,
    mails,
    person,
    with_app,
)
from tests.factories.orcid_server import CLIENT, SECRET, SOFIA, orcid_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def known_orcid(untried: None, settings: Settings, live_server: LiveServer) -> Iterator[None]:
    settings.SITE_URL = live_server.url
    settings.ORCID_CLIENT_ID, settings.ORCID_CLIENT_SECRET = CLIENT, SECRET
    with orcid_server() as server:
        settings.ORCID_URL = server.url
        yield


@pytest.fixture
def ada() -> User:
    return person(name="Ada Noether")


def log_in(visit: Visit, email: str = KNOWN) -> Page:
    page = visit.go("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


STRANGERS = {
    "login": "/accounts/login/",
    "signup": "/accounts/signup/",
    "login-code": "/accounts/login/code/",
    "reset": "/accounts/password/reset/",
    "reset-bad": "/accounts/password/reset/key/1-x/",
    "inactive": "/accounts/inactive/",
    "deleted": "/accounts/deleted/",
    "restore-bad": "/accounts/restore/x/",
    "undo-bad": "/accounts/email/undo/x/",
    "orcid": "/accounts/orcid/login/",
    "orcid-failed": "/accounts/orcid/login/callback/",
}
MEMBERS = {
    "account": "/accounts/",
    "email": "/accounts/email/",
    "factors": "/accounts/2fa/",
    "app": "/accounts/2fa/app/",
    "passkey": "/accounts/2fa/passkeys/add/",
    "own-orcid": "/accounts/orcid/",
    "sessions": "/accounts/sessions/",
    "events": "/accounts/events/",
    "export": "/accounts/export/",
    "delete": "/accounts/delete/",
    "password": "/accounts/password/change/",
    "prove": "/accounts/reauthenticate/",
}
GUARDED = {
    "recovery": "/accounts/2fa/recovery-codes/",
    "prove-app": "/accounts/2fa/reauthenticate/",
}


def look_at(visit: Visit, places: dict[str, str]) -> dict[str, list[str]]:
    faults = {}
    for name, address in places.items():
        page = visit.go(address)
        assert page.url == visit.site + address
        if found := faults_of(page, f"account-{name}"):
            faults[name] = found
    return faults


def test_every_page_of_an_account(visitor: Visitor, ada: User) -> None:
    visit = visitor()
    faults = look_at(visit, STRANGERS)
    log_in(visit)
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Ada Noether")
    for number in range(4):
        audit.record("login_failed", user_id=ada.pk, number=number)
    faults |= look_at(visit, MEMBERS)
    with_app(ada)
    faults |= look_at(visit, GUARDED)
    visit.go(GUARDED["recovery"]).get_by_role("button", name="Make ten codes").click()
    expect(visit.page.locator("ul.codes li")).to_have_count(10)
    faults["codes"] = faults_of(visit.page, "account-codes")
    assert {name: found for name, found in faults.items() if found} == {}


def test_an_app_and_its_codes_work_without_scripts(visitor: Visitor, ada: User) -> None:
    visit = visitor(scripts=False)
    log_in(visit)
    page = visit.go("/accounts/2fa/app/")
    seed = (page.locator("code.key").text_content() or "").replace(" ", "")
    page.get_by_label("Authenticator code").fill(app_code(seed, -1))
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("button", name="Make ten codes").click()
    first = page.locator("ul.codes code").first.text_content() or ""
    visit.go("/accounts/logout/").get_by_role("main").get_by_role("button").click()
    log_in(visit)
    page.locator("#id_code").fill(first)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{visit.site}/accounts/")


def with_authenticator(visit: Visit) -> None:
    """A key in the browser that says yes whenever it is asked."""
    tools = visit.context.new_cdp_session(visit.page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_and_logs_in_by_itself_and_proves_it(visitor: Visitor, ada: User) -> None:
    visit = visitor()
    with_authenticator(visit)
    log_in(visit)
    page = visit.go("/accounts/2fa/passkeys/add/")
    page.get_by_label("Name, for yourself").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page).to_have_url(f"{visit.site}/accounts/2fa/recovery-codes/")
    assert Authenticator.objects.get().type == "webauthn"
    expect(visit.go("/accounts/2fa/").get_by_role("link", name="Remove My laptop")).to_be_visible()
    shoot(page, "account-factors-with-key")

    visit.go("/accounts/logout/").get_by_role("main").get_by_role("button").click()
    page = visit.go("/accounts/login/?next=/following/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{visit.site}/following/")

    session = visit.context.cookies()
    assert session
    visit.go("/accounts/logout/").get_by_role("main").get_by_role("button").click()
    log_in(visit)
    expect(page).to_have_url(f"{visit.site}/accounts/2fa/authenticate/")
    assert violations(page) + overflow(page) == []
    shoot(page, "account-second-factor")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{visit.site}/accounts/")

    page = visit.go("/accounts/2fa/passkeys/reauthenticate/?next=/accounts/export/")
    assert violations(page) + overflow(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{visit.site}/accounts/export/")


def test_a_browser_that_has_no_passkey_says_so(visitor: Visitor, ada: User) -> None:
    visit = visitor()
    with_authenticator(visit)
    page = visit.go("/accounts/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(Error()) }")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not accepted")).to_be_visible()
    expect(page).to_have_url(f"{visit.site}/accounts/login/")


@pytest.mark.parametrize("scripts", [True, False])
def test_orcid_and_back_and_the_rest_of_an_account(visitor: Visitor, scripts: bool) -> None:
    visit = visitor(scripts=scripts)
    page = visit.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with ORCID").click()
    expect(page).to_have_url(f"{visit.site}/accounts/orcid/signup/")
    shoot(page, "account-orcid-signup")
    if scripts:
        assert violations(page) + overflow(page) == []
    page.get_by_label("Email").fill("sofia@example.org")
    page.get_by_role("button", name="Open the account").click()
    page.locator("#id_code").fill(code_in(mails()[-1]))
    page.get_by_role("button", name="Confirm the address").click()
    expect(page).to_have_url(f"{visit.site}/accounts/")
    assert SocialAccount.objects.get().uid == SOFIA
    elsewhere = [fault for fault in visit.faults if "/oauth/authorize" in fault]
    assert elsewhere == visit.faults  # the way to ORCID, and nothing else of another site
    visit.faults.clear()


def test_an_address_is_added_made_main_and_told(visitor: Visitor, ada: User) -> None:
    visit = visitor("narrow")
    log_in(visit)
    page = visit.go("/accounts/email/")
    page.get_by_label("Email").fill("ada@new.example.org")
    page.get_by_role("button", name="Send a code to it").click()
    page.locator("#id_code").fill(code_in(mails()[-1]))
    page.get_by_role("button", name="Confirm the address").click()
    visit.go("/accounts/email/").get_by_role("button", name="Make it the main one").click()
    expect(page.get_by_text("This is the main address now.")).to_be_visible()
    shoot(page, "account-email-two")
    assert violations(page) + overflow(page) == []
    ada.refresh_from_db()
    assert ada.email == "ada@new.example.org"
