"""Evidence over time: pages and records that the worker reads, proofs that lapse, who is told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from bzpeer.lib.models import OutboxEvent
from claims.claiming import claim_open, claim_submit
from claims.mailbox_codes import mail_code_check, mail_code_send
from claims.models import Claim, Evidence, PageCheck
from claims.page_reading import pages_read
from claims.proving import evidence_add_orcid, evidence_add_page
from claims.rechecking import evidence_recheck, mailbox_failed
from claims.tasks import pages, recheck
from claims.weighing import record_link
from tests.factories.accounts import code_in, mails
from tests.factories.claims import IDS, NOW, account, claimant, institution, record
from tests.factories.corpus import facts_of
from tests.factories.server import Answer, Server, serving
from works.models import Author, InstitutionDomain, WorkIdentifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]

HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def page(settings: Settings) -> Iterator[Server]:
    """A page on this machine, which a test fills."""
    with serving(lambda asked: Answer(b"<p>Nothing yet.</p>", headers=HTML)) as server:
        settings.OUTBOUND_ALLOWED = [server.address.removeprefix("http://")]
        yield server


def says(server: Server, text: str, **more: Any) -> None:
    answer = Answer(text.encode(), **({"headers": HTML} | more))
    server.answer = lambda asked: answer


def told(what: str) -> list[dict[str, Any]]:
    payloads = OutboxEvent.objects.filter(kind="notice").order_by("pk").values_list("payload")
    return [payload for (payload,) in payloads if payload["what"] == what]


def submitted(author: Author, orcid: str = "") -> Claim:
    user = account("Xue Lin", orcid=orcid)
    claim = claim_open(claimant(user), author, NOW)
    assert isinstance(claim, Claim)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    return Claim.objects.select_related("user", "author").get(pk=claim.pk)


def linked(page: Server) -> tuple[Claim, Evidence]:
    """A claim with a page at the institution, which is this machine."""
    institution()
    InstitutionDomain.objects.update(host="127.0.0.1")
    claim = submitted(record("Xue Lin"))
    evidence = evidence_add_page(claim, claimant(claim.user), f"{page.address}/~xuelin/", NOW)
    assert isinstance(evidence, Evidence)
    return claim, evidence


def fresh(evidence: Evidence) -> Evidence:
    return Evidence.objects.select_related("claim").get(pk=evidence.pk)


def test_a_page_with_the_token_at_the_institution_is_a_proof(page: Server) -> None:
    claim, evidence = linked(page)
    says(page, f'<a rel="me" href="{record_link(claim.author)}#{claim.token}">BZPEER</a>')
    pages()
    assert fresh(evidence).reason == "link_strong"
    assert fresh(evidence).claim.state == "accepted"
    assert facts_of("Xue Lin").level == 3
    assert not PageCheck.objects.exists()
    assert pages_read() == 0


@pytest.mark.parametrize(
    ("text", "more", "reason"),
    [
        ("<p>Hello.</p>", {}, "link_absent"),
        ("TOKEN", {"status": 404}, "link_unreachable"),
        ("", {"status": 301, "headers": {"Location": "http://127.0.0.1/x"}}, "link_unreachable"),
        ("TOKEN", {"headers": {"Content-Type": "application/pdf"}}, "link_unreachable"),
        ("x" * 1_100_000, {}, "link_unreachable"),
    ],
)
def test_pages_that_prove_nothing(
    page: Server, text: str, more: dict[str, Any], reason: str
) -> None:
    claim, evidence = linked(page)
    says(page, text.replace("TOKEN", claim.token), **more)
    pages_read()
    assert fresh(evidence).reason == reason
    assert fresh(evidence).claim.state == "submitted"


def test_a_page_that_is_away_is_tried_three_times(page: Server) -> None:
    _, evidence = linked(page)
    says(page, "short", length=1_000)
    for tries in (1, 2):
        pages_read()
        assert fresh(evidence).reason == "link_unread"
        assert PageCheck.objects.get().attempts == tries
        PageCheck.objects.update(due_at=NOW - timedelta(days=1))
    pages_read()
    assert fresh(evidence).reason == "link_unreachable"
    assert not PageCheck.objects.exists()


def test_a_private_address_is_not_asked(page: Server, settings: Settings) -> None:
    _, evidence = linked(page)
    settings.OUTBOUND_ALLOWED = []
    pages_read()
    assert fresh(evidence).reason == "link_unreachable"
    assert page.asked == []


def orcid_works(*ids: tuple[str, str], client: str = "0000-0001-9884-1913") -> str:
    added = datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000
    group = [
        {
            "work-summary": [
                {
                    "created-date": {"value": int(added)},
                    "source": {"source-client-id": {"path": client}},
                    "external-ids": {
                        "external-id": [
                            {
                                "external-id-type": scheme,
                                "external-id-value": value.upper(),
                                "external-id-relationship": "self",
                            }
                        ]
                    },
                }
            ]
        }
        for scheme, value in ids
    ]
    return json.dumps({"group": group, "path": f"/{IDS[0]}/works"})


@pytest.mark.parametrize(
    ("client", "reason", "level"),
    [
        ("0000-0001-9884-1913", "orcid_on_works", 3),
        ("0000-0002-3054-1567", "orcid_own_word", 1),
    ],
)
def test_works_that_crossref_put_into_the_record_count_and_those_of_the_holder_do_not(
    page: Server, settings: Settings, client: str, reason: str, level: int
) -> None:
    settings.ORCID_API_URL = page.address
    claim = submitted(record("Xue Lin"), orcid=IDS[0])
    evidence = evidence_add_orcid(claim, claimant(claim.user), NOW)
    assert isinstance(evidence, Evidence)
    assert evidence.reason == "orcid_fresh"
    ids = WorkIdentifier.objects.values_list("scheme", "value")
    says(page, orcid_works(*ids, client=client))
    pages_read()
    assert page.asked[0].path == f"/v3.0/{IDS[0]}/works"
    assert fresh(evidence).reason == reason
    assert facts_of("Xue Lin").level == level


@pytest.mark.parametrize("body", ["", "<html>", "{}", '{"path": "/0000-0001-5109-3700/works"}'])
def test_an_answer_of_orcid_that_is_none_changes_nothing(
    page: Server, settings: Settings, body: str
) -> None:
    settings.ORCID_API_URL = page.address
    claim = submitted(record("Xue Lin"), orcid=IDS[0])
    evidence = evidence_add_orcid(claim, claimant(claim.user), NOW)
    assert isinstance(evidence, Evidence)
    says(page, body, status=503)
    pages_read()
    assert fresh(evidence).reason == "orcid_fresh"


def test_what_the_holder_told_orcid_makes_no_word_of_a_source_older(
    page: Server, settings: Settings
) -> None:
    settings.ORCID_API_URL = page.address
    author = record("Xue Lin", orcid=IDS[0])  # imported today, long after the claim was opened
    claim = submitted(author, orcid=IDS[0])
    evidence = evidence_add_orcid(claim, claimant(claim.user), NOW)
    assert isinstance(evidence, Evidence)
    ids = WorkIdentifier.objects.values_list("scheme", "value")
    says(page, orcid_works(*ids, client="0000-0002-3054-1567"))
    for _ in range(2):
        Evidence.objects.update(recheck_at=NOW)
        evidence_recheck(NOW)
        pages_read()
    assert fresh(evidence).reason == "orcid_late"


def with_mailbox() -> tuple[Claim, Evidence]:
    institution()
    claim = submitted(record("Xue Lin"))
    evidence = mail_code_send(claim, claimant(claim.user), "xue.lin@some.edu", NOW)
    assert isinstance(evidence, Evidence)
    mail_code_check(claim, claimant(claim.user), evidence, code_in(mails()[-1]), NOW)
    return Claim.objects.select_related("user").get(pk=claim.pk), fresh(evidence)


def test_a_mailbox_lapses_after_a_year_and_a_notice() -> None:
    claim, evidence = with_mailbox()
    assert claim.level == 3
    end = datetime(2027, 11, 1, tzinfo=UTC)
    assert (evidence.expires_at, evidence.recheck_at) == (end, end - timedelta(days=7))
    assert evidence_recheck(end - timedelta(days=8)) == 0
    assert evidence_recheck(end - timedelta(days=7)) == 1
    assert evidence_recheck(end - timedelta(days=6)) == 0
    (notice,) = told("proof_lapsing")
    assert (notice["user"], notice["on"]) == (claim.user_id, "2027-11-01")
    assert facts_of("Xue Lin").level == 3
    assert evidence_recheck(end) == 1
    assert facts_of("Xue Lin").level == 2
    assert facts_of("Xue Lin").claim_state == "claimed"
    assert len(told("proof_lapsed")) == 1
    assert evidence_recheck(end + timedelta(days=400)) == 0


def test_who_shows_it_again_keeps_the_level() -> None:
    claim, evidence = with_mailbox()
    soon = datetime(2027, 10, 26, tzinfo=UTC)
    evidence_recheck(soon)
    assert fresh(evidence).lapses_at is not None
    mail_code_send(claim, claimant(claim.user), evidence.subject, soon)
    mail_code_check(claim, claimant(claim.user), evidence, code_in(mails()[-1]), soon)
    assert fresh(evidence).lapses_at is None
    evidence_recheck(datetime(2027, 11, 2, tzinfo=UTC))
    assert facts_of("Xue Lin").level == 3


def test_a_proof_that_lapsed_can_be_brought_again() -> None:
    claim, evidence = with_mailbox()
    for day in (datetime(2027, 10, 25, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)):
        evidence_recheck(day)
    assert facts_of("Xue Lin").level == 2
    later = datetime(2027, 12, 1, tzinfo=UTC)
    mail_code_send(claim, claimant(claim.user), evidence.subject, later)
    assert facts_of("Xue Lin").level == 2
    mail_code_check(claim, claimant(claim.user), evidence, code_in(mails()[-1]), later)
    assert facts_of("Xue Lin").level == 3


def test_a_mailbox_that_bounces_lapses_at_once() -> None:
    _, evidence = with_mailbox()
    assert mailbox_failed("Xue.Lin@some.edu", NOW) == 1
    assert fresh(evidence).lapsed_at == NOW
    assert facts_of("Xue Lin").level == 2
    assert mailbox_failed("xue.lin@some.edu", NOW) == 0


def test_a_page_that_lost_its_link_lapses_after_seven_days(page: Server) -> None:
    claim, evidence = linked(page)
    says(page, claim.token)
    pages_read()
    assert facts_of("Xue Lin").level == 3
    says(page, "gone")
    when = fresh(evidence).recheck_at
    assert when is not None
    evidence_recheck(when)
    pages_read()
    assert (facts_of("Xue Lin").level, len(told("proof_lapsing"))) == (3, 1)
    Evidence.objects.update(lapses_at=NOW - timedelta(days=365), recheck_at=NOW)
    evidence_recheck(NOW)
    pages_read()
    assert (facts_of("Xue Lin").level, len(told("proof_lapsed"))) == (2, 1)


def test_evidence_of_a_claim_that_ended_is_left_alone() -> None:
    claim, evidence = with_mailbox()
    Claim.objects.update(state="revoked")
    assert evidence_recheck(datetime(2027, 11, 1, tzinfo=UTC)) == 1
    assert fresh(evidence).recheck_at is None
    assert fresh(evidence).strength == "strong"


def test_the_weekly_task_ends_when_nothing_is_due() -> None:
    _, evidence = with_mailbox()
    Evidence.objects.update(recheck_at=NOW - timedelta(days=1_000))
    recheck()
    later = fresh(evidence).recheck_at
    assert later is None or later > NOW - timedelta(days=1_000)
