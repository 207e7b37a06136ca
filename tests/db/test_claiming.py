"""Claims from their opening to their end: who gets the record, at which level, and who is told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import Error, connection, transaction

from bzpeer.lib.models import AuditEvent, OutboxEvent
from claims.claim_steps import SYSTEM, Actor, Said
from claims.claiming import (
    claim_clear_flag,
    claim_confirm,
    claim_decide,
    claim_freeze,
    claim_open,
    claim_release,
    claim_submit,
    claim_unfreeze,
    claim_withdraw,
    claims_forget,
)
from claims.confirming import confirmation_answer, confirmation_ask
from claims.disputes import challenge_admit, dispute_answer, dispute_decide, disputes_remind
from claims.domain.transitions import Refusal, Role
from claims.freezing import account_freeze, account_unfreeze
from claims.mailbox_codes import mail_code_check, mail_code_send
from claims.models import Challenge, Claim, ClaimEvent, Evidence, EvidenceCode, PageCheck
from claims.proving import (
    evidence_add_orcid,
    evidence_add_page,
    evidence_add_written,
    evidence_judge,
    evidence_withdraw,
)
from claims.rechecking import evidence_recheck
from profiles.models import User
from tests.factories.claims import (
    IDS,
    NOW,
    account,
    claimant,
    institution,
    record,
    reviewer,
    works,
)
from tests.factories.corpus import facts_of, publish, refresh_all
from tests.factories.records import person, work
from works.models import Author, AuthorFacts, Report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]

WORDS = "My group's page names me with these works: https://group.example/people."
LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def imported_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims are opened at a fixed time, which comes after the imports of the tests."""
    monkeypatch.setattr("tests.factories.claims.publish", publish_before)


def publish_before(*records: Any) -> Any:
    counts = publish(*records)
    Report.objects.update(imported_at=NOW - timedelta(days=1))
    return counts


def opened(user: User, author: Author) -> Claim:
    claim = claim_open(claimant(user), author, NOW)
    assert isinstance(claim, Claim)
    return claim


def proven(name: str, orcid: str = IDS[0], author: Author | None = None) -> Claim:
    """A claim that an iD decided at once."""
    author = author or record(name, "Ann Lee", orcid=orcid)
    user = account(f"{name} {orcid[-1]}", orcid=orcid)
    claim = opened(user, author)
    evidence_add_orcid(claim, claimant(user), NOW)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    return Claim.objects.get(pk=claim.pk)


def written(user: User, author: Author) -> Claim:
    """A claim that waits for a reviewer."""
    claim = opened(user, author)
    evidence_add_written(claim, claimant(user), WORDS, NOW)
    claim_submit(claim, claimant(user), "It is me.", NOW)
    return Claim.objects.get(pk=claim.pk)


def fresh(claim: Claim) -> Claim:
    return Claim.objects.select_related("user", "author").get(pk=claim.pk)


def code_of(found: Any) -> str:
    return found.code if isinstance(found, Refusal) else ""


def told(what: str) -> list[dict[str, Any]]:
    payloads = OutboxEvent.objects.filter(kind="notice").order_by("pk").values_list("payload")
    return [payload for (payload,) in payloads if payload["what"] == what]


def steps(claim: Claim) -> list[str]:
    return list(
        ClaimEvent.objects.filter(claim=claim.pk).order_by("pk").values_list("step", flat=True)
    )


def test_an_id_that_a_source_put_on_the_works_decides_at_once() -> None:
    author = record("Xue Lin", "Ann Lee", orcid=IDS[0])
    before = facts_of("Xue Lin")
    claim = proven("Xue Lin", author=author)
    facts = facts_of("Xue Lin")
    assert (claim.state, claim.level, claim.version) == ("accepted", 3, 3)
    assert (facts.claim_state, facts.level) == ("claimed", 3)
    assert facts.trust_score == (before.trust_score or 0) + 30
    refresh_all()
    assert facts_of("Xue Lin").trust_score == facts.trust_score
    assert steps(claim) == ["open", "evidence", "submit", "prove", "level"]
    assert told("claim_prove")[0]["user"] == claim.user_id
    audited = AuditEvent.objects.filter(kind__startswith="claim_").order_by("pk")
    assert [one.kind for one in audited] == [
        "claim_opened",
        "claim_evidence",
        "claim_submit",
        "claim_prove",
    ]


def test_a_fresh_id_waits_for_a_reviewer() -> None:
    author = record("Xue Lin")
    user = account("Xue Lin", orcid=IDS[1])
    claim = opened(user, author)
    evidence = evidence_add_orcid(claim, claimant(user), NOW)
    assert isinstance(evidence, Evidence)
    claim_submit(claim, claimant(user), "", NOW)
    assert (evidence.strength, evidence.reason) == ("supporting", "orcid_fresh")
    assert fresh(claim).state == "submitted"
    assert facts_of("Xue Lin").claim_state == "pending"
    assert facts_of("Xue Lin").level == 1


def test_an_id_that_came_after_the_claim_proves_nothing() -> None:
    author = record("Xue Lin", orcid=IDS[0])
    Report.objects.update(imported_at=NOW + timedelta(seconds=1))
    user = account("Xue Lin", orcid=IDS[0])
    claim = opened(user, author)
    evidence = evidence_add_orcid(claim, claimant(user), NOW)
    assert isinstance(evidence, Evidence)
    assert evidence.reason == "orcid_late"


def test_the_id_of_a_namesake_on_the_same_works_is_not_ones_own() -> None:
    wang = person("Wei Wang", orcid=IDS[0])
    publish_before(*(work(wang, "Wei Wang", source="crossref") for _ in range(3)))
    author = Author.objects.get(key_scheme="name")
    claim = opened(account("Wei Wang", orcid=IDS[0]), author)
    evidence = evidence_add_orcid(claim, claimant(claim.user), NOW)
    assert isinstance(evidence, Evidence)
    assert evidence.reason == "orcid_fresh"


def test_without_a_sign_in_there_is_no_id() -> None:
    user = account("Xue Lin")
    claim = opened(user, record("Xue Lin", orcid=IDS[0]))
    assert code_of(evidence_add_orcid(claim, claimant(user), NOW)) == "orcid_none"


def sent_code() -> str:
    event = OutboxEvent.objects.filter(kind="mail").order_by("pk").last()
    assert event is not None
    found = re.search(r"^ {4}(\d{8})$", event.payload["text"], re.MULTILINE)
    assert found
    return found[1]


def test_a_mailbox_at_the_institution_decides() -> None:
    institution()
    author = record("Xue Lin")
    user = account("Xue Lin")
    claim = opened(user, author)
    evidence = mail_code_send(claim, claimant(user), "Xue.Lin@some.edu", NOW)
    assert isinstance(evidence, Evidence)
    claim_submit(claim, claimant(user), "", NOW)
    assert fresh(claim).state == "submitted"
    code = sent_code()
    assert code not in EvidenceCode.objects.get().digest
    kept = mail_code_check(claim, claimant(user), evidence, f" {code[:4]} {code[4:]} ", NOW)
    assert isinstance(kept, Evidence)
    assert (kept.strength, kept.voucher) == ("strong", "domain:some.edu")
    assert (fresh(claim).state, facts_of("Xue Lin").level) == ("accepted", 3)
    assert not EvidenceCode.objects.exists()


def test_a_code_is_good_for_ten_minutes_five_tries_and_one_use() -> None:
    institution()
    user = account("Xue Lin")
    claim = opened(user, record("Xue Lin"))
    evidence = mail_code_send(claim, claimant(user), "xue.lin@some.edu", NOW)
    assert isinstance(evidence, Evidence)

    def check(code: str, minutes: float = 0) -> str:
        when = NOW + timedelta(minutes=minutes)
        return code_of(mail_code_check(claim, claimant(user), evidence, code, when))

    code = sent_code()
    wrong = f"{(int(code) + 1) % 10**8:08}"
    assert check(code, minutes=10) == "wrong_code"
    assert [check(wrong) for _ in range(5)] == ["wrong_code"] * 5
    assert check(code) == "wrong_code"
    mail_code_send(claim, claimant(user), "xue.lin@some.edu", NOW)
    assert check(code) == "wrong_code"
    assert check(sent_code()) == ""
    assert check(sent_code()) == "wrong_code"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("xue.lin@gmail.com", "mail_free"),
        ("info@some.edu", "mail_role"),
        ("xue.lin@elsewhere.edu", "mail_elsewhere"),
        ("nonsense", "mail_malformed"),
    ],
)
def test_no_mail_goes_where_it_could_not_count(address: str, reason: str) -> None:
    institution()
    user = account("Xue Lin")
    claim = opened(user, record("Xue Lin"))
    assert code_of(mail_code_send(claim, claimant(user), address, NOW)) == reason
    assert not OutboxEvent.objects.filter(kind="mail").exists()
    assert not Evidence.objects.exists()


def test_a_namesake_at_the_institution_leaves_it_to_a_reviewer() -> None:
    institution()
    author = record("Xue Lin")
    publish(work(*[one.authors[0] for one in works("Xia Lin", count=1)], created="2025-01-01"))
    user = account("Xue Lin")
    claim = opened(user, author)
    evidence = mail_code_send(claim, claimant(user), "xlin@some.edu", NOW)
    assert isinstance(evidence, Evidence)
    kept = mail_code_check(claim, claimant(user), evidence, sent_code(), NOW)
    assert isinstance(kept, Evidence)
    assert (kept.strength, kept.reason) == ("supporting", "mail_not_unique")


def test_a_mailbox_speaks_for_one_account() -> None:
    institution()
    author = record("Xue Lin")
    for number in range(2):
        user = account(f"Xue Lin {number}")
        claim = opened(user, author)
        evidence = mail_code_send(claim, claimant(user), "xue.lin@some.edu", NOW)
        assert isinstance(evidence, Evidence)
        mail_code_check(claim, claimant(user), evidence, sent_code(), NOW)
    reasons = list(Evidence.objects.order_by("pk").values_list("reason", flat=True))
    assert reasons == ["mail_strong", "mail_used"]


def test_codes_have_a_measure() -> None:
    institution()
    user = account("Xue Lin")
    claim = opened(user, record("Xue Lin"))
    found = [
        code_of(mail_code_send(claim, claimant(user), "xue.lin@some.edu", NOW)) for _ in range(4)
    ]
    assert found == ["", "", "", "too_many"]


def test_a_reviewer_accepts_what_was_written() -> None:
    claim = written(account("Xue Lin"), record("Xue Lin"))
    assert claim.state == "submitted"
    decided = claim_decide(claim, reviewer(), "accept", Said(note="Thank you."), LATER)
    assert isinstance(decided, Claim)
    assert (decided.state, decided.level, decided.note) == ("accepted", 2, "Thank you.")
    assert facts_of("Xue Lin").level == 2


def test_a_rejection_has_a_name_and_can_be_undone() -> None:
    claim = written(account("Xue Lin"), record("Xue Lin"))
    judge = reviewer()
    assert code_of(claim_decide(claim, judge, "reject", Said("because"), NOW)) == "unknown_reason"
    claim_decide(claim, judge, "reject", Said("not_shown"), NOW)
    assert (fresh(claim).state, fresh(claim).reason) == ("rejected", "not_shown")
    assert facts_of("Xue Lin").claim_state == "unclaimed"
    assert told("claim_reject")[0]["reason"] == "not_shown"
    claim_decide(claim, judge, "reconsider", Said(), LATER)
    assert fresh(claim).state == "submitted"


def test_what_was_asked_for_is_answered_with_something_new() -> None:
    user = account("Xue Lin")
    claim = written(user, record("Xue Lin"))
    claim_decide(claim, reviewer(), "ask", Said("unreadable"), NOW)
    assert facts_of("Xue Lin").claim_state == "pending"
    assert code_of(claim_submit(claim, claimant(user), "", LATER)) == "new_evidence"
    evidence_add_written(claim, claimant(user), f"{WORDS} And another.", LATER)
    claim_submit(claim, claimant(user), "", LATER)
    assert fresh(claim).state == "submitted"


def test_nobody_but_the_claimant_acts_for_a_claim() -> None:
    claim = written(account("Xue Lin"), record("Xue Lin"))
    stranger = claimant(account("Eve Stranger"))
    evidence = Evidence.objects.get()
    assert code_of(evidence_add_written(claim, stranger, WORDS, NOW)) == "not_yours"
    assert code_of(evidence_withdraw(evidence, stranger, NOW)) == "not_yours"
    assert code_of(claim_decide(claim, stranger, "accept", Said(), NOW)) == "not_yours"
    assert code_of(evidence_judge(evidence, stranger, accepted=True, now=NOW)) == "not_yours"


def test_a_reviewer_decides_on_no_claim_of_their_own() -> None:
    user = account("Xue Lin")
    claim = written(user, record("Xue Lin"))
    own = Actor(Role.REVIEWER, user.pk)
    assert code_of(claim_decide(claim, own, "accept", Said(), NOW)) == "not_party"
    assert code_of(claim_clear_flag(claim, own, NOW)) == "not_party"
    assert (
        code_of(evidence_judge(Evidence.objects.get(), own, accepted=True, now=NOW)) == "not_party"
    )


def flag(author: Author) -> None:
    AuthorFacts.objects.filter(author=author).update(several=True)


def test_a_flagged_record_waits_for_the_reviewer() -> None:
    author = record("Xue Lin", "Ann Lee", orcid=IDS[0])
    flag(author)
    claim = proven("Xue Lin", author=author)
    assert (claim.state, facts_of("Xue Lin").level) == ("submitted", 1)
    judge = reviewer()
    assert code_of(claim_decide(claim, judge, "accept", Said(), NOW)) == "clear"
    claim_clear_flag(claim, judge, NOW)
    assert (fresh(claim).state, facts_of("Xue Lin").level) == ("accepted", 3)


def test_a_record_that_many_read_takes_two_reviewers() -> None:
    author = record("Xue Lin", orcid=IDS[0])
    AuthorFacts.objects.filter(author=author).update(followers=1_000)
    claim = proven("Xue Lin", author=author)
    assert claim.state == "submitted"
    one, other = reviewer(), reviewer("Otto Reviewer")
    assert code_of(claim_decide(claim, one, "accept", Said(), NOW)) == "second_reviewer"
    assert code_of(claim_decide(claim, one, "accept", Said(), NOW)) == "second_reviewer"
    claim_decide(claim, other, "accept", Said(), NOW)
    assert fresh(claim).state == "accepted"
    assert steps(claim).count("voted") == 2


def test_a_second_record_of_one_person_is_a_reviewers_to_decide() -> None:
    claim = proven("Xue Lin")
    other = record("Xue Lin Other", "Bo Roe", orcid="")
    Author.objects.filter(pk=other.pk).update(name="Xue Lin")
    second = written(fresh(claim).user, other)
    assert second.state == "submitted"
    assert code_of(claim_decide(second, reviewer(), "accept", Said(), NOW)) == ""


def test_a_pending_claim_hides_nothing_from_others() -> None:
    author = record("Xue Lin")
    first, second = (written(account(f"Xue Lin {n}"), author) for n in range(2))
    claim_decide(first, reviewer(), "accept", Said(), NOW)
    assert (fresh(first).state, fresh(second).state) == ("accepted", "submitted")
    challenge = Challenge.objects.get()
    assert (challenge.claim_id, challenge.admitted_at) == (second.pk, None)
    assert facts_of("Xue Lin").claim_state == "claimed"


def dispute() -> tuple[Claim, Claim, Challenge]:
    """A holder by written evidence, and a challenger with an iD on the works."""
    author = record("Xue Lin", "Ann Lee", orcid=IDS[0])
    holder = written(account("Xue Lin"), author)
    claim_decide(holder, reviewer("First Reviewer"), "accept", Said(), NOW)
    challenger = proven("Xue Lin", author=author)
    return fresh(holder), challenger, Challenge.objects.get()


def test_a_challenge_is_private_until_it_is_proven() -> None:
    author = record("Xue Lin", "Ann Lee", orcid=IDS[0])
    holder = written(account("Xue Lin"), author)
    claim_decide(holder, reviewer(), "accept", Said(), NOW)
    user = account("Real Lin", orcid=IDS[0])
    challenger = written(user, author)
    assert fresh(holder).state == "accepted"
    assert facts_of("Xue Lin").claim_state == "claimed"
    assert told("claim_dispute") == []
    evidence_add_orcid(challenger, claimant(user), LATER)
    assert fresh(holder).state == "disputed"
    assert (facts_of("Xue Lin").claim_state, facts_of("Xue Lin").level) == ("disputed", 2)
    assert [one["user"] for one in told("claim_dispute")] == [holder.user_id]
    assert Challenge.objects.get().window_ends == LATER + timedelta(days=14)


def test_a_reviewer_may_admit_a_challenge() -> None:
    author = record("Xue Lin")
    holder = written(account("Xue Lin"), author)
    judge = reviewer()
    claim_decide(holder, judge, "accept", Said(), NOW)
    rival = written(account("Other Lin"), author)
    challenge = Challenge.objects.get()
    own = Actor(Role.REVIEWER, rival.user_id)
    assert code_of(challenge_admit(challenge, own, NOW)) == "not_party"
    assert isinstance(challenge_admit(challenge, judge, NOW), Challenge)
    assert fresh(holder).state == "disputed"
    assert code_of(challenge_admit(challenge, judge, NOW)) == "no_step"


def test_nothing_moves_before_both_were_heard() -> None:
    holder, challenger, challenge = dispute()
    one, other = reviewer("One Reviewer"), reviewer("Other Reviewer")

    def decide(judge: Actor, now: Any = LATER) -> str:
        said = Said("other_person")
        return code_of(dispute_decide(challenge, judge, upheld=False, said=said, now=now))

    assert decide(one) == "heard"
    dispute_answer(challenge, claimant(holder.user), "It is me.", LATER)
    assert decide(one) == "heard"
    dispute_answer(challenge, claimant(challenger.user), "It is not.", LATER)
    assert decide(one) == "second_reviewer"
    assert (fresh(holder).state, fresh(challenger).state) == ("disputed", "submitted")
    assert decide(other) == ""
    assert (fresh(holder).state, fresh(challenger).state) == ("revoked", "accepted")
    assert (facts_of("Xue Lin").claim_state, facts_of("Xue Lin").level) == ("claimed", 3)
    assert decide(one) == "no_step"


def test_the_silent_are_told_twice_before_the_window_ends() -> None:
    holder, _, challenge = dispute()
    one, other = reviewer("One Reviewer"), reviewer("Other Reviewer")
    end = NOW + timedelta(days=14)
    said = Said("other_person")

    def decide(judge: Actor) -> str:
        return code_of(dispute_decide(challenge, judge, upheld=True, said=said, now=end))

    assert decide(one) == "heard"
    assert disputes_remind(NOW + timedelta(days=6)) == 0
    assert disputes_remind(NOW + timedelta(days=7)) == 1
    assert disputes_remind(NOW + timedelta(days=8)) == 0
    assert [one["user"] for one in told("dispute_silent")] == [holder.user_id]
    assert (decide(one), decide(other)) == ("second_reviewer", "")
    assert fresh(holder).state == "accepted"


def test_who_is_upheld_keeps_the_record_and_the_challenger_gets_the_reason() -> None:
    holder, challenger, challenge = dispute()
    for side in (holder, challenger):
        dispute_answer(challenge, claimant(side.user), "It is me.", NOW)
    for judge in (reviewer("One Reviewer"), reviewer("Other Reviewer")):
        dispute_decide(challenge, judge, upheld=True, said=Said("other_person"), now=LATER)
    assert (fresh(holder).state, fresh(challenger).state) == ("accepted", "rejected")
    assert fresh(challenger).reason == "other_person"
    assert facts_of("Xue Lin").claim_state == "claimed"


def test_one_reviewer_cannot_end_a_dispute_by_rejecting_the_challenger() -> None:
    holder, challenger, _ = dispute()
    found = claim_decide(challenger, reviewer(), "reject", Said("misuse"), LATER)
    assert code_of(found) == "not_disputing"
    assert fresh(holder).state == "disputed"


def test_a_challenger_who_withdraws_ends_the_dispute() -> None:
    holder, challenger, challenge = dispute()
    claim_withdraw(challenger, claimant(challenger.user), LATER)
    assert fresh(holder).state == "accepted"
    challenge.refresh_from_db()
    assert challenge.outcome == "withdraw"


def test_a_holder_who_gives_up_makes_way() -> None:
    holder, challenger, _ = dispute()
    claim_release(holder, claimant(holder.user), LATER)
    assert (fresh(holder).state, fresh(challenger).state) == ("withdrawn", "accepted")


@pytest.mark.parametrize("side", ["holder", "challenger"])
def test_who_is_frozen_says_nothing_in_a_dispute(side: str) -> None:
    holder, challenger, challenge = dispute()
    claim = holder if side == "holder" else challenger
    claim_freeze(claim, reviewer("Fay Freezer"), "looks taken over", NOW)
    said = dispute_answer(challenge, claimant(claim.user), "It is me.", NOW)
    assert code_of(said) == "frozen"
    claim_unfreeze(claim, reviewer("Una Freezer"), NOW)
    assert isinstance(dispute_answer(challenge, claimant(claim.user), "Me.", NOW), Challenge)


def test_a_stranger_has_no_say_in_a_dispute() -> None:
    _, _, challenge = dispute()
    stranger = claimant(account("Eve Stranger"))
    assert code_of(dispute_answer(challenge, stranger, "Me too.", NOW)) == "not_yours"


def test_what_was_released_or_revoked_is_restored_for_thirty_days() -> None:
    claim = proven("Xue Lin")
    claim_release(claim, claimant(fresh(claim).user), NOW)
    assert (facts_of("Xue Lin").claim_state, facts_of("Xue Lin").level) == ("unclaimed", 1)
    late = NOW + timedelta(days=31)
    assert code_of(claim_decide(claim, reviewer(), "restore", Said(), late)) == "in_time"
    claim_decide(claim, reviewer("Otto Reviewer"), "restore", Said(), late - timedelta(days=1))
    assert (fresh(claim).state, facts_of("Xue Lin").level) == ("accepted", 3)


def row(claim: Claim) -> dict[str, Any]:
    return dict(Claim.objects.filter(pk=claim.pk).values().get())


def test_freezing_stops_the_claimant_and_changes_nothing() -> None:
    claim = proven("Xue Lin")
    user, judge = fresh(claim).user, reviewer()
    before, facts = row(claim), AuthorFacts.objects.values().get(author=claim.author_id)
    assert code_of(claim_freeze(claim, claimant(user), "?", NOW)) == "not_yours"
    claim_freeze(claim, judge, "looks taken over", NOW)
    assert code_of(claim_release(claim, claimant(user), NOW)) == "frozen"
    assert code_of(evidence_add_written(claim, claimant(user), WORDS, NOW)) == "frozen"
    assert code_of(evidence_withdraw(Evidence.objects.get(), claimant(user), NOW)) == "frozen"
    claim_unfreeze(claim, judge, NOW)
    assert row(claim) == before
    assert AuthorFacts.objects.values().get(author=claim.author_id) == facts
    assert steps(claim)[-2:] == ["frozen", "unfrozen"]


def both(answer: Any = "confirms") -> tuple[Claim, Evidence]:
    """Xue Lin's claim with Ann Lee's word; each holds the record of their iD, with common works."""
    author = record("Xue Lin", person("Ann Lee", orcid=IDS[1]), orcid=IDS[0])
    claim = proven("Xue Lin", author=author)
    ann = proven("Ann Lee", IDS[1], Author.objects.get(name="Ann Lee"))
    evidence = confirmation_ask(claim, claimant(claim.user), ann.author, NOW)
    assert isinstance(evidence, Evidence), evidence
    (notice,) = told("confirmation_asked")
    assert notice["user"] == ann.user_id
    found = confirmation_answer(notice["url"].split("/")[-2], answer, SYSTEM, NOW)
    assert isinstance(found, Evidence), found
    return fresh(claim), found


def test_two_proofs_and_a_co_authors_word_make_l4() -> None:
    institution()
    claim, evidence = both()
    assert (evidence.reason, evidence.confirms, claim.level) == ("coauthor_confirms", True, 3)
    mailbox = mail_code_send(claim, claimant(claim.user), "xue.lin@some.edu", NOW)
    assert isinstance(mailbox, Evidence)
    mail_code_check(claim, claimant(claim.user), mailbox, sent_code(), NOW)
    assert (fresh(claim).level, facts_of("Xue Lin").level) == (4, 4)


def test_the_word_of_somebody_who_lost_their_record_lapses_after_a_notice() -> None:
    institution()
    claim, evidence = both()
    mailbox = mail_code_send(claim, claimant(claim.user), "xue.lin@some.edu", NOW)
    assert isinstance(mailbox, Evidence)
    mail_code_check(claim, claimant(claim.user), mailbox, sent_code(), NOW)
    assert fresh(claim).level == 4
    Claim.objects.filter(author__name="Ann Lee").update(state="revoked")
    month = NOW + timedelta(days=31)
    evidence_recheck(month)
    assert (fresh(claim).level, len(told("proof_lapsing"))) == (4, 1)
    evidence_recheck(month + timedelta(days=7))
    assert (fresh(claim).level, len(told("proof_lapsed"))) == (3, 1)


def test_an_account_that_is_switched_off_gives_no_word() -> None:
    claim, _ = both("objects")
    User.objects.filter(name__startswith="Ann Lee").update(is_active=False)
    link = told("confirmation_asked")[0]["url"].split("/")[-2]
    found = confirmation_answer(link, "confirms", SYSTEM, LATER)
    assert code_of(found) == "coauthor_unverified"
    assert Evidence.objects.get(claim=claim, kind="coauthor").reason == "coauthor_objects"


def test_a_word_is_taken_back_at_once() -> None:
    claim, evidence = both()
    link = told("confirmation_asked")[0]["url"].split("/")[-2]
    found = confirmation_answer(link, "objects", SYSTEM, LATER)
    assert isinstance(found, Evidence)
    assert (found.confirms, found.reason) == (False, "coauthor_objects")


@pytest.mark.parametrize("name", ["uphold", "overturn", "dispute", "prove", "nonsense"])
def test_a_reviewers_form_has_no_other_steps(name: str) -> None:
    holder, _, _ = dispute()
    found = claim_decide(holder, reviewer(), name, Said("other_person"), NOW)
    assert code_of(found) == "no_step"
    assert fresh(holder).state == "disputed"


def test_two_proofs_and_a_reviewers_word_make_l4_too() -> None:
    institution()
    claim = proven("Xue Lin")
    mailbox = mail_code_send(claim, claimant(claim.user), "xue.lin@some.edu", NOW)
    assert isinstance(mailbox, Evidence)
    mail_code_check(claim, claimant(claim.user), mailbox, sent_code(), NOW)
    assert fresh(claim).level == 3
    assert code_of(claim_confirm(claim, claimant(claim.user), NOW)) == "not_party"
    claim_confirm(claim, reviewer(), NOW)
    assert fresh(claim).level == 4


def test_the_network_of_others_counts_who_became_verified() -> None:
    proven("Xue Lin", author=record("Xue Lin", person("Ann Lee", orcid=IDS[1]), orcid=IDS[0]))
    before = facts_of("Ann Lee")
    refresh_all()
    after = facts_of("Ann Lee")
    assert (before.verified_close, after.verified_close) == (0, 1)
    assert (after.trust_score or 0) > (before.trust_score or 0)


def test_an_objection_leaves_the_claim_to_a_reviewer() -> None:
    claim, evidence = both("objects")
    assert evidence.reason == "coauthor_objects"
    assert claim.state == "accepted"
    assert "objects" in steps(claim)
    assert code_of(claim_submit(claim, claimant(claim.user), "", NOW)) == "no_step"


def objected() -> tuple[Claim, Evidence]:
    """An open claim, supported by words, that a verified co-author objects to."""
    author = record("Xue Lin", person("Ann Lee", orcid=IDS[1]), orcid=IDS[0])
    claim = written(account("Xue Lin"), author)
    ann = proven("Ann Lee", IDS[1], Author.objects.get(name="Ann Lee"))
    evidence = confirmation_ask(claim, claimant(claim.user), ann.author, NOW)
    assert isinstance(evidence, Evidence), evidence
    link = told("confirmation_asked")[0]["url"].split("/")[-2]
    found = confirmation_answer(link, "objects", SYSTEM, NOW)
    assert isinstance(found, Evidence)
    return fresh(claim), found


def sign_in(user: User, orcid: str = IDS[0]) -> None:
    SocialAccount.objects.create(user=user, provider="orcid", uid=orcid)


def test_an_objection_is_not_the_claimants_to_take_back() -> None:
    claim, evidence = objected()
    me = claimant(claim.user)
    refusal = evidence_withdraw(evidence, me, NOW)
    assert refusal is not None
    assert refusal.code == "unobjected"
    sign_in(claim.user)
    evidence_add_orcid(claim, me, NOW)
    assert fresh(claim).state == "submitted"


def test_who_withdraws_and_claims_anew_is_still_objected_to() -> None:
    claim, _ = objected()
    me = claimant(claim.user)
    claim_withdraw(claim, me, NOW)
    again = opened(claim.user, claim.author)
    sign_in(claim.user)
    evidence_add_orcid(again, me, NOW)
    claim_submit(again, me, "It is me.", NOW)
    assert fresh(again).state == "submitted"


def again(claim: Claim) -> Claim:
    """The same claim opened, proven and sent once more by the same person."""
    anew = opened(claim.user, claim.author)
    evidence_add_orcid(anew, claimant(claim.user), LATER)
    claim_submit(anew, claimant(claim.user), "It is me.", LATER)
    return fresh(anew)


def test_whom_reviewers_turned_down_no_proof_lets_in_again() -> None:
    claim = fresh(proven("Xue Lin"))
    claim_decide(claim, reviewer(), "revoke", Said("misuse"), NOW)
    anew = again(claim)
    assert (anew.state, facts_of("Xue Lin").claim_state) == ("submitted", "pending")
    claim_decide(anew, reviewer("Otto Reviewer"), "accept", Said(), LATER)
    assert fresh(anew).state == "accepted"


def test_who_lost_a_dispute_raises_no_other_by_the_same_proof() -> None:
    holder, challenger, challenge = dispute()
    for side in (holder, challenger):
        dispute_answer(challenge, claimant(side.user), "It is me.", NOW)
    for judge in (reviewer("One Reviewer"), reviewer("Other Reviewer")):
        dispute_decide(challenge, judge, upheld=True, said=Said("other_person"), now=LATER)
    anew = again(fresh(challenger))
    assert (fresh(holder).state, anew.state) == ("accepted", "submitted")
    assert Challenge.objects.get(claim=anew).admitted_at is None


def test_what_two_reviewers_decided_no_single_one_turns_round() -> None:
    holder, challenger, challenge = dispute()
    for side in (holder, challenger):
        dispute_answer(challenge, claimant(side.user), "It is me.", NOW)
    for judge in (reviewer("One Reviewer"), reviewer("Other Reviewer")):
        dispute_decide(challenge, judge, upheld=False, said=Said("other_person"), now=LATER)
    claim_release(challenger, claimant(challenger.user), LATER)
    anew = written(holder.user, holder.author)
    third, fourth = reviewer("Third Reviewer"), reviewer("Fourth Reviewer")
    assert code_of(claim_decide(anew, third, "accept", Said(), LATER)) == "second_reviewer"
    claim_decide(anew, fourth, "accept", Said(), LATER)
    assert fresh(anew).state == "accepted"


def test_who_may_come_back_by_the_word_of_a_reviewer_is_not_turned_down_for_ever() -> None:
    claim = fresh(proven("Xue Lin"))
    claim_decide(claim, reviewer(), "revoke", Said("misuse"), NOW)
    claim_decide(claim, reviewer("Otto Reviewer"), "restore", Said(), LATER)
    claim_release(claim, claimant(claim.user), LATER)
    assert again(claim).state == "accepted"


@pytest.mark.parametrize("way", ["release", "revoke"])
def test_proofs_of_a_restored_claim_are_looked_at_again(way: str) -> None:
    claim = fresh(proven("Xue Lin"))
    if way == "release":
        claim_release(claim, claimant(claim.user), NOW)
    else:
        claim_decide(claim, reviewer(), "revoke", Said("misuse"), NOW)
    week = NOW + timedelta(days=8)
    evidence_recheck(week)
    assert Evidence.objects.get().recheck_at is None
    claim_decide(claim, reviewer("Otto Reviewer"), "restore", Said(), week)
    SocialAccount.objects.all().delete()
    PageCheck.objects.all().delete()
    assert evidence_recheck(week) == 1
    assert PageCheck.objects.exists()


def test_a_mailbox_of_a_claim_that_ended_may_speak_for_another_account() -> None:
    institution()
    author = record("Xue Lin")
    first, second = (opened(account(f"Xue Lin {n}"), author) for n in range(2))
    for claim in (first, second):
        me = claimant(claim.user)
        found = mail_code_send(claim, me, "xue.lin@some.edu", NOW)
        assert isinstance(found, Evidence)
        mail_code_check(claim, me, found, sent_code(), NOW)
        claim_submit(claim, me, "It is me.", NOW)
        if claim is first:
            claim_release(claim, me, NOW)
    assert (fresh(first).state, fresh(second).state) == ("withdrawn", "accepted")
    assert fresh(second).level == 3


def test_a_code_is_of_no_use_to_a_claim_that_ended() -> None:
    institution()
    claim = opened(account("Xue Lin"), record("Xue Lin"))
    found = mail_code_send(claim, claimant(claim.user), "xue.lin@some.edu", NOW)
    assert isinstance(found, Evidence)
    claim_withdraw(claim, claimant(claim.user), NOW)
    refused = mail_code_check(claim, claimant(claim.user), found, sent_code(), NOW)
    assert code_of(refused) == "no_step"


def test_an_account_is_frozen_whatever_became_of_its_claims() -> None:
    claim = fresh(proven("Xue Lin"))
    before, judge = row(claim), reviewer()
    claim_release(claim, claimant(claim.user), NOW)
    assert account_freeze(claim.user_id, judge, "looks taken over", NOW) == 1
    assert code_of(claim_open(claimant(claim.user), record("Bo Roe"), NOW)) == "frozen"
    account_unfreeze(claim.user_id, judge, NOW)
    claim_decide(claim, judge, "restore", Said(), NOW)
    assert (row(claim)["level"], fresh(claim).frozen_at) == (before["level"], None)
    assert isinstance(claim_open(claimant(claim.user), record("Cy Day"), NOW), Claim)


def test_who_could_not_confirm_is_not_asked() -> None:
    claim = proven("Xue Lin")
    ann = Author.objects.get(name="Ann Lee")
    found = confirmation_ask(claim, claimant(claim.user), ann, NOW)
    assert code_of(found) == "coauthor_unverified"
    assert told("confirmation_asked") == []
    assert not Evidence.objects.filter(kind="coauthor").exists()


@pytest.mark.parametrize("link", ["", "x", "a:b:c", "WyJ4IiwgMV0:x:y"])
def test_a_made_up_link_answers_nothing(link: str) -> None:
    assert code_of(confirmation_answer(link, "confirms", SYSTEM, NOW)) == "unknown_evidence"


def test_a_page_waits_for_the_worker() -> None:
    claim = opened(account("Xue Lin"), record("Xue Lin"))
    me = claimant(claim.user)
    evidence = evidence_add_page(claim, me, "https://some.edu/xuelin", NOW)
    assert isinstance(evidence, Evidence)
    assert (evidence.reason, PageCheck.objects.get().evidence_id) == ("link_unread", evidence.pk)
    assert code_of(evidence_add_page(claim, me, "ftp://some.edu/x", NOW)) == "link_forbidden"
    reflecting = f"https://some.edu/search?q={claim.token}"
    assert code_of(evidence_add_page(claim, me, reflecting, NOW)) == "link_reflected"


def test_evidence_taken_back_is_gone_and_leaves_l2() -> None:
    claim = proven("Xue Lin")
    evidence_withdraw(Evidence.objects.get(), claimant(claim.user), NOW)
    assert not Evidence.objects.exists()
    assert (fresh(claim).state, facts_of("Xue Lin").level) == ("accepted", 2)


def test_who_is_forgotten_leaves_the_record_free() -> None:
    holder, challenger, _ = dispute()
    claims_forget(holder.user_id, NOW)
    assert not Claim.objects.filter(user_id=holder.user_id).exists()
    assert fresh(challenger).state == "accepted"
    claims_forget(challenger.user_id, NOW)
    assert (facts_of("Xue Lin").claim_state, facts_of("Xue Lin").level) == ("unclaimed", 1)
    assert ClaimEvent.objects.filter(claim=holder.pk).exists()


def test_a_draft_is_one_and_shows_nothing() -> None:
    author, user = record("Xue Lin"), account("Xue Lin")
    assert opened(user, author) == opened(user, author)
    assert facts_of("Xue Lin").claim_state == "unclaimed"


def test_a_record_that_was_merged_or_is_not_computed_yet_is_not_claimed() -> None:
    author, other = record("Xue Lin"), record("Bo Roe")
    user = account("Xue Lin")
    author.merged_into = other
    assert code_of(claim_open(claimant(user), author, NOW)) == "merged"
    AuthorFacts.objects.filter(author=other).delete()
    assert code_of(claim_open(claimant(user), other, NOW)) == "not_ready"


def test_an_account_without_a_verified_address_gets_no_record() -> None:
    author = record("Xue Lin", orcid=IDS[0])
    user = account("Xue Lin", verified=False, orcid=IDS[0])
    claim = opened(user, author)
    evidence_add_orcid(claim, claimant(user), NOW)
    claim_submit(claim, claimant(user), "", NOW)
    assert fresh(claim).state == "submitted"
    assert code_of(claim_decide(claim, reviewer(), "accept", Said(), NOW)) == "account_verified"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE claims_claimevent SET step = 'x'", "DELETE FROM claims_claimevent"],
)
def test_the_history_is_append_only(statement: str) -> None:
    opened(account("Xue Lin"), record("Xue Lin"))
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_database_lets_one_in() -> None:
    author = record("Xue Lin")
    users = [account(f"Xue Lin {n}") for n in range(2)]
    Claim.objects.create(author=author, user=users[0], state="disputed")
    with pytest.raises(Error, match="claim_one_holder"), transaction.atomic():
        Claim.objects.create(author=author, user=users[1], state="accepted")
