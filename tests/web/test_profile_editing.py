"""What the holder of a record says on its page, and which works they say are theirs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bzpeer.lib.models import AuditEvent
from claims.claim_steps import Said
from claims.claiming import (
    claim_clear_flag,
    claim_decide,
    claim_freeze,
    claim_release,
    claim_unfreeze,
)
from claims.models import Claim
from profiles.account_erasure import erase
from profiles.domain import links
from profiles.models import Profile, User
from tests.factories import institutions
from tests.factories.accounts import signed_in_as
from tests.factories.claims import account, claimant, reviewer
from tests.factories.commands import run
from tests.factories.corpus import author, author_of, facts_of, publish, refresh_all
from tests.factories.records import changed, line, topics, work
from tests.web.addresses import researcher
from tests.web.dom import html, page
from tests.web.hostile import HOSTILE
from tests.web.test_claims import claimed, words_of
from tests.web.test_links import check_sound
from works.domain.records import WorkRecord
from works.models import Author, AuthorFacts, Authorship, Work

pytestmark = pytest.mark.django_db

SAID = {
    "do": "save",
    "tagline": "How tides move sand",
    "role": "Professor of coasts",
    "links": "https://example.org/me My page\nhttps://code.example.org/",
    "open_to_collaborate": "on",
    "other_names": "Anna Lee\nA. Marsh",
    "shown_name": "",
    "affiliation": "",
}


def holder(name: str = "Ann Lee", *records: WorkRecord) -> tuple[Client, Author, Claim]:
    """Somebody signed in who speaks for a record of three works."""
    publish(*(records or [work(name, "Bo Mato", categories=topics("cs.LG")) for _ in range(3)]))
    found = author(name)
    claim = claimed(account(name), found)
    refresh_all()
    return signed_in_as(claim.user), author(name), claim


def edit(client: Client, found: Author, **more: Any) -> HttpResponseBase:
    return client.post(researcher(found, "edit/"), SAID | more)


# What the page says


def test_what_is_said_is_shown_at_once_beside_what_is_imported() -> None:
    client, lee, claim = holder()
    held = Client().get(researcher(lee))["ETag"]
    imported = page(Client().get(researcher(lee))).one("p", class_="tagline").text
    response = edit(client, lee)
    assert (response.status_code, response["Location"]) == (303, researcher(lee))
    public = Client().get(researcher(lee))
    assert public["ETag"] != held
    shown = words_of(public)
    for said in ("How tides move sand", "Professor of coasts", "Open to collaborate", "A. Marsh"):
        assert said in shown
    assert f"What the sources say: {imported}" in shown
    (mine, code) = (e for e in page(public).all("a") if "ugc" in e.attributes.get("rel", ""))
    assert (mine["href"], mine.text) == ("https://example.org/me", "My page")
    assert (code["href"], code.text) == ("https://code.example.org/", "code.example.org")
    assert {mine["rel"], code["rel"]} == {"nofollow ugc noopener"}
    event = AuditEvent.objects.filter(kind="profile_edited").get()
    assert (event.user_id, event.detail["claim"]) == (claim.user_id, claim.pk)
    assert "How tides move sand" not in str(event.detail)


def test_signed_out_it_is_one_statement_and_the_same_bytes_for_all() -> None:
    client, lee, _ = holder()
    edit(client, lee)
    with CaptureQueriesContext(connection) as captured:
        first = Client().get(researcher(lee))
    assert len(captured) == 1
    assert first.content == Client().get(researcher(lee)).content
    assert "Edit what it says" not in html(first)
    assert "Edit what it says" in html(client.get(researcher(lee)))
    assert "Set-Cookie" not in first.headers
    check_sound(page(first))


def test_the_page_of_the_form_is_sound_and_holds_what_was_kept() -> None:
    client, lee, _ = holder()
    edit(client, lee)
    response = client.get(researcher(lee, "edit/"))
    assert response["Cache-Control"] == "private, no-store"
    shown = page(response)
    check_sound(shown)
    fields = {
        e["name"]: e.attributes.get("value") for e in shown.all("input") if "id" in e.attributes
    }
    assert fields["tagline"] == SAID["tagline"]
    assert [e.text.split() for e in shown.all("textarea")][0] == ["Anna", "Lee", "A.", "Marsh"]


def test_only_the_holder_comes_in(client: Client) -> None:
    _, lee, _ = holder()
    stranger = signed_in_as(account("Eve Stranger"))
    for part in ("edit/", "edit/works/"):
        at = researcher(lee, part)
        assert client.get(at)["Location"].startswith("/accounts/login/?next=")
        assert stranger.get(at).status_code == stranger.post(at, SAID).status_code == 404
        assert stranger.get(researcher("Bo Mato", part)).status_code == 404
        assert stranger.put(at).status_code == 405
    assert not Profile.objects.exists()


def test_a_claim_that_waits_edits_nothing() -> None:
    publish(work("Ann Lee"))
    user = account("Ann Lee")
    client = signed_in_as(user)
    client.post(researcher("Ann Lee", "claim/"))
    assert edit(client, author("Ann Lee")).status_code == 404


def test_a_frozen_claim_edits_nothing_and_is_silent_until_it_is_free() -> None:
    client, lee, claim = holder()
    edit(client, lee, shown_name="Anna Lee-Marsh")
    judge, now = reviewer("Otto Reviewer"), timezone.now()
    before = Profile.objects.values().get()
    claim_freeze(claim, judge, "We look into it.", now)
    refresh_all()
    frozen = Author.objects.get(pk=lee.pk)
    assert "How tides move sand" not in words_of(Client().get(researcher(frozen)))
    assert frozen.name == "Ann Lee"
    for response in (client.get(researcher(frozen, "edit/")), edit(client, frozen)):
        assert response.status_code == 403
        assert "frozen while a reviewer looks at it" in words_of(response)
    claim_unfreeze(claim, judge, now)
    refresh_all()
    free = Author.objects.get(pk=lee.pk)
    assert free.name == "Anna Lee-Marsh"
    assert "How tides move sand" in words_of(Client().get(researcher(free)))
    assert Profile.objects.values().get() == before


def test_a_disputed_record_keeps_what_was_said_and_takes_nothing_new() -> None:
    client, lee, claim = holder()
    edit(client, lee)
    Claim.objects.filter(pk=claim.pk).update(state="disputed")
    AuthorFacts.objects.filter(author=lee).update(claim_state="disputed")
    assert edit(client, lee, tagline="Something else").status_code == 403
    assert "How tides move sand" in words_of(Client().get(researcher(lee)))


def test_what_was_said_goes_with_the_claim_and_comes_back_with_it() -> None:
    client, lee, claim = holder()
    edit(client, lee, shown_name="Anna Lee-Marsh")
    now = timezone.now()
    claim_release(claim, claimant(claim.user), now)
    assert "How tides move sand" not in words_of(Client().get(researcher(author("Anna Lee-Marsh"))))
    refresh_all()
    assert author("Ann Lee").pk == lee.pk
    claim_decide(claim, reviewer("Otto Reviewer"), "restore", Said(), now + timedelta(days=1))
    refresh_all()
    assert "How tides move sand" in words_of(Client().get(researcher(author("Anna Lee-Marsh"))))


def test_a_chosen_name_is_the_pages_and_the_printed_one_stands_beside_the_form() -> None:
    client, lee, _ = holder()
    response = edit(client, lee, shown_name=" Anna   Lee-Marsh ")
    renamed = Author.objects.get(pk=lee.pk)
    assert response["Location"] == researcher(renamed)
    assert renamed.slug.startswith("anna-lee-marsh-")
    assert client.get(researcher(lee)).status_code == 301
    assert "The works print: Ann Lee" in words_of(client.get(researcher(renamed, "edit/")))
    edit(client, renamed, shown_name="")
    assert Author.objects.get(pk=lee.pk).name == "Ann Lee"


def test_an_institution_is_found_and_chosen_and_the_imported_one_stays() -> None:
    institutions.register(institutions.record(1, "North University"))
    client, lee, _ = holder()
    AuthorFacts.objects.filter(author=lee).update(affiliation="Old College")
    found = client.post(researcher(lee, "edit/"), SAID | {"do": "find", "find": "north univ"})
    assert found.status_code == 200
    check_sound(page(found))
    assert "North University" in words_of(found)
    assert 'value="How tides move sand"' in html(found)
    assert not Profile.objects.exists()
    key = str(institutions.institution(1).pk)
    assert edit(client, lee, affiliation=key).status_code == 422  # it was not offered
    assert edit(client, lee, affiliation=key, find="north univ").status_code == 303
    AuthorFacts.objects.filter(author=lee).update(affiliation="Old College")
    shown = page(Client().get(researcher(lee)))
    assert "Last affiliation on a work: Old College." in shown.one("main").text
    places = {e["href"] for e in shown.all("a") if e.text == "North University"}
    assert places == {f"/institutions/{institutions.institution(1).slug}/"}


def test_featured_works_are_ones_own_and_five_at_most() -> None:
    others = [work("Cy Day", title="A work of others")]
    numbers = ("one", "two", "three", "four", "five", "six")
    mine = [work("Ann Lee", title=f"My work {number}") for number in numbers]
    client, lee, _ = holder("Ann Lee", *mine, *others)
    own = [str(w.pk) for w in Work.objects.filter(authorship__author=lee).order_by("pk")]
    foreign = str(Work.objects.get(title_text="A work of others").pk)
    assert edit(client, lee, featured=own).status_code == 422
    assert edit(client, lee, featured=[foreign]).status_code == 422
    assert edit(client, lee, featured=own[:2]).status_code == 303
    rail = page(Client().get(researcher(lee))).one("ul", class_="featured rail-list").text
    assert "My work one" in rail
    Authorship.objects.filter(work_id=own[0]).update(status="rejected")
    run("refresh", "--all")
    rail = page(Client().get(researcher(lee))).one("ul", class_="featured rail-list").text
    assert "My work two" in rail
    assert "My work one" not in rail


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("links", "javascript:alert(1)", "Links: javascript: addresses are not shown"),
        ("links", "http://example.org/", "Links: http: addresses are not shown"),
        ("links", "data:text/html,x", "Links: data: addresses are not shown"),
        ("links", "//example.org/", "is no whole address"),
        ("links", "https://u:p@example.org/", "with a user or a port"),
        ("links", "https://127.0.0.1/", "leads to no named host"),
        ("links", "https://localhost/", "leads to no named host"),
        ("links", "https://example.org\\@evil.org/", "with a user or a port"),
        ("links", "\n".join(f"https://x{n}.example.org/" for n in range(6)), "At most 5 links"),
        ("shown_name", "12345", "is no name of a person"),
        (
            "other_names",
            "\n".join(["Ann A", "Ann B", "Ann C", "Ann D", "Ann E", "Ann F"]),
            "At most",
        ),
        ("tagline", "x" * 161, "at most 160 characters"),
    ],
)
def test_what_is_refused_is_named_by_its_field(field: str, value: str, words: str) -> None:
    client, lee, _ = holder()
    response = edit(client, lee, **{field: value})
    assert response.status_code == 422
    check_sound(page(response))
    assert words in words_of(response)
    assert "Not kept yet." in words_of(response)
    assert not Profile.objects.exists()


@pytest.mark.parametrize("hostile", HOSTILE[::7])
def test_hostile_words_are_words(hostile: str) -> None:
    client, lee, _ = holder()
    kept = hostile.replace("\x00", "")[:60]
    response = edit(client, lee, tagline=kept, role=kept, links=f"https://example.org/ {kept}")
    assert response.status_code in (303, 422)
    check_sound(page(Client().get(researcher(lee))))


@given(st.text(max_size=80))
def test_a_link_is_https_to_a_named_host_or_refused(text: str) -> None:
    try:
        found = links.checked(text)
    except links.Refused:
        return
    assert found.startswith("https://")
    assert found.isascii()
    assert not set(found) & set("\"'<>` \\") - {"'"}


# Mine and not mine


def two_circles() -> list[WorkRecord]:
    """Three works with one group on one topic, and one with another person on another."""
    first = [work("Ann Lee", "Bo Mato", categories=topics("cs.LG"), title=f"Sand {w}")
             for w in ("one", "two", "three")]  # fmt: skip
    return [*first, work("Ann Lee", "Cy Day", categories=topics("math.CO"), title="Knots")]


def place(title: str, position: int = 1) -> str:
    return f"w-{Work.objects.get(title_text=title).pk}-{position}"


def test_a_preview_says_what_changes_and_changes_nothing() -> None:
    client, lee, _ = holder("Ann Lee", *two_circles())
    at = researcher(lee, "edit/works/")
    check_sound(page(client.get(at)))
    before = list(
        Authorship.objects.values_list("work_id", "position", "author_id", "status").order_by(
            "work_id", "position"
        )
    )
    facts = facts_of("Ann Lee")
    said = {place("Knots"): "not", place("Sand one"): "mine"}
    response = client.post(at, said | {"do": "preview"})
    check_sound(page(response))
    told = {row[0]: row[1:] for row in rows_of(response)}
    assert (told["Works"], told["Topics"]) == (["4", "3"], ["2", "1"])
    after = list(
        Authorship.objects.values_list("work_id", "position", "author_id", "status").order_by(
            "work_id", "position"
        )
    )
    assert before == after
    assert facts_of("Ann Lee").version == facts.version
    assert told["Trust"][0] == f"{facts.trust_score}, {facts.trust_band}"
    client.post(at, said | {"do": "keep"})
    kept = facts_of("Ann Lee")
    assert (kept.works, kept.topics, kept.confirmed) == (3, 1, 1)
    assert told["Trust"][1] == f"{kept.trust_score}, {kept.trust_band}"


def rows_of(response: HttpResponseBase) -> list[list[str]]:
    """The cells of a table, row by row."""
    shown = page(response)
    cells = [e for e in shown.elements if e.tag in ("td", "th")]
    rows = shown.all("tr")
    return [[e.text for e in cells if row in e.around] for row in rows]


def test_what_is_kept_survives_every_import(tmp_path: Path) -> None:
    records = two_circles()
    files = [tmp_path / "first.jsonl", tmp_path / "newer.jsonl"]
    files[0].write_bytes(b"".join(map(line, records)))
    newer = [changed(r, record_date="2026-10-01", abstract="We changed a word.") for r in records]
    files[1].write_bytes(b"".join(map(line, newer)))
    assert run("import_works", "bzpeer", files[0]).code == 0
    client, lee, claim = holder("Ann Lee", *records)
    works = {p: author_of("name", "ann lee").pk for p in ("Knots", "Sand one")}
    client.post(
        researcher(lee, "edit/works/"),
        {place("Knots"): "not", place("Sand one"): "mine", "do": "keep"},
    )
    for file in (*files, files[0]):
        assert run("import_works", "bzpeer", file).code == 0
        refresh_all()
        own = Authorship.objects.filter(author=lee).order_by("work__title_text")
        assert list(own.values_list("work__title_text", "status")) == [
            ("Sand one", "confirmed"), ("Sand three", "imported"), ("Sand two", "imported"),
        ]  # fmt: skip
        other = Authorship.objects.get(work__title_text="Knots", position=1).author
        assert other is not None
        assert (other.name, other.authorfacts.claim_state) == ("Ann Lee", "unclaimed")
    assert works["Knots"] == lee.pk
    detail = AuditEvent.objects.get(kind="works_settled").detail
    assert (detail["mine"], detail["not_mine"], detail["claim"]) == (1, 1, claim.pk)


def test_works_of_a_namesake_are_offered_and_taken_back() -> None:
    client, lee, _ = holder("Ann Lee", *two_circles())
    at = researcher(lee, "edit/works/")
    client.post(at, {place("Knots"): "not", "do": "keep"})
    refresh_all()
    shown = words_of(client.get(at))
    assert "Works by others of your name" in shown
    assert "You said that this is not yours" in shown
    client.post(at, {place("Knots"): "mine", "do": "keep"})
    assert facts_of_pk(lee).works == 4
    assert Authorship.objects.get(work__title_text="Knots", position=1).status == "confirmed"


def facts_of_pk(found: Author) -> AuthorFacts:
    return AuthorFacts.objects.get(author=found)


def test_names_of_others_cannot_be_taken() -> None:
    client, lee, _ = holder("Ann Lee", *two_circles())
    at = researcher(lee, "edit/works/")
    forged = {place("Knots", 2): "mine", "w-999999-1": "mine", place("Sand one", 9): "not"}
    response = client.post(at, forged | {"do": "preview"})
    assert "Nothing would change" in words_of(response)
    client.post(at, forged | {"do": "keep"})
    assert facts_of("Cy Day").works == 1
    assert facts_of_pk(lee).works == 4


def test_a_namesake_who_speaks_for_a_record_loses_nothing() -> None:
    client, lee, _ = holder("Ann Lee", *two_circles())
    client.post(researcher(lee, "edit/works/"), {place("Knots"): "not", "do": "keep"})
    refresh_all()
    other = Authorship.objects.get(work__title_text="Knots", position=1).author
    assert other is not None
    claimed(account("Other Lee"), other)
    client.post(researcher(lee, "edit/works/"), {place("Knots"): "mine", "do": "keep"})
    assert facts_of_pk(other).works == 1
    assert "Works by others of your name" not in words_of(
        client.get(researcher(lee, "edit/works/"))
    )


def test_who_holds_a_flagged_record_may_give_but_not_take() -> None:
    client, lee, claim = holder("Ann Lee", *two_circles())
    AuthorFacts.objects.filter(author=lee).update(several=True)
    at = researcher(lee, "edit/works/")
    assert "This record may be several people." in words_of(client.get(at))
    every = {place(title): "mine" for title in ("Knots", "Sand one", "Sand two", "Sand three")}
    response = client.post(at, every | {"do": "keep"})
    assert response.status_code == 409
    assert facts_of_pk(lee).confirmed == 0
    assert client.post(at, {place("Knots"): "not", "do": "preview"}).status_code == 200
    claim_clear_flag(claim, reviewer("Otto Reviewer"), timezone.now())
    assert client.post(at, every | {"do": "keep"}).status_code == 303
    assert facts_of_pk(lee).confirmed == 4


@pytest.mark.parametrize("do", ["", "settle"])
def test_works_know_two_deeds(do: str) -> None:
    client, lee, _ = holder()
    assert client.post(researcher(lee, "edit/works/"), {"do": do}).status_code == 400


def test_editing_asks_as_often_for_one_work_as_for_twenty() -> None:
    counts = []
    for number, name in ((1, "Ann Lee"), (20, "Jo Doe")):
        client, found, _ = holder(name, *(work(name, "Bo Mato") for _ in range(number)))
        asked = []
        for part in ("edit/", "edit/works/"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(researcher(found, part)).status_code == 200
            asked.append(len(captured))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_erasing_the_account_takes_its_words_along() -> None:
    client, lee, claim = holder()
    edit(client, lee, shown_name="Anna Lee-Marsh")
    erase(User.objects.get(pk=claim.user_id))
    refresh_all()
    assert not Profile.objects.exists()
    assert Author.objects.get(pk=lee.pk).name == "Ann Lee"
    assert "How tides move sand" not in words_of(Client().get(researcher(lee)))
