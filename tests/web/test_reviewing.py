"""The reviewers' pages: what waits, what they see of a case, what they decide, and who may not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib.models import AuditEvent, OutboxEvent
from claims.claim_steps import Said
from claims.claiming import claim_decide, claim_open, claim_submit
from claims.confirming import confirmation_answer, confirmation_ask, confirmation_link
from claims.disputes import challenge_admit, dispute_answer
from claims.models import AbuseReport, Challenge, Claim, ClaimEvent, Correction, Evidence
from claims.proving import evidence_add_orcid, evidence_add_written
from claims.review_pages import age_words
from profiles.models import Profile, User
from tests.factories.accounts import person, signed_in_as, staff
from tests.factories.claims import IDS, account, claimant, record, reviewer
from tests.factories.corpus import publish, refresh_all
from tests.factories.records import work
from tests.web.dom import page
from works.models import Author, AuthorFacts

pytestmark = pytest.mark.django_db

QUEUE = "/moderation/"
WORDS = "My group's page names me with these works: https://group.example/people."


@pytest.fixture
def mod(db: None) -> User:
    return staff()


@pytest.fixture
def as_mod(mod: User) -> Client:
    return signed_in_as(mod)


def waiting(name: str = "Xue Lin", author: Author | None = None, user: User | None = None) -> Claim:
    """A claim with written evidence that waits for a reviewer."""
    user, now = user or account(name), timezone.now()
    claim = claim_open(claimant(user), author or record(name, "Ann Lee"), now)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, now)
    claim_submit(claim, claimant(user), "These are my works.", now)
    return fresh(claim)


def held(name: str = "Xue Lin", author: Author | None = None) -> Claim:
    claim = waiting(name, author)
    claim_decide(claim, reviewer(f"Judge of {name}"), "accept", Said(), timezone.now())
    return fresh(claim)


def disputed() -> tuple[Claim, Claim, Challenge]:
    """A holder, who challenges them, and what is between them: both were heard."""
    author = record("Xue Lin", "Ann Lee")
    holder, rival = held(author=author), waiting("Xue Lin II", author)
    challenge = Challenge.objects.get()
    challenge_admit(challenge, reviewer("Ada Admits"), timezone.now())
    for side, words in ((holder, "I wrote them."), (rival, "No, I did.")):
        dispute_answer(challenge, claimant(side.user), words, timezone.now())
    return fresh(holder), fresh(rival), Challenge.objects.get()


def fresh(claim: Claim) -> Claim:
    return Claim.objects.select_related("user", "author").get(pk=claim.pk)


def at(claim: Claim) -> str:
    return f"{QUEUE}claims/{claim.public_id}/"


def send(client: Client, claim: Claim, do: str, **more: Any) -> Any:
    form = {"do": do, "version": fresh(claim).version, **more}
    return client.post(at(claim), form)


def denials() -> list[str]:
    found = AuditEvent.objects.filter(kind="review_denied").order_by("pk")
    return [event.detail["why"] for event in found]


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# Who gets in


@pytest.mark.parametrize("place", [QUEUE, "/moderation/events/", "/moderation/claims/x/"])
def test_only_staff_get_in(client: Client, as_ada: Client, as_mod: Client, place: str) -> None:
    assert client.get(place)["Location"].startswith("/accounts/login/?next=/moderation/")
    assert as_ada.get(place).status_code == 403
    shown = as_mod.get(place)
    assert shown.status_code == (404 if "claims" in place else 200)
    assert shown["Cache-Control"] == "private, no-store"


def test_who_is_no_reviewer_decides_nothing_and_leaves_a_trace(as_ada: Client) -> None:
    claim = waiting()
    assert send(as_ada, claim, "accept").status_code == 403
    assert fresh(claim).state == "submitted"
    assert denials() == ["role"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_reviews_their_own_claim(mod: User, as_mod: Client, method: str) -> None:
    claim = waiting(user=mod)
    response = getattr(as_mod, method)(at(claim), {"do": "accept", "version": claim.version})
    assert response.status_code == 403
    assert WORDS not in response.content.decode()
    assert fresh(claim).state == "submitted"
    assert denials() == ["party"]


def test_nobody_reviews_a_record_that_they_claimed(mod: User, as_mod: Client) -> None:
    author = record("Xue Lin", "Ann Lee")
    waiting(author=author, user=mod)
    other = waiting("Bo Roe", author)
    assert as_mod.get(at(other)).status_code == 403
    assert send(as_mod, other, "reject", reason="not_shown").status_code == 403
    assert fresh(other).state == "submitted"
    assert "Nothing waits" in page(as_mod.get(QUEUE)).text


def test_a_draft_is_nobody_elses(as_mod: Client) -> None:
    draft = claim_open(claimant(account("Xue Lin")), record("Xue Lin"), timezone.now())
    assert isinstance(draft, Claim)
    assert as_mod.get(at(draft)).status_code == 404


# The queue


def aged(claim: Claim, days: int) -> Claim:
    sent = timezone.now() - timedelta(days=days)
    Claim.objects.filter(pk=claim.pk).update(submitted_at=sent)
    return claim


def corrected(kind: str, days: int) -> None:
    sent = timezone.now() - timedelta(days=days)
    Correction.objects.create(
        once=kind, record="/works/1/", record_title=f"About {kind}", kind=kind, message="x" * 20,
        sent_at=sent,
    )  # fmt: skip


def titles(client: Client, query: str = "") -> list[str]:
    shown = page(client.get(f"{QUEUE}{query}"))
    return [element.text for element in shown.all("h2") if element.within("ol")]


def objected() -> Claim:
    """A claim that a verified co-author objects to."""
    now = timezone.now()
    author = record("Xue Lin", "Ann Lee")
    lee = held("Ann Lee", Author.objects.get(name="Ann Lee"))
    claim = waiting(author=author)
    evidence = confirmation_ask(claim, claimant(claim.user), lee.author, now)
    assert isinstance(evidence, Evidence)
    link = confirmation_link(evidence, lee.user_id)
    assert isinstance(confirmation_answer(link, "objects", claimant(lee.user), now), Evidence)
    return fresh(claim)


def test_the_oldest_case_comes_first_whatever_its_kind(as_mod: Client) -> None:
    aged(waiting("Xue Lin"), 2)
    corrected("fact", 5)
    corrected("remove", 1)
    assert titles(as_mod) == ["About fact", "Xue Lin", "About remove"]
    shown = page(as_mod.get(QUEUE)).text
    assert "3 open cases; the one in the middle has waited 2 days." in shown
    assert "5 days" in shown


@pytest.mark.parametrize(
    ("kind", "found"),
    [("claim", ["Xue Lin"]), ("removal", ["About remove"]), ("correction", ["About fact"]),
     ("dispute", []), ("none", ["About fact", "Xue Lin", "About remove"])],
)  # fmt: skip
def test_one_kind_alone(as_mod: Client, kind: str, found: list[str]) -> None:
    aged(waiting("Xue Lin"), 2)
    corrected("fact", 5)
    corrected("remove", 1)
    assert titles(as_mod, f"?kind={kind}") == found


def test_a_dispute_is_one_case_and_leads_to_the_holder(as_mod: Client) -> None:
    holder, _, _ = disputed()
    shown = page(as_mod.get(QUEUE))
    assert [element["href"] for element in shown.all("a") if "claims/" in element["href"]] == [
        at(holder)
    ]
    assert "heard for another 13 days" in shown.text


def test_a_challenge_in_private_is_told_as_such(as_mod: Client) -> None:
    author = record("Xue Lin", "Ann Lee")
    held(author=author)
    rival = waiting("Bo Roe", author)
    shown = page(as_mod.get(f"{QUEUE}?kind=dispute"))
    assert at(rival) in shown.links()
    assert "in private: not admitted yet" in shown.text


def test_an_objection_waits_until_a_reviewer_has_looked(as_mod: Client) -> None:
    claim = objected()
    assert titles(as_mod, "?kind=objection") == ["Xue Lin"]
    assert titles(as_mod, "?kind=claim") == []
    send(as_mod, claim, "accept")
    assert fresh(claim).state == "accepted"
    assert titles(as_mod) == []


def test_an_objection_after_the_decision_waits_again(as_mod: Client) -> None:
    claim = objected()
    send(as_mod, claim, "accept")
    evidence = Evidence.objects.get(kind="coauthor")
    lee = Claim.objects.get(author__name="Ann Lee")
    link = confirmation_link(evidence, lee.user_id)
    confirmation_answer(link, "objects", claimant(lee.user), timezone.now())
    assert titles(as_mod, "?kind=objection") == ["Xue Lin"]
    send(as_mod, claim, "confirm")
    send(as_mod, claim, "revoke", reason="other_person")
    assert titles(as_mod) == []


def test_pages_of_the_queue(as_mod: Client) -> None:
    for number in range(31):
        Correction.objects.create(
            once=str(number), record="/works/1/", record_title=f"Note {number}", kind="fact",
            message="x" * 20, sent_at=timezone.now() - timedelta(days=100 - number),
        )  # fmt: skip
    first, second = titles(as_mod), titles(as_mod, "?page=2")
    assert (len(first), second) == (30, ["Note 30"])
    assert "/moderation/?page=2" in page(as_mod.get(QUEUE)).links()


def test_reports_of_abuse_wait_as_well(mod: User, as_mod: Client) -> None:
    by, of = account("Una User"), account("Ira Rude")
    for about in ("/messages/abc/", "/invitations/def/"):
        AbuseReport.objects.create(
            user=by, reported=of, about=about, reason="other", trusted=False, sent_at=timezone.now()
        )
    AbuseReport.objects.create(user=by, reported=mod, about="/x/", reason="other", trusted=False)
    links = page(as_mod.get(f"{QUEUE}?kind=report")).links()
    assert "/moderation/messages/abc/" in links
    assert f"/moderation/events/?account={of.pk}" in links
    assert len(titles(as_mod)) == 2
    AbuseReport.objects.update(decided_at=timezone.now())
    assert titles(as_mod) == []


def test_what_waits_elsewhere_is_counted(as_mod: Client) -> None:
    OutboxEvent.objects.create(kind="mail", payload={}, parked_at=timezone.now())
    shown = page(as_mod.get(QUEUE))
    assert "/moderation/admin/lib/outboxevent/" in shown.links()
    assert "1 outbox event parked" in shown.text
    assert "/moderation/admin/" in shown.links()


def test_the_queue_takes_as_many_statements_for_one_case_as_for_many(as_mod: Client) -> None:
    waiting()
    one = asked(as_mod, QUEUE)
    for days, kind in enumerate(Correction.Kind.values):
        corrected(kind, days)
    waiting("Bo Roe")
    assert asked(as_mod, QUEUE) == one <= 10


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "under an hour"), (1, "1 hour"), (23, "23 hours"), (24, "1 day"), (72, "3 days")],
)
def test_ages_in_words(hours: int, words: str) -> None:
    assert age_words(timedelta(hours=hours, minutes=5)) == words


# One case


def test_a_case_has_everything_side_by_side(as_mod: Client) -> None:
    claim = waiting()
    twin = person("xue.lin@university.example", name="Хue Lin")  # a Cyrillic first letter
    shown = page(as_mod.get(at(claim))).text
    for told in ("I am Xue Lin", "These are my works.", WORDS, "supporting", "Ann Lee",
                 "at mail.example", "Accept", "Ask for more evidence", "Reject", "Claim opened",
                 "university.example", "same name to the eye"):  # fmt: skip
        assert told in shown
    assert claim.user.email not in shown
    assert twin.email not in shown


def test_the_circles_of_a_flagged_record_are_told_apart(as_mod: Client) -> None:
    publish(*(work("Xue Lin", "Ann Lee") for _ in range(2)))
    publish(*(work("Xue Lin", "Bo Roe") for _ in range(2)))
    claim = waiting(author=Author.objects.get(name="Xue Lin"))
    shown = page(as_mod.get(at(claim)))
    circles = [item.text for item in shown.all("li", class_="card")]
    assert len(circles) == 2
    assert {"Ann Lee" in circles[0], "Ann Lee" in circles[1]} == {True, False}
    assert "may be several people" in shown.text
    assert "no reviewer has decided on it" in shown.text
    assert send(as_mod, claim, "accept").status_code == 409
    assert send(as_mod, claim, "clear").status_code == 303
    assert send(as_mod, claim, "accept").status_code == 303
    assert fresh(claim).state == "accepted"


def test_the_orcid_record_is_told_with_who_put_it_there(as_mod: Client) -> None:
    author, now = record("Xue Lin", orcid=IDS[0]), timezone.now()
    user = account("Xue Lin", orcid=IDS[0])
    claim = claim_open(claimant(user), author, now - timedelta(days=2))
    assert isinstance(claim, Claim)
    evidence_add_orcid(claim, claimant(user), now)
    claim_submit(claim, claimant(user), "", now)
    shown = page(as_mod.get(at(claim))).text
    assert IDS[0] in shown
    assert "put on by crossref" in shown
    assert "3 works with an iD" in shown


def test_other_claims_are_beside_it(as_mod: Client) -> None:
    author = record("Xue Lin", "Ann Lee")
    first, second = waiting(author=author), waiting("Bo Roe", author)
    third = waiting("Cy Poe", user=first.user)
    links = page(as_mod.get(at(first))).links()
    assert at(second) in links
    assert at(third) in links


def test_a_case_takes_as_many_statements_for_little_as_for_much(as_mod: Client) -> None:
    author = record("Xue Lin", "Ann Lee")
    claim = waiting(author=author)
    one = asked(as_mod, at(claim))
    now = timezone.now()
    for number in range(5):
        evidence_add_written(claim, claimant(claim.user), f"{WORDS} {number}", now)
        waiting(f"Bo Roe {'ABCDE'[number]}", author)
    waiting("Cy Poe", user=claim.user)
    assert asked(as_mod, at(claim)) == one <= 40


def test_hostile_words_stay_words(as_mod: Client) -> None:
    user = account("<script>alert(1)</script>")
    claim = waiting(author=record("Xue Lin"), user=user)
    Claim.objects.filter(pk=claim.pk).update(statement="<b>{{ x }}</b>\u202e")
    html = as_mod.get(at(claim)).content.decode()
    assert "<script>alert" not in html
    assert "<b>{{ x }}" not in html


# Decisions


def test_accepting_and_what_the_person_is_told(as_mod: Client) -> None:
    claim = waiting()
    response = send(as_mod, claim, "accept", note="Welcome.")
    assert (response.status_code, response["Location"]) == (303, f"{at(claim)}?done=accept")
    assert (fresh(claim).state, fresh(claim).note) == ("accepted", "Welcome.")
    assert "the person is told" in page(as_mod.get(response["Location"])).text
    told = OutboxEvent.objects.filter(kind="notice").latest("pk").payload
    assert (told["what"], told["user"]) == ("claim_accept", claim.user_id)


@pytest.mark.parametrize("do", ["ask", "reject", "revoke"])
def test_a_named_reason_is_asked_for(as_mod: Client, do: str) -> None:
    claim = held() if do == "revoke" else waiting()
    before = fresh(claim).state
    assert send(as_mod, claim, do).status_code == 422
    response = send(as_mod, claim, do, reason="made_up", note="Kept words.")
    assert response.status_code == 422
    assert "Kept words." in page(response).text
    assert fresh(claim).state == before
    assert send(as_mod, claim, do, reason="not_shown").status_code == 303
    assert fresh(claim).reason == "not_shown"
    told = OutboxEvent.objects.filter(kind="notice").latest("pk").payload
    assert (told["what"], told["reason"]) == (f"claim_{do}", "not_shown")


@pytest.mark.parametrize(
    ("do", "undo", "state"),
    [("reject", "reconsider", "submitted"), ("revoke", "restore", "accepted")],
)
def test_what_was_decided_is_undone(as_mod: Client, do: str, undo: str, state: str) -> None:
    claim = held() if do == "revoke" else waiting()
    send(as_mod, claim, do, reason="not_shown")
    assert undo in [box["value"] for box in page(as_mod.get(at(claim))).all("input", name="do")]
    assert send(as_mod, claim, undo).status_code == 303
    assert fresh(claim).state == state


def test_a_page_older_than_the_claim_decides_nothing(as_mod: Client) -> None:
    claim = waiting()
    send(as_mod, claim, "ask", reason="unreadable")
    form = {"do": "reject", "version": claim.version, "reason": "not_shown", "note": "My words."}
    response = as_mod.post(at(claim), form)
    assert response.status_code == 409
    assert "has changed since you loaded" in page(response).text
    assert "My words." in page(response).text
    assert fresh(claim).state == "needs_evidence"


def test_forged_fields_are_ignored(as_mod: Client) -> None:
    claim, other = waiting(), waiting("Bo Roe")
    forged = {"state": "accepted", "level": 4, "author": other.author_id, "user": 1,
              "decided_by": other.user_id, "public_id": other.public_id, "trust": 99}  # fmt: skip
    send(as_mod, claim, "ask", reason="unreadable", **forged)
    now = fresh(claim)
    assert (now.state, now.level, now.author_id) == ("needs_evidence", 0, claim.author_id)
    assert now.decided_by != other.user_id
    assert fresh(other).state == "submitted"


@pytest.mark.parametrize(
    "forged",
    [{"do": "prove"}, {"do": "stand"}, {"do": "release"}, {"do": ""}, {"do": "accept\n"},
     {"version": ""}, {"version": "x"}, {"version": "9" * 30}, {"do": "freeze"},
     {"do": "judge", "verdict": "maybe"}],
)  # fmt: skip
def test_what_is_no_step_is_refused(as_mod: Client, forged: dict[str, str]) -> None:
    claim = waiting()
    before = ClaimEvent.objects.count()
    response = as_mod.post(at(claim), {"do": "accept", "version": claim.version} | forged)
    assert response.status_code in (409, 422)
    assert ClaimEvent.objects.count() == before


def test_evidence_and_challenges_of_another_case_are_not_found(as_mod: Client) -> None:
    claim, other = waiting(), waiting("Bo Roe")
    foreign = Evidence.objects.get(claim=other).public_id
    for evidence in (foreign, "no-such-one"):
        response = send(as_mod, claim, "judge", verdict="accepted", evidence=evidence)
        assert response.status_code == 404
    assert send(as_mod, claim, "admit", challenge="no-such-one").status_code == 404
    assert denials() == ["evidence", "evidence", "challenge"]
    assert Evidence.objects.get(claim=other).facts["verdict"] == ""


@pytest.mark.parametrize(("verdict", "strength"), [("accepted", "supporting"), ("refused", "none")])
def test_written_evidence_is_judged(as_mod: Client, verdict: str, strength: str) -> None:
    claim = waiting()
    evidence = Evidence.objects.get()
    send(as_mod, claim, "judge", verdict=verdict, evidence=evidence.public_id)
    evidence.refresh_from_db()
    assert (evidence.reason, evidence.strength) == (f"written_{verdict}", strength)


def test_a_famous_record_takes_two_reviewers(as_mod: Client) -> None:
    claim = waiting()
    AuthorFacts.objects.filter(author=claim.author).update(followers=5_000)
    response = send(as_mod, claim, "accept")
    assert response["Location"].endswith("?done=voted")
    shown = page(as_mod.get(at(claim))).text
    assert "A second reviewer has to agree." in shown
    assert send(as_mod, claim, "accept")["Location"].endswith("?done=voted")
    assert fresh(claim).state == "submitted"
    second = signed_in_as(staff("second@example.org", name="Sue Second"))
    assert "Mo asked for this: with you it takes effect" in page(second.get(at(claim))).text
    assert send(second, claim, "accept")["Location"].endswith("?done=accept")
    assert fresh(claim).state == "accepted"


# Disputes


def test_a_challenge_is_admitted(as_mod: Client) -> None:
    author = record("Xue Lin", "Ann Lee")
    holder, rival = held(author=author), waiting("Bo Roe", author)
    challenge = Challenge.objects.get()
    shown = page(as_mod.get(at(rival))).text
    assert "the holder knows nothing of it" in shown
    assert send(as_mod, rival, "admit", challenge=challenge.public_id).status_code == 303
    assert fresh(holder).state == "disputed"
    assert "window open for 13 days" in page(as_mod.get(at(holder))).text


@pytest.mark.parametrize(("do", "holds"), [("uphold", "accepted"), ("overturn", "revoked")])
def test_a_dispute_takes_two_reviewers_with_both_statements_before_them(
    as_mod: Client, do: str, holds: str
) -> None:
    holder, rival, _ = disputed()
    shown = page(as_mod.get(at(holder))).text
    assert "I wrote them." in shown
    assert "No, I did." in shown
    assert f"{at(holder)}#decide" in page(as_mod.get(at(rival))).links()
    for _ in range(2):
        assert send(as_mod, holder, do, reason="other_person").status_code == 303
    assert fresh(holder).state == "disputed"
    second = signed_in_as(staff("second@example.org", name="Sue Second"))
    assert send(second, holder, do, reason="other_person").status_code == 303
    assert fresh(holder).state == holds


def test_nothing_is_decided_before_both_were_heard(as_mod: Client) -> None:
    holder, _, _ = disputed()
    Challenge.objects.update(holder_heard_at=None)
    response = send(as_mod, holder, "overturn", reason="other_person")
    assert response.status_code == 409
    assert "Both are heard first" in page(response).text
    assert not ClaimEvent.objects.filter(step="voted").exists()


# Freezing


def whole(claim: Claim) -> dict[str, Any]:
    found = Claim.objects.filter(pk=claim.pk).values().get()
    return found | {"evidence": list(Evidence.objects.filter(claim=claim).order_by("pk").values())}


def test_a_frozen_claim_is_afterwards_what_it_was(as_mod: Client) -> None:
    claim = held()
    before, facts = whole(claim), AuthorFacts.objects.filter(author=claim.author).values().get()
    assert send(as_mod, claim, "freeze").status_code == 422
    send(as_mod, claim, "freeze", note="We look into a report.")
    assert "We look into a report." in page(as_mod.get(at(claim))).text
    refused = evidence_add_written(claim, claimant(claim.user), f"{WORDS} More.", timezone.now())
    assert getattr(refused, "code", "") == "frozen"
    send(as_mod, claim, "unfreeze")
    assert whole(claim) == before
    assert AuthorFacts.objects.filter(author=claim.author).values().get() == facts


def test_an_account_is_frozen_with_all_its_claims_and_opens_no_other(as_mod: Client) -> None:
    first = held()
    second = waiting("Bo Roe", user=first.user)
    bystander = waiting("Cy Poe")
    before = [whole(claim) for claim in (first, second, bystander)]
    send(as_mod, first, "freeze_account", note="We look into a report.")
    assert [fresh(claim).frozen_at is None for claim in (first, second, bystander)] == [
        False, False, True,
    ]  # fmt: skip
    more = claim_open(claimant(first.user), record("Di Moe"), timezone.now())
    assert getattr(more, "code", "") == "frozen"
    send(as_mod, second, "unfreeze_account")
    assert [whole(claim) for claim in (first, second, bystander)] == before
    assert isinstance(claim_open(claimant(first.user), record("Ed Noe"), timezone.now()), Claim)


def test_what_a_frozen_person_says_is_hidden_and_kept(as_mod: Client) -> None:
    claim, public = held(), Client()
    place, owner = f"/researchers/{claim.author.slug}/", signed_in_as(claim.user)
    said = {"do": "save", "tagline": "How tides move sand", "links": "https://example.org/me"}
    assert owner.post(f"{place}edit/", said).status_code == 303
    refresh_all()
    before, profile = shown_of(public, place), Profile.objects.values().get()
    assert "How tides move sand" in before
    send(as_mod, claim, "freeze", note="We look into a report.")
    refresh_all()
    assert "How tides move sand" not in shown_of(public, place)
    assert owner.get(f"{place}edit/").status_code == 403
    assert owner.post(f"{place}edit/", said | {"tagline": "Another"}).status_code == 403
    assert "We look into a report." in page(owner.get(f"/claims/{claim.public_id}/")).text
    send(as_mod, claim, "unfreeze")
    refresh_all()
    assert shown_of(public, place) == before
    assert Profile.objects.values().get() == profile


def shown_of(client: Client, place: str) -> str:
    return page(client.get(place)).one("main").text


# The log


def test_the_log_of_an_account_and_of_all(as_mod: Client) -> None:
    claim = waiting()
    AuditEvent.objects.create(kind="login_failed", user_id=claim.user_id, detail={"tries": 3})
    AuditEvent.objects.create(kind="something_else", user_id=10**12)
    own = page(as_mod.get(f"/moderation/events/?account={claim.user_id}")).text
    assert "login failed" in own
    assert "tries 3" in own
    assert "something else" not in own
    assert "something else" in page(as_mod.get("/moderation/events/")).text
    assert as_mod.post("/moderation/events/").status_code == 405


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "١", "9" * 40])
def test_no_account_has_such_a_number(as_mod: Client, number: str) -> None:
    assert as_mod.get("/moderation/events/", {"account": number}).status_code == 404


def test_pages_of_the_log(as_mod: Client) -> None:
    AuditEvent.objects.bulk_create(
        AuditEvent(kind=f"kind {number}", user_id=7) for number in range(51)
    )
    first = page(as_mod.get("/moderation/events/?account=7"))
    assert "/moderation/events/?account=7&page=2" in first.links()
    assert len([one for one in first.all("b") if one.text.startswith("kind")]) == 50
