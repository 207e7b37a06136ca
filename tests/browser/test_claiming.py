"""The whole way of a claim in a browser, and a look at every page that is on it."""

from pathlib import Path

import pytest
from django.utils import timezone
from msgspec.structs import replace
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from claims.claiming import claim_freeze
from claims.models import Claim
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import faults_of
from tests.factories import institutions
from tests.factories.accounts import PASSWORD, code_in, mails
from tests.factories.claims import IDS, account, reviewer
from tests.factories.commands import run
from tests.factories.corpus import author, facts_of, refresh_all
from tests.factories.records import changed, line, person, topics, work
from tests.web.addresses import researcher
from tests.web.test_claims import confirmed_link, in_state
from works.domain.records import InstitutionId, WorkRecord
from works.models import Author, AuthorFacts, Authorship

pytestmark = pytest.mark.django_db(transaction=True)

HOME = "University of Somewhere"
ROR = institutions.ror(1)


@pytest.fixture(autouse=True)
def at_home(untried: None, settings: Settings, live_server: LiveServer) -> None:
    settings.SITE_URL = live_server.url


def corpus() -> list[WorkRecord]:
    """Three works at one place with one group, and a fourth that is a namesake's."""
    there = InstitutionId("ror", ROR, HOME)
    lin = replace(person("Xue Lin", HOME), institutions=(there,))
    group = [
        work(lin, "Ann Lee", "Bo Mato", title=f"How sand moves, part {part}",
             categories=topics("cs.LG"), created="2026-01-02")
        for part in ("one", "two", "three")
    ]  # fmt: skip
    other = work(
        lin, "Ann Lee", title="On knots", categories=topics("math.CO"), created="2025-03-04"
    )
    return [*group, other]


def imported(tmp_path: Path) -> list[Path]:
    """The registry and the works, through the real importers; then a newer copy of the works."""
    ror = tmp_path / "ror.json"
    known = institutions.organisation(
        1, domains=["some.example"],
        names=[{"lang": "en", "types": ["label", "ror_display"], "value": HOME}],
    )  # fmt: skip
    ror.write_bytes(institutions.dump(known))
    records = corpus()
    files = [tmp_path / "works.jsonl", tmp_path / "newer.jsonl"]
    files[0].write_bytes(b"".join(map(line, records)))
    newer = [changed(one, record_date="2026-10-01", abstract="Reworded.") for one in records]
    files[1].write_bytes(b"".join(map(line, newer)))
    assert run("import_institutions", "ror", ror).code == 0
    assert run("import_works", "bzpeer", files[0]).code == 0
    refresh_all()
    return files


def sign_up(visit: Visit) -> Page:
    page = visit.page
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Email").fill("lin@mail.example")
    page.get_by_label("Name (optional)").fill("Xue Lin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.locator("#id_code").fill(code_in(mails()[-1]))
    page.get_by_role("button", name="Confirm").click()
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_the_whole_way(visitor: Visitor, tmp_path: Path, scripts: bool) -> None:
    files = imported(tmp_path)
    lin, before = author("Xue Lin"), facts_of("Xue Lin")
    visit = visitor(scripts=scripts)

    page = visit.go(researcher(lin))
    page.get_by_role("link", name="Log in to claim").click()
    sign_up(visit)
    expect(page).to_have_url(f"{visit.site}{researcher(lin, 'claim/')}")
    page.get_by_role("button", name="Claim this record").click()

    page.get_by_label("What ties you to them").fill("I lead the group that wrote these.")
    page.get_by_role("button", name="Send the claim").click()
    expect(page.get_by_text("No strong proof is there yet.")).to_be_visible()
    page.get_by_label("Your address there").fill("xue.lin")
    page.get_by_label("Institution", exact=True).select_option("some.example")
    page.get_by_role("button", name="Send a code").click()
    page.locator("#id_code").fill(code_in(mails()[-1]))
    page.get_by_role("button", name="Confirm the mailbox").click()
    expect(page.locator(".trust .state")).to_have_text("Accepted")
    accepted = facts_of("Xue Lin")
    assert (accepted.level, accepted.claim_state) == (3, "claimed")
    # Identity from 5 to 35 points; nothing else has changed.
    assert (accepted.trust_score or 0) - (before.trust_score or 0) == 30

    page.get_by_role("link", name="Edit what the page says").click()
    page.get_by_label("Tagline").fill("How sand moves")
    page.get_by_label("Links").fill("https://example.org/lin My page")
    page.get_by_label("I am open to collaborate").check()
    page.get_by_label(HOME).check()
    page.get_by_role("button", name="Keep it and show it").click()
    expect(page.locator(".tagline")).to_have_text("How sand moves")
    expect(page.get_by_text("Open to collaborate", exact=True)).to_be_visible()

    page.get_by_role("link", name="Your works").click()
    row = page.get_by_role("listitem").filter(has_text="On knots")
    row.get_by_label("Not mine").check()
    for part in ("one", "two", "three"):
        mine = page.get_by_role("listitem").filter(has_text=f"part {part}")
        mine.get_by_label("Mine", exact=True).check()
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("row", name="Works")).to_have_text("Works43")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Kept.", exact=True)).to_be_visible()

    for file in (*files, files[0]):
        assert run("import_works", "bzpeer", file).code == 0
        refresh_all()
    still_so(visit, Author.objects.get(pk=lin.pk))


def still_so(visit: Visit, lin: Author) -> None:
    facts = facts_by(lin)
    assert (facts.works, facts.confirmed, facts.level) == (3, 3, 3)
    gone = Authorship.objects.get(work__title_text="On knots", position=1).author
    assert gone is not None
    assert (gone.pk != lin.pk, facts_by(gone).claim_state) == (True, "unclaimed")
    page = visit.go(researcher(lin, "trust/"))
    day = timezone.now()
    expect(page.get_by_text(f"mailbox at some.example ({day.day} {day:%B %Y})")).to_be_visible()
    expect(page.get_by_text("3 of 3 authorships")).to_be_visible()
    assert "xue.lin@" not in page.content()
    page = visit.go(researcher(lin))
    expect(page.locator(".tagline")).to_have_text("How sand moves")
    expect(page.get_by_role("main")).to_have_attribute("data-claim-state", "claimed")
    expect(page.get_by_role("main")).to_have_attribute("data-verification-level", "L3")


def facts_by(found: Author) -> AuthorFacts:
    return AuthorFacts.objects.get(author=found)


def log_in(visit: Visit, email: str) -> Page:
    page = visit.go("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{visit.site}/accounts/")
    return page


def test_a_claim_of_the_flagged_sample_waits_for_the_reviewer(
    visitor: Visitor, sample: Author
) -> None:
    lin = account("Xue Lin")
    visit = visitor("narrow")
    log_in(visit, lin.email)
    page = visit.go(researcher(sample, "claim/"))
    expect(page.get_by_text("This record may be several people.")).to_be_visible()
    page.get_by_role("button", name="Claim this record").click()
    page.get_by_label("What ties you to them").fill("I wrote the works on networks.")
    page.get_by_role("button", name="Send the claim").click()
    expect(page.get_by_text("Wait for a reviewer, who looks at the circles")).to_be_visible()
    sample.authorfacts.refresh_from_db()
    assert (sample.authorfacts.claim_state, sample.authorfacts.level) == ("pending", 1)
    expect(visit.go(researcher(sample)).get_by_text("Go to your claim")).to_be_visible()


STATES = ("draft", "submitted", "needs_evidence", "accepted", "rejected", "disputed", "revoked")


def check(page: Page, name: str) -> dict[str, list[str]]:
    found = faults_of(page, f"claim-{name}")
    return {name: found} if found else {}


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_a_claim(visitor: Visitor, state: str) -> None:
    visit, claim = visitor(), in_state(state, "Xue Lin")
    log_in(visit, claim.user.email)
    faults = check(visit.go(f"/claims/{claim.public_id}/"), state)
    faults |= check(visit.go(researcher(claim.author)), f"profile-{state}")
    assert faults == {}


def test_every_page_of_a_holder(visitor: Visitor, tmp_path: Path) -> None:
    imported(tmp_path)
    visit = visitor()
    lin, user = author("Xue Lin"), account("Xue Lin", orcid=IDS[0])
    log_in(visit, user.email)
    faults = check(visit.go(researcher(lin, "claim/")), "begin")
    page = visit.page
    page.get_by_role("button", name="Claim this record").click()
    page.get_by_role("button", name="Send the claim").click()
    faults |= check(page, "refused")
    page.get_by_label("What ties you to them").fill("I lead the group.")
    page.get_by_role("button", name="Send the claim").click()
    page.get_by_label("Address of your page").fill("https://www.some.example/~xlin/")
    page.get_by_role("button", name="Read the page").click()
    page.get_by_label("What shows that this is you").fill("The page of our group names me: " * 3)
    page.get_by_role("button", name="Bring it").click()
    page.get_by_label("Your address there").fill("xue.lin")
    page.get_by_role("button", name="Send a code").click()
    faults |= check(page, "code")
    page.locator("#id_code").fill(code_in(mails()[-1]))
    page.get_by_role("button", name="Confirm the mailbox").click()
    faults |= check(page, "evidence")
    claim = Claim.objects.get()
    faults |= check(visit.go("/claims/"), "list")
    faults |= check(visit.go(f"/claims/{claim.public_id}/release/"), "release")
    page = visit.go(researcher(lin, "edit/"))
    faults |= check(page, "edit")
    page.get_by_label("Tagline").fill("How sand moves along shallow coasts")
    page.get_by_label("Role").fill("Professor of coasts")
    page.get_by_label("Other names").fill("Shue Lin")
    page.get_by_label("Links").fill("https://example.org/lin My page")
    page.get_by_label("I am open to collaborate").check()
    page.get_by_label(HOME).check()
    page.get_by_label("part one").check()
    page.get_by_role("button", name="Keep it and show it").click()
    faults |= check(page, "profile-said")
    page = visit.go(researcher(lin, "edit/works/"))
    faults |= check(page, "works")
    page.get_by_role("listitem").filter(has_text="On knots").get_by_label("Not mine").check()
    page.get_by_role("button", name="See what changes").click()
    faults |= check(page, "preview")
    page.get_by_role("button", name="Keep it").click()
    faults |= check(page, "works-kept")
    faults |= check(visit.go(researcher(lin, "trust/")), "ledger")
    claim_freeze(claim, reviewer("Otto"), "We look into a report.", timezone.now())
    faults |= check(visit.go(f"/claims/{claim.public_id}/"), "frozen")
    faults |= check(visit.go(researcher(lin, "edit/")), "closed")
    assert faults == {}
    # A form that is not taken and a page that is closed have a status that says so.
    refused = [fault for fault in visit.faults if "status of 422" in fault or "of 403" in fault]
    assert refused == visit.faults
    visit.faults.clear()


def test_the_word_of_a_co_author(visitor: Visitor) -> None:
    claim, link, _ = confirmed_link()
    visit = visitor()
    page = visit.go(link)
    faults = check(page, "confirm")
    page.get_by_role("button", name="Yes, I know that this is them").click()
    expect(page.get_by_text("You confirmed this claim.")).to_be_visible()
    assert faults | check(page, "confirmed") == {}
    assert claim.evidence.get().confirms
