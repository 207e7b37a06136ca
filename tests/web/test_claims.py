"""The pages of a claim: who sees what, in each state, and what comes of what is posted."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib.models import AuditEvent, OutboxEvent
from claims.claim_steps import Said
from claims.claim_words import STATES, STEPS
from claims.claiming import (
    claim_decide,
    claim_freeze,
    claim_open,
    claim_submit,
)
from claims.domain.transitions import TRANSITIONS
from claims.models import Challenge, Claim, ClaimEvent, Evidence
from claims.proving import evidence_add_written
from profiles.models import User
from tests.factories import institutions
from tests.factories.accounts import signed_in_as
from tests.factories.claims import IDS, account, claimant, institution, record, reviewer
from tests.factories.commands import run
from tests.factories.corpus import facts_of, publish, refresh_all
from tests.factories.records import person, work
from tests.web.addresses import researcher
from tests.web.dom import html, page
from tests.web.test_links import check_sound
from works.models import Author, AuthorFacts, Report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]

WORDS = "My group's page names me with these works: https://group.example/people."
WHO = {"do": "submit", "name": "Xue Lin", "words": "I wrote these at Somewhere, with my group."}


def known(name: str = "Xue Lin", *others: str, **fields: Any) -> Author:
    """A record whose imports are older than any claim of it."""
    found = record(name, *(others or ("Ann Lee",)), **fields)
    Report.objects.update(imported_at=timezone.now() - timedelta(days=1))
    return found


def begun(client: Client, author: Author) -> str:
    response = client.post(researcher(author, "claim/"))
    assert response.status_code == 303
    return str(response["Location"])


def claimed(user: User, author: Author) -> Claim:
    """A claim that a reviewer accepted."""
    claim = sent(user, author)
    claim_decide(claim, reviewer(f"Rita {user.pk}"), "accept", Said(), timezone.now())
    return Claim.objects.get(pk=claim.pk)


def sent(user: User, author: Author) -> Claim:
    """A claim that waits for a reviewer."""
    now = timezone.now()
    claim = claim_open(claimant(user), author, now)
    assert isinstance(claim, Claim)
    evidence_add_written(claim, claimant(user), WORDS, now)
    claim_submit(claim, claimant(user), "It is me.", now)
    return Claim.objects.get(pk=claim.pk)


def address(claim: Claim) -> str:
    return f"/claims/{claim.public_id}/"


def sent_code() -> str:
    event = OutboxEvent.objects.filter(kind="mail").latest("pk")
    found = re.search(r"^ {4}(\d+)$", event.payload["text"], re.MULTILINE)
    assert found
    return found[1]


def words_of(response: HttpResponseBase) -> str:
    return " ".join(page(response).one("main").text.split())


def alert(response: HttpResponseBase) -> str:
    found = [e for e in page(response).elements if e.attributes.get("role") == "alert"]
    return " ".join(" ".join(e.text for e in found).split())


# Beginning


def test_a_stranger_is_led_to_log_in_and_back(client: Client) -> None:
    form = researcher(known(), "claim/")
    response = client.get(form)
    assert response["Cache-Control"] == "private, no-store"
    assert f'href="/accounts/login/?next={form.replace("/", "%2F")}"' in html(response)
    assert "csrfmiddlewaretoken" not in html(response)
    assert client.post(form).status_code == 403
    assert not Claim.objects.exists()


def test_posting_makes_one_draft_however_often() -> None:
    author, client = known(), signed_in_as(account("Xue Lin"))
    first, second = begun(client, author), begun(client, author)
    assert first == second
    assert Claim.objects.get().state == "draft"
    assert facts_of("Xue Lin").claim_state == "unclaimed"
    assert "You have claimed this record: Not sent yet" in words_of(
        client.get(researcher(author, "claim/"))
    )


def test_forged_fields_are_ignored() -> None:
    author, other = known(), known("Bo Mato")
    user, victim = account("Xue Lin"), account("Victim Lin")
    client = signed_in_as(user)
    forged = {
        "state": "accepted", "level": "4", "user": str(victim.pk), "author_id": str(other.pk),
        "reviewed_at": "2026-01-01", "cleared_at": "2026-01-01", "trust": "100",
    }  # fmt: skip
    client.post(researcher(author, "claim/"), forged)
    claim = Claim.objects.get()
    client.post(address(claim), WHO | forged)
    claim.refresh_from_db()
    assert (claim.user_id, claim.author_id, claim.state) == (user.pk, author.pk, "submitted")
    assert (claim.level, claim.reviewed_at, claim.cleared_at) == (0, None, None)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("claimed", "Somebody speaks for this record already."),
        ("pending", "That keeps nobody from claiming it"),
    ],
)
def test_a_second_person_reads_what_their_claim_will_be(state: str, words: str) -> None:
    author = known()
    (claimed if state == "claimed" else sent)(account("First Lin"), author)
    client = signed_in_as(account("Xue Lin"))
    assert words in words_of(client.get(researcher(author, "claim/")))
    place = begun(client, author)
    client.post(place, WHO)
    shown = words_of(client.get(place))
    assert ("Your claim is a challenge" in shown) == (state == "claimed")
    assert facts_of("Xue Lin").claim_state == state


def test_too_many_claims_are_too_many() -> None:
    client = signed_in_as(account("Xue Lin"))
    publish(*(work(f"Jo {'abcdefghijk'[n]}son") for n in range(11)))
    authors = list(Author.objects.order_by("pk"))
    found = [client.post(researcher(one, "claim/")).status_code for one in authors]
    assert found == [303] * 10 + [429]


# Whose it is

# The signed in get a form to log out with on every page.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
EVERY = ("", "evidence/", "release/", "code/{evidence}/")


@pytest.mark.parametrize("part", EVERY)
def test_a_stranger_finds_what_is_not_there(part: str) -> None:
    claim = sent(account("Xue Lin"), known())
    evidence = Evidence.objects.get().public_id
    place = address(claim) + part.format(evidence=evidence)
    nothing = "/claims/nothing/" + part.format(evidence="nothing")
    stranger = signed_in_as(account("Eve Stranger"))
    for method in ("get", "post"):
        theirs, none = (
            getattr(stranger, method)(at, {"do": "withdraw"}) for at in (place, nothing)
        )
        assert theirs.status_code == none.status_code
        if theirs.status_code == 404:
            assert TOKEN.sub("", html(theirs)) == TOKEN.sub("", html(none))
        assert theirs.status_code in (404, 405)
    assert "/accounts/login/" in Client().get(place)["Location"]
    assert Claim.objects.get().state == "submitted"


def test_evidence_of_another_claim_is_not_there() -> None:
    first = sent(account("First Lin"), known())
    second = sent(account("Xue Lin"), known("Bo Mato"))
    client = signed_in_as(second.user)
    other = Evidence.objects.get(claim=first)
    taken = client.post(address(second), {"do": "take-back", "evidence": other.public_id})
    assert taken.status_code == 404
    assert client.get(f"{address(second)}code/{other.public_id}/").status_code == 404
    assert Evidence.objects.count() == 2


@pytest.mark.parametrize("part", ["", "evidence/", "release/"])
def test_every_answer_is_kept_by_nobody(part: str) -> None:
    claim = claimed(account("Xue Lin"), known())
    client = signed_in_as(claim.user)
    for at in ("/claims/", address(claim) + part):
        assert client.get(at)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("part", "method"), [("", "put"), ("", "delete"), ("evidence/", "post"), ("release/", "put")]
)
def test_wrong_verbs(part: str, method: str) -> None:
    claim = claimed(account("Xue Lin"), known())
    client = signed_in_as(claim.user)
    assert getattr(client, method)(address(claim) + part).status_code == 405


def test_what_is_no_deed_is_refused() -> None:
    claim = sent(account("Xue Lin"), known())
    client = signed_in_as(claim.user)
    for name in ("", "accept", "prove", "revoke", "release", "judge"):
        assert client.post(address(claim), {"do": name}).status_code == 400
    assert Claim.objects.get().version == claim.version


# Every state


def test_words_for_every_state_and_step() -> None:
    assert set(STATES) == {state for state, _ in Claim._meta.get_field("state").choices or ()}
    assert {step.name for step in TRANSITIONS} <= set(STEPS)


def in_state(state: str, name: str = "Xue Lin") -> Claim:
    """A claim in this state, by steps that are really taken."""
    iD = IDS[0] if state == "disputed" else ""
    author, user, now = known(name, orcid=iD), account(name), timezone.now()
    judge = reviewer(f"Rita of {name}")
    if state == "draft":
        found = claim_open(claimant(user), author, now)
        assert isinstance(found, Claim)
        return found
    claim = sent(user, author)
    if state == "disputed":
        claim_decide(claim, judge, "accept", Said(), now)
        rival = signed_in_as(account("Rival Lin", orcid=IDS[0]))
        place = begun(rival, author)
        rival.post(place, WHO | {"name": name})
        rival.post(place, {"do": "orcid"})
    elif state == "withdrawn":
        signed_in_as(user).post(address(claim), {"do": "withdraw"})
    elif state in DECIDED:
        for name, reason in DECIDED[state]:
            claim_decide(claim, judge, name, Said(reason, "A word to you."), timezone.now())
    return Claim.objects.get(pk=claim.pk)


DECIDED = {
    "accepted": [("accept", "")],
    "rejected": [("reject", "not_shown")],
    "needs_evidence": [("ask", "unreadable")],
    "revoked": [("accept", ""), ("revoke", "misuse")],
}


@pytest.mark.parametrize("state", STATES)
def test_the_page_of_each_state_is_sound_and_says_it(state: str) -> None:
    claim = in_state(state)
    assert claim.state == state
    client = signed_in_as(claim.user)
    response = client.get(address(claim))
    check_sound(page(response))
    shown = words_of(response)
    assert STATES[state].label in shown
    assert STATES[state].meaning in shown
    assert ("Bring evidence" in shown) == (state not in ("rejected", "withdrawn", "revoked"))
    assert "You opened the claim" in shown
    check_sound(page(client.get("/claims/")))
    assert STATES[state].label in words_of(client.get("/claims/"))
    check_sound(page(client.get(researcher(claim.author))))


def test_a_decision_is_told_with_its_reason_and_the_way_to_fix_it() -> None:
    claim = in_state("rejected")
    shown = words_of(signed_in_as(claim.user).get(address(claim)))
    assert "The evidence does not show that you are the person of this record." in shown
    assert "Bring a proof that ties you to its works" in shown
    assert "A word to you." in shown
    assert "Claim the record again" in shown


def test_what_is_missing_is_told_with_level_points_and_what_unlocks() -> None:
    claim = sent(account("Xue Lin"), known())
    shown = words_of(signed_in_as(claim.user).get(address(claim)))
    assert "Show a mailbox in your name at the institution of a recent work" in shown
    assert "L3 +30 points" in shown
    assert "Confirm the claims of your co-authors" in shown
    assert "No strong proof is there yet." in shown


def test_a_flagged_record_waits_for_the_reviewer_and_says_so() -> None:
    author = known(orcid=IDS[0])
    AuthorFacts.objects.filter(author=author).update(several=True)
    client = signed_in_as(account("Xue Lin", orcid=IDS[0]))
    assert "This record may be several people." in words_of(
        client.get(researcher(author, "claim/"))
    )
    place = begun(client, author)
    client.post(place, {"do": "orcid"})
    client.post(place, WHO)
    claim = Claim.objects.get()
    assert (claim.state, facts_of("Xue Lin").level) == ("submitted", 1)
    shown = words_of(client.get(place))
    assert "The record may be several people, and no reviewer has decided on it." in shown
    assert "Wait for a reviewer, who looks at the circles of this record first" in shown


def test_a_frozen_claim_says_why_and_takes_nothing() -> None:
    claim = claimed(account("Xue Lin"), known())
    claim_freeze(claim, reviewer("Otto"), "We look into a report.", timezone.now())
    client = signed_in_as(claim.user)
    response = client.get(address(claim))
    check_sound(page(response))
    assert "We look into a report." in alert(response)
    assert "Bring evidence" not in words_of(response)
    assert client.post(address(claim), {"do": "written", "text": WORDS}).status_code == 409
    released = client.post(f"{address(claim)}release/")
    assert released.status_code == 409
    assert Claim.objects.get().state == "accepted"


# Evidence


def test_a_mailbox_by_its_code_to_the_accepted_claim() -> None:
    institution()
    author = known()
    client = signed_in_as(account("Xue Lin"))
    place = begun(client, author)
    assert "@some.edu, University of Somewhere" in words_of(client.get(place))
    response = client.post(place, {"do": "mailbox", "local": "xue.lin", "domain": "some.edu"})
    code_page = str(response["Location"])
    check_sound(page(client.get(code_page)))
    assert "xue.lin@some.edu" in words_of(client.get(code_page))
    wrong = client.post(code_page, {"code": "00000000"})
    assert wrong.status_code == 422
    assert "The code is wrong, used up or older than ten minutes." in alert(wrong)
    client.post(place, WHO)
    assert Claim.objects.get().state == "submitted"
    done = client.post(code_page, {"code": sent_code()})
    assert done["Location"] == f"{place}#evidence"
    claim = Claim.objects.get()
    assert (claim.state, claim.level) == ("accepted", 3)
    shown = words_of(client.get(place))
    assert "Strong proof" in shown
    assert "good until" in shown
    assert client.get(code_page).status_code == 303
    kinds = AuditEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert [kind for kind in kinds if kind.startswith("claim_")] == [
        "claim_opened", "claim_code_sent", "claim_submit", "claim_prove",
    ]  # fmt: skip


def test_an_institution_as_the_registry_writes_it_with_its_website(tmp_path: Path) -> None:
    names = [{"lang": "en", "types": ["ror_display"], "value": "University of Somewhere"}]
    file = tmp_path / "ror.json"
    file.write_bytes(institutions.dump(institutions.organisation(1, names=names)))
    assert run("import_institutions", "ror", file).code == 0
    author = known()
    client = signed_in_as(account("Xue Lin"))
    assert "@north.example, University of Somewhere" in words_of(client.get(begun(client, author)))


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        (
            {"do": "mailbox", "local": "xue@gmail.com"},
            "Anyone can have an address at this provider",
        ),
        ({"do": "mailbox", "local": "not an address"}, "This is no mail address"),
        ({"do": "linkback", "url": "file:///etc/passwd"}, "no address of a public page"),
        ({"do": "orcid"}, "No ORCID iD is connected to your account."),
        ({"do": "mailbox", "local": ""}, "This field is required."),
        ({"do": "written", "text": "Too short, this."}, "Write at least 40 characters"),
        ({"do": "coauthor"}, "Choose somebody."),
        ({"do": "submit", "name": "Somebody Else", "words": "It is me, really."}, "Select a valid"),
    ],
)
def test_what_cannot_count_is_refused_with_what_was_typed_kept(
    posted: dict[str, str], words: str
) -> None:
    author = known()
    claimed(account("Ann Lee"), Author.objects.get(name="Ann Lee"))
    client = signed_in_as(account("Xue Lin"))
    place = begun(client, author)
    response = client.post(place, posted)
    assert response.status_code == 422
    check_sound(page(response))
    assert words in html(response)
    kept = posted.get("local") or posted.get("url") or posted.get("text") or ""
    assert kept in html(response)
    assert Claim.objects.exclude(state="accepted").get().state == "draft"


def test_the_link_to_paste_is_what_the_worker_looks_for() -> None:
    claim = sent(account("Xue Lin"), known())
    client = signed_in_as(claim.user)
    shown = page(client.get(address(claim))).one("pre").text
    assert shown.startswith('<a rel="me" href="http')
    assert f"{researcher(claim.author)}#{claim.token}" in shown
    client.post(address(claim), {"do": "linkback", "url": "https://www.some.edu/~xlin/"})
    waiting = html(client.get(address(claim)))
    assert f'hx-get="{address(claim)}evidence/?version={claim.version}"' in waiting
    evidence = Evidence.objects.get(kind="linkback")
    Evidence.objects.filter(pk=evidence.pk).update(reason="link_absent")
    piece = client.get(f"{address(claim)}evidence/?version={claim.version}")
    assert "hx-get" not in html(piece)
    assert "Read it again now" in html(piece)
    outdated = client.get(f"{address(claim)}evidence/?version=1")
    assert outdated["HX-Refresh"] == "true"


def test_evidence_is_taken_back() -> None:
    claim = sent(account("Xue Lin"), known())
    evidence = Evidence.objects.get()
    client = signed_in_as(claim.user)
    client.post(address(claim), {"do": "take-back", "evidence": evidence.public_id})
    assert not Evidence.objects.exists()
    assert "This evidence was taken back." in words_of(client.get(address(claim)))


def confirmed_link() -> tuple[Claim, str, User]:
    """A claim whose claimant asked a verified co-author, and the link that this one got."""
    author = known("Xue Lin", "Ann Lee", orcid=IDS[0])
    holder = account("Ann Lee")
    claimed(holder, Author.objects.get(name="Ann Lee"))
    refresh_all()
    client = signed_in_as(account("Xue Lin"))
    place = begun(client, author)
    assert "Ann Lee, 3 common works" in words_of(client.get(place))
    chosen = Author.objects.get(name="Ann Lee").public_id
    response = client.post(place, {"do": "coauthor", "coauthor": chosen})
    assert response.status_code == 303
    told = OutboxEvent.objects.filter(kind="notice", payload__what="confirmation_asked").get()
    return Claim.objects.exclude(user=holder).get(), told.payload["url"], holder


@pytest.mark.parametrize(
    ("answer", "words"),
    [("confirm", "You confirmed"), ("object", "You said that this is somebody")],
)
def test_a_co_author_answers_by_a_click_and_not_by_looking(answer: str, words: str) -> None:
    claim, link, holder = confirmed_link()
    for client in (Client(), signed_in_as(holder)):
        check_sound(page(client.get(link)))
        assert client.get(link)["Cache-Control"] == "private, no-store"
    evidence = Evidence.objects.get(claim=claim)
    assert evidence.reason == "coauthor_asked"
    assert client.post(link, {"answer": "perhaps"}).status_code == 422
    assert words in words_of(client.post(link, {"answer": answer}))
    evidence.refresh_from_db()
    assert evidence.reason == f"coauthor_{'confirms' if answer == 'confirm' else 'objects'}"
    assert "You can say otherwise" in words_of(client.get(link))


def test_the_link_of_a_co_author_is_theirs_alone() -> None:
    claim, link, _ = confirmed_link()
    for user in (claim.user, account("Eve Stranger")):
        client = signed_in_as(user)
        assert client.get(link).status_code == 404
        assert client.post(link, {"answer": "confirm"}).status_code == 404
    assert Client().get(link[:-3] + "x/").status_code == 404
    assert Client().put(link).status_code == 405
    assert Evidence.objects.get(claim=claim).reason == "coauthor_asked"
    secured = Client(enforce_csrf_checks=True)
    assert secured.post(link, {"answer": "confirm"}).status_code == 403


def test_both_sides_of_a_dispute_answer_and_read_no_word_of_the_other() -> None:
    holder = in_state("disputed")
    challenge = Challenge.objects.select_related("claim__user").get()
    sides = ((holder, "I wrote them all."), (challenge.claim, "No, I wrote them."))
    for claim, words in sides:
        client = signed_in_as(claim.user)
        posted = {"do": "dispute", "challenge": challenge.public_id, "words": words}
        response = client.post(address(claim), posted)
        assert response["Location"] == f"{address(claim)}#dispute"
    challenge.refresh_from_db()
    assert (challenge.holder_words, challenge.challenger_words) == tuple(w for _, w in sides)
    for (claim, mine), (_, theirs) in (sides, sides[::-1]):
        shown = words_of(signed_in_as(claim.user).get(address(claim)))
        assert mine in shown
        assert theirs not in shown
        assert "The other side has answered." in shown


def test_a_challenge_that_was_not_admitted_is_hidden_from_the_holder() -> None:
    author = known()
    holder = claimed(account("First Lin"), author)
    rival = sent(account("Xue Lin"), author)
    challenge = Challenge.objects.get()
    assert challenge.admitted_at is None
    shown = words_of(signed_in_as(holder.user).get(address(holder)))
    assert "dispute" not in shown.lower()
    assert "Your claim is a challenge" in words_of(signed_in_as(rival.user).get(address(rival)))
    posted = {"do": "dispute", "challenge": challenge.public_id, "words": "Let me see it."}
    for claim in (holder, rival):
        assert signed_in_as(claim.user).post(address(claim), posted).status_code == 404


# The end


def test_giving_a_record_back_asks_who_it_is_and_then_does_it() -> None:
    claim = claimed(account("Xue Lin"), known())
    place = f"{address(claim)}release/"
    unproved = signed_in_as(claim.user, proved=False)
    for response in (unproved.get(place), unproved.post(place)):
        assert response["Location"].startswith("/accounts/reauthenticate/")
    assert Claim.objects.get().state == "accepted"
    client = signed_in_as(claim.user)
    check_sound(page(client.get(place)))
    assert client.post(place)["Location"] == address(claim)
    assert Claim.objects.get().state == "withdrawn"
    assert facts_of("Xue Lin").claim_state == "unclaimed"
    assert client.get(place).status_code == 303


def test_asking_for_more_is_answered_on_the_page() -> None:
    claim = in_state("needs_evidence")
    client = signed_in_as(claim.user)
    early = client.post(address(claim), {"do": "answer", "words": ""})
    assert early.status_code == 409
    assert "Nothing new has been brought." in alert(early)
    client.post(address(claim), {"do": "written", "text": f"{WORDS} And another page."})
    client.post(address(claim), {"do": "answer", "words": "There is more now."})
    claim.refresh_from_db()
    assert claim.state == "submitted"
    assert claim.statement == "It is me.\n\nThere is more now."


# What others see


@pytest.mark.parametrize(
    ("state", "label", "words"),
    [
        ("draft", "Unclaimed", "Log in to claim"),
        ("submitted", "Claim under review", "keeps nobody from claiming"),
        ("accepted", "Claimed", "speaks for this page"),
        ("disputed", "Claim disputed", "Two people say"),
        ("rejected", "Unclaimed", "Log in to claim"),
        ("revoked", "Unclaimed", "Log in to claim"),
    ],
)
def test_the_profile_says_what_is_public_of_it(state: str, label: str, words: str) -> None:
    claim = in_state(state)
    main = page(Client().get(researcher(claim.author))).one("main")
    public = {"draft": "unclaimed", "submitted": "pending", "accepted": "claimed"}
    assert main["data-claim-state"] == public.get(
        state, "disputed" if state == "disputed" else "unclaimed"
    )
    assert main["data-verification-level"] == f"L{facts_of('Xue Lin').level}"
    text = " ".join(main.text.split())
    assert label in text
    assert words in text
    mine = words_of(signed_in_as(claim.user).get(researcher(claim.author)))
    assert ("Go to your claim" in mine) == (state not in ("rejected", "revoked"))


def test_the_ledger_names_each_proof_with_its_date_and_no_address() -> None:
    institution()
    author = known(orcid=IDS[0])
    client = signed_in_as(account("Xue Lin", orcid=IDS[0]))
    place = begun(client, author)
    client.post(place, {"do": "orcid"})
    code_page = client.post(place, {"do": "mailbox", "local": "xue.lin", "domain": "some.edu"})
    client.post(code_page["Location"], {"code": sent_code()})
    client.post(place, WHO)
    refresh_all()
    today = timezone.now()
    day = f"{today.day} {today:%B %Y}"
    for reader in (Client(), client):
        shown = words_of(reader.get(researcher(author, "trust/")))
        assert f"ORCID sign-in ({day})" in shown
        assert f"mailbox at some.edu ({day})" in shown
        assert "xue.lin@" not in shown
    told = page(client.get(researcher(author, "trust/"))).elements
    assert f"{place}" in {e.attributes.get("href") for e in told if e.tag == "a"}
    line = Client().get(f"/researchers/{author.slug}.json").json()["bzpeer"]["trust"]["lines"][0]
    assert "mailbox at some.edu" in line["evidence"]


# How often the database is asked


def test_pages_ask_as_often_for_one_as_for_twenty() -> None:
    user = account("Xue Lin")
    client = signed_in_as(user)
    author = known()
    claim = sent(user, author)
    counts = []
    for more in (range(1), range(1, 20)):
        names = [f"Jo {chr(97 + number)}son" for number in more]
        publish(*(work(name, "Ann Lee") for name in names))
        for other in Author.objects.filter(name__in=names):
            Claim.objects.create(user=user, author=other)
        Evidence.objects.bulk_create(
            Evidence(claim=claim, kind="written", subject=str(number), reason="written_given")
            for number in more
        )
        ClaimEvent.objects.bulk_create(
            ClaimEvent(claim=claim.pk, user=user.pk, author=author.pk, step="open",
                       state="draft", version=1, role="claimant") for _ in more
        )  # fmt: skip
        counts.append([_asked(client, at) for at in ("/claims/", address(claim))])
    assert counts[0] == counts[1]


def _asked(client: Client, at: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(at).status_code == 200
    return len(captured)


def test_a_co_author_without_a_record_of_their_own_cannot_be_asked() -> None:
    author = known("Xue Lin", "Ann Lee")
    client = signed_in_as(account("Xue Lin"))
    place = begun(client, author)
    assert "None of the co-authors holds a verified record yet." in words_of(client.get(place))
    chosen = Author.objects.get(name="Ann Lee").public_id
    assert client.post(place, {"do": "coauthor", "coauthor": chosen}).status_code == 422
    assert not Evidence.objects.exists()


def test_one_who_is_on_the_record_under_two_names_may_use_either() -> None:
    publish(work(person("Xue Lin", orcid=IDS[0])), work(person("X. Lin", orcid=IDS[0])))
    client = signed_in_as(account("Xue Lin"))
    place = begun(client, Author.objects.get())
    options = [e["value"] for e in page(client.get(place)).all("option")]
    assert options == ["X. Lin", "Xue Lin"]
    client.post(place, WHO | {"name": "X. Lin"})
    assert Claim.objects.get().statement.startswith("On these works as X. Lin.")
