"""Who is suppressed is on no page, and staff grant it from the note that asks for it."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib import pages
from bzpeer.lib.models import AuditEvent
from claims.models import Claim, Correction, TrustScore
from graph import slices
from graph.models import Collaboration, Slice
from profiles.models import Follow, User
from tests.db.test_suppression import ALL, FIRST, HER, NAME, NEEDLES, TITLE, newer
from tests.factories.accounts import signed_in_as, staff
from tests.factories.commands import run
from tests.factories.corpus import author, facts_of, publish, refresh_all, take_in
from tests.factories.records import topics, work
from tests.factories.traces import stored
from tests.web.crawl import crawl
from tests.web.dom import html, page
from works.models import Author, Suppression, Work

pytestmark = pytest.mark.django_db
NEW = "/moderation/suppressions/new/"
PARTS = ("", "works/", "trust/", "graph/", "graph/slice/", "follow/", "claim/")


@pytest.fixture
def mod(db: None) -> Client:
    return signed_in_as(staff())


@pytest.fixture
def her(db: None) -> Author:
    """A record with all that hangs on one: a drawing, a follower, a note, a claim."""
    publish(*ALL, work(HER, "Ann Lee", title="Kelp and its keepers", categories=topics("cs.LG")))
    found = author(NAME)
    for one in (found, author("Ann Lee")):
        slices.build(one.pk, timezone.now())
    fan = User.objects.create_user("fan@example.org", "correct horse")
    Follow.objects.create(user=fan, author=found)
    Claim.objects.create(user=fan, author=found, statement=f"I am {NAME}.")
    note("I am Quirina Zwolfsberg: take me out, please.", f"/researchers/{found.slug}/", NAME)
    return found


def note(message: str, record: str, title: str = "", **fields: Any) -> Correction:
    return Correction.objects.create(
        once=f"once {Correction.objects.count()}",
        record=record,
        record_title=title,
        kind="remove",
        message=message,
        **fields,
    )


def grant(mod: Client, found: Author, **more: object) -> None:
    said = {"record": found.slug, "reason": "objection", "confirmed": "on"}
    assert mod.post(NEW, said | more).status_code == 303


def test_nothing_public_and_nothing_stored_names_the_person(mod: Client, her: Author) -> None:
    sent = Correction.objects.get()
    grant(mod, her, note=sent.pk)
    refresh_all()
    for _ in range(2):
        assert stored(NEEDLES) == set()
        seen = dict(crawl(Client()))
        assert len(seen) > 10
        shown = {address: html(response).lower() for address, response in seen.items()}
        assert [a for a, text in shown.items() if any(n.lower() in text for n in NEEDLES)] == []
        assert [a for a in seen if her.public_id in a] == []
        take_in(*newer(*ALL))
        refresh_all()


def test_before_any_refresh_the_pages_of_others_are_clean(mod: Client, her: Author) -> None:
    visitor, lee = Client(), author("Ann Lee")
    places = [f"/researchers/{lee.slug}/{part}" for part in PARTS]
    places += [f"/works/{pk}/" for pk in Work.objects.values_list("pk", flat=True)]
    places += ["/search/?q=quirina", "/researchers/?letter=Z", "/", "/topics/arxiv-cs-lg/"]
    kept = pages.KEPT.most
    pages.KEPT.most = 10**6
    try:
        for place in places:
            visitor.get(place)
        grant(mod, her)
        for place in places:
            text = visitor.get(place, follow=True).content.decode().lower()
            text = text.replace("quirina</h1>", "").replace('value="quirina"', "")
            assert "zwolfsberg" not in text, place
    finally:
        pages.KEPT.most = kept
    assert facts_of("Ann Lee").circles == []
    assert [row[1] for row in facts_of("Ann Lee").company] == ["Bo Mato", "Cy Day"]
    assert not Slice.objects.exists()
    assert not Collaboration.objects.filter(other=her).exists()


@pytest.mark.parametrize("part", [*PARTS, ".json"])
def test_the_address_is_gone_and_says_no_name(mod: Client, her: Author, part: str) -> None:
    grant(mod, her)
    old = f"/researchers/{her.slug}{part}" if part == ".json" else f"/researchers/{her.slug}/{part}"
    for place in (old, old.replace(her.slug, her.public_id)):
        for client in (Client(), mod):
            response = client.get(place)
            text = response.content.decode().replace(place, "")
            assert response.status_code == 410
            assert "removed" in text
            assert "zwolfsberg" not in text.lower()
        assert Client().get(f"/researchers/{her.slug}/correct/").status_code == 404
    refresh_all()
    assert Client().get(old).status_code == 410


def test_a_held_copy_is_not_confirmed(mod: Client, her: Author) -> None:
    place = f"/researchers/{her.slug}/"
    held = Client().get(place)["ETag"]
    grant(mod, her)
    assert Client().get(place, headers={"If-None-Match": held}).status_code == 410
    assert "max-age=0, s-maxage=60" in Client().get("/")["Cache-Control"]


def test_the_byline_keeps_the_place_and_links_nowhere(mod: Client, her: Author) -> None:
    grant(mod, her)
    pk = Work.objects.get(title_text=TITLE).pk
    text = Client().get(f"/works/{pk}/").content.decode()
    assert "</a>, <i>name withheld</i>, <a" in text
    assert "more</span>" not in text.partition('class="byline"')[2].partition("</p>")[0]
    listed = Client().get(f"/researchers/{author('Ann Lee').slug}/").content.decode()
    assert "<i>name withheld</i>, <a" in listed


def test_the_note_is_answered_and_emptied_and_its_ticket_still_tells(
    mod: Client, her: Author
) -> None:
    sent = Correction.objects.get()
    admin = mod.get(f"/moderation/admin/claims/correction/{sent.pk}/change/")
    way = next(a for a in page(admin).links() if a.startswith(NEW))
    assert NAME in mod.get(way).content.decode()
    about_work = note(f"{NAME} is no author of it.", "/works/1/", "A title")
    other = note("Ann Lee is no author of it.", "/works/1/", "A title")
    grant(mod, her, note=sent.pk)
    ticket = Client().get(f"/corrections/{sent.token}/").content.decode()
    assert "The record is removed" in ticket
    assert "is deleted" in ticket
    about_work.refresh_from_db()
    other.refresh_from_db()
    assert (about_work.state, about_work.message) == ("open", "")
    assert other.message == "Ann Lee is no author of it."
    assert mod.get(f"/moderation/admin/claims/correction/{sent.pk}/change/").status_code == 200
    event = AuditEvent.objects.get(kind="suppressed")
    assert event.detail == {
        "suppression": Suppression.objects.get().pk,
        "why": "objection",
        "note": sent.pk,
    }
    assert not Claim.objects.exists()
    refresh_all()
    assert not Follow.objects.exists()
    assert not TrustScore.objects.filter(author=her, score__gt=0).exists()


def test_what_was_sent_still_cannot_be_changed(her: Author) -> None:
    sent = Correction.objects.filter(pk=Correction.objects.get().pk)
    whole = dict.fromkeys(("record", "record_title", "message", "name", "email"), "")
    for kept in ("record", "record_title", "message"):
        change = {name: value for name, value in whole.items() if name != kept}
        with pytest.raises(IntegrityError, match="stays as it was sent"), transaction.atomic():
            sent.update(**change)
    for also in ({"kind": "fact"}, {"state": "answered", "answer": "Yes."}, {"token": "x"}):
        with pytest.raises(IntegrityError, match="stays as it was sent"), transaction.atomic():
            sent.update(**whole | also)


def test_the_page_says_what_will_go(mod: Client, her: Author) -> None:
    publish(work(NAME, title="An introduction to the ways of herring gulls"))
    text = mod.get(NEW, {"record": f"https://example.org/researchers/{her.slug}/"}).content.decode()
    assert "3 works" in text
    assert "Other records of this name" in text
    assert "known by its name alone" not in text
    by_name = Author.objects.get(name=NAME, key_scheme="name")
    assert "known by its name alone" in mod.get(NEW, {"record": by_name.slug}).content.decode()


@pytest.mark.parametrize(
    "said", [{}, {"reason": "objection"}, {"confirmed": "on"}, {"reason": "x", "confirmed": "on"}]
)
def test_nothing_happens_unconfirmed(mod: Client, her: Author, said: dict[str, str]) -> None:
    response = mod.post(NEW, {"record": her.slug} | said)
    assert response.status_code == 422
    assert "Nothing is done yet" in response.content.decode()
    assert author(NAME) == her


@pytest.mark.parametrize("record", ["", "nobody-abc1234", "/works/1/", "x" * 5_000])
def test_what_is_no_record(mod: Client, record: str) -> None:
    assert mod.get(NEW, {"record": record}).status_code == 404


def test_others_are_kept_out(her: Author) -> None:
    someone = signed_in_as(User.objects.create_user("eve@example.org", "correct horse"))
    for place in ("/moderation/suppressions/", NEW, "/moderation/suppressions/1/lift/"):
        assert someone.post(place, {"record": her.slug}).status_code == 403
        assert Client().post(place, {"record": her.slug}).status_code == 302
    assert author(NAME) == her


def test_lifting_says_what_it_cannot_do(mod: Client, her: Author) -> None:
    grant(mod, her)
    listed = mod.get("/moderation/suppressions/", {"done": "suppressed"}).content.decode()
    assert "the next import brings the person back, what was deleted stays deleted" in listed
    assert "zwolfsberg" not in listed.lower()
    number = Suppression.objects.get().pk
    assert mod.post(f"/moderation/suppressions/{number}/lift/").status_code == 303
    assert AuditEvent.objects.filter(kind="suppression_lifted").count() == 1
    publish(FIRST)
    assert author(NAME).pk != her.pk


def test_the_list_costs_the_same_for_one_and_for_twenty(mod: Client) -> None:
    everybody = [f"Jo {letter}son" for letter in "ABCDEFGHIJKLMNOPQRST"]
    publish(work(*everybody, title=TITLE))
    counts = []
    for some in (everybody[:1], everybody[1:]):
        for name in some:
            grant(mod, author(name))
        with CaptureQueriesContext(connection) as said:
            assert mod.get("/moderation/suppressions/").status_code == 200
        counts.append(len(said))
    assert counts[0] == counts[1]


def test_an_older_backup_forgets_again(mod: Client, her: Author, tmp_path: Path) -> None:
    """The backup is a savepoint from before the suppression."""
    file = tmp_path / "suppressions.json"
    backup = transaction.savepoint()
    grant(mod, her)
    assert run("export_suppressions", file).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert not any(needle.lower() in file.read_text().lower() for needle in NEEDLES)
    transaction.savepoint_rollback(backup)
    assert author(NAME) == her
    assert not Suppression.objects.exists()
    for emptied in ("emptied=1\n", "emptied=0\n"):
        assert run("reapply_suppressions", file).output == emptied
        refresh_all()
        assert stored(NEEDLES) == set()
        take_in(*newer(*ALL))
    assert Client().get(f"/researchers/{her.slug}/").status_code == 410
    assert Suppression.objects.get().author == her


def test_a_backup_without_the_record_is_warned_all_the_same(
    mod: Client, her: Author, tmp_path: Path
) -> None:
    file = tmp_path / "suppressions.json"
    grant(mod, her)
    run("export_suppressions", file)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE works_suppression, works_suppressionsecret CASCADE")
        cursor.execute("TRUNCATE works_report, works_work, works_reportkey CASCADE")
    assert run("reapply_suppressions", file).output == "emptied=0\n"
    publish(*ALL)
    assert stored(NEEDLES) == set()


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nothing"])
def test_what_is_no_list_of_suppressions_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    assert run("reapply_suppressions", file).code == 1
    assert run("reapply_suppressions", tmp_path / "none.json").code == 1


def test_another_secret_is_refused(mod: Client, her: Author, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    grant(mod, her)
    run("export_suppressions", file)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE works_suppressionsecret SET value = 'other'")
    assert "another secret" in run("reapply_suppressions", file).error
