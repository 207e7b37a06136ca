"""From a reader to a person with an account: the whole way, as it is walked."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from bzpeer.lib import outbox
from profiles.models import Follow, User
from tests.browser.conftest import Visitor
from works.models import Author

pytestmark = pytest.mark.usefixtures("untried")
PASSWORD = "a horse, correctly stapled"


def code_from_the_mail() -> str:
    assert outbox.send_mail() == 1
    found = re.search(r"^ {4}(\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_sign_up_follow_and_log_out(sample: Author, visitor: Visitor, scripts: bool) -> None:
    visit = visitor(scripts=scripts)
    page = visit.go(f"/researchers/{sample.slug}/")
    page.get_by_role("link", name="Follow researcher").click()
    page.locator("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Email").fill("eve@example.org")
    page.locator("main").get_by_label("Name (optional)").fill("Eve Noether")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign up").click()
    page.locator("main form input[name=code]").fill(code_from_the_mail())
    page.get_by_role("button", name="Confirm the address").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()

    visit.go(f"/researchers/{sample.slug}/")
    page.evaluate("window.unbroken = true")
    button = page.locator("#follow-button")
    expect(button).to_have_text("Follow researcher 0 following")
    button.click()
    expect(button).to_have_text("Unfollow researcher 1 following")
    expect(page.locator(".stats > :nth-child(2)")).to_have_text(re.compile(r"followers\s*1"))
    assert bool(page.evaluate("window.unbroken === true")) is scripts
    assert Follow.objects.get().user == User.objects.get(email="eve@example.org")

    page.get_by_role("banner").get_by_role("button", name="Log out").click()
    visit.go(f"/researchers/{sample.slug}/")
    expect(page.get_by_role("link", name="Follow researcher 1 following")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Eve Noether")).to_have_count(0)
