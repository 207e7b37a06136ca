"""The way of somebody who wants to be named nowhere, from their note to the page that is gone."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from claims.models import Claim, Correction
from profiles.models import User
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of, shoot
from tests.factories.accounts import staff
from tests.factories.claims import account
from tests.factories.corpus import author, publish, refresh_all
from tests.factories.records import work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("untried")]
WORDS = "I am the person of this record, and I never agreed to be listed. Please take it down."
MARIT = "Marit Østergård-Lindqvist"


def as_staff(visit: Visit) -> Visit:
    client = Client()
    client.force_login(staff())
    session: Any = {
        "name": "sessionid",
        "value": client.cookies["sessionid"].value,
        "url": visit.site,
    }
    visit.context.add_cookies([session])
    return visit


def check(page: Page, name: str) -> dict[str, list[str]]:
    found = faults_of(page, f"suppress-{name}")
    return {name: found} if found else {}


def held() -> str:
    """The address of a record that somebody holds and that has a namesake."""
    publish(*(work(MARIT, "Bo Mato", "Ann Lee") for _ in range(3)), work("Bo Mato", MARIT))
    refresh_all()
    found = author(MARIT)
    Claim.objects.create(user=account("Marit O"), author=found, state="accepted", level=2)
    found.authorfacts.__class__.objects.filter(author=found).update(claim_state="claimed")
    return f"/researchers/{found.slug}/"


def test_from_the_note_to_the_page_that_is_gone(visitor: Visitor) -> None:
    record = held()
    anybody, desk = visitor(), as_staff(visitor())
    page = anybody.go(f"{record}correct/?kind=remove")
    faults = check(page, "form")
    page.get_by_role("button", name="Send").click()
    faults |= check(page, "form-errors")
    page.locator("#id_message").fill(WORDS)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    faults |= check(page, "ticket")
    note = Correction.objects.get()
    staffs = desk.go(f"/moderation/admin/claims/correction/{note.pk}/change/")
    shoot(staffs, "suppress-note")
    staffs.get_by_role("link", name="Look at what suppressing the record would do").click()
    expect(staffs.get_by_text("Somebody claims this record, and speaks for it.")).to_be_visible()
    faults |= check(staffs, "would")
    staffs.get_by_role("button", name="Suppress this person everywhere").click()
    faults |= check(staffs, "would-errors")
    staffs.get_by_role("radio").first.check()
    staffs.get_by_label("I have looked at the record").check()
    staffs.get_by_role("button", name="Suppress this person everywhere").click()
    expect(staffs.get_by_text("The person is named nowhere any more.")).to_be_visible()
    faults |= check(staffs, "list")
    faults |= check(anybody.go(record), "gone")
    page = anybody.go(f"/corrections/{note.token}/")
    expect(page.get_by_text("The record is removed")).to_be_visible()
    faults |= check(page, "answer")
    assert faults == {}
    assert User.objects.filter(name="Marit O").exists()
    refused = [f for f in anybody.faults + desk.faults if "status of 4" in f]
    assert refused == anybody.faults + desk.faults
    anybody.faults.clear()
    desk.faults.clear()
