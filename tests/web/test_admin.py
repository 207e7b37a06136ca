"""The moderators' room: closed to all but staff, and mostly to look at."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import F, Model
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from bzpeer.lib import due
from bzpeer.lib.access import Access
from bzpeer.lib.due import DueRow
from bzpeer.lib.models import AuditEvent, OutboxEvent
from bzpeer.lib.moderation import site
from claims.models import Correction
from graph.models import SliceOrder
from profiles.models import User
from tests.factories.accounts import person, staff
from tests.factories.corpus import take_in
from tests.web.dom import Page, page
from tests.web.people import by
from works.models import Author, AuthorChange, ImportReject, ImportRun

pytestmark = pytest.mark.django_db
ADMIN = "/moderation/admin/"
LISTS = {
    "corrections": f"{ADMIN}claims/correction/",
    "audit": f"{ADMIN}lib/auditevent/",
    "mail": f"{ADMIN}lib/outboxevent/",
    "runs": f"{ADMIN}works/importrun/",
    "rejects": f"{ADMIN}works/importreject/",
    "changes": f"{ADMIN}works/authorchange/",
    "slices": f"{ADMIN}graph/sliceorder/",
}


@pytest.fixture
def mod(db: None) -> User:
    return staff()


@pytest.fixture
def as_mod(mod: User) -> Client:
    client = Client()
    client.force_login(mod)
    return client


def sent(number: int = 0, days: float = 0, **fields: Any) -> Correction:
    """A note, sent so many days ago."""
    about = {"record": "/researchers/jo-doe-abc1234/", "record_title": "Jo Doe"}
    made = Correction.objects.create(
        once=f"once {number} {Correction.objects.count()}",
        kind="fact",
        message=f"The year of work {number} is wrong.",
        sent_at=timezone.now() - timedelta(days=days),
        **about | fields,
    )
    made.refresh_from_db()
    return made


def at(found: Model) -> str:
    meta = found._meta
    return f"{ADMIN}{meta.app_label}/{meta.model_name}/{found.pk}/change/"


def reply(client: Client, found: Correction, **given: str) -> Any:
    said = {"state": "answered", "answer": "The year is mended.", "reason": ""} | given
    return client.post(at(found), said)


# The door


def callbacks(entries: Any) -> list[Any]:
    found = []
    for entry in entries:
        if isinstance(entry, URLResolver):
            found += callbacks(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            found.append(entry.callback)
    return found


def test_every_view_of_it_is_for_staff() -> None:
    views = callbacks(site.get_urls())
    assert len(views) > 20
    assert {getattr(view, "access", None) for view in views} == {Access.STAFF}


PLACES = [ADMIN, *LISTS.values(), f"{ADMIN}jsi18n/", f"{ADMIN}login/", f"{ADMIN}logout/",
          f"{ADMIN}password_change/", f"{ADMIN}nothing/", f"{ADMIN}claims/correction/1/change/",
          f"{ADMIN}claims/correction/add/", f"{ADMIN}claims/correction/1/delete/",
          f"{ADMIN}claims/", f"{ADMIN}r/1/1/", f"{ADMIN}autocomplete/"]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_strangers_come_to_our_own_log_in(client: Client, place: str) -> None:
    for response in (client.get(place), client.post(place)):
        assert response.status_code == 302
        assert response["Location"].startswith(f"{reverse('account_login')}?next={place}")


@pytest.mark.parametrize("place", PLACES)
def test_members_who_are_not_staff_are_refused(as_ada: Client, place: str) -> None:
    for response in (as_ada.get(place), as_ada.post(place)):
        assert response.status_code == 403
        assert "This is not yours to do" in response.content.decode()


def test_staff_whose_account_is_closed_are_strangers(as_mod: Client, mod: User) -> None:
    User.objects.filter(pk=mod.pk).update(is_active=False)
    assert as_mod.get(ADMIN).status_code == 302


@pytest.mark.parametrize("place", PLACES)
def test_staff_without_a_second_factor_are_told_to_add_one(place: str) -> None:
    client = Client()
    client.force_login(person("new@example.org", is_staff=True))
    for response in (client.get(place), client.post(place)):
        assert response.status_code == 403
        assert "/accounts/2fa/" in page(response).links()


@pytest.mark.parametrize("place", ["login/", "logout/", "password_change/"])
def test_there_is_no_second_log_in(as_mod: Client, place: str) -> None:
    assert as_mod.get(f"{ADMIN}{place}").status_code == 404


def test_what_staff_find(as_mod: Client) -> None:
    response = as_mod.get(ADMIN)
    assert response["Cache-Control"] == "private, no-store"
    shown = page(response)
    assert set(LISTS.values()) <= set(shown.links())
    assert [f["action"] for f in shown.all("form")] == ["/accounts/logout/"]
    assert not [link for link in shown.links() if "/add/" in link or "auth/" in link]


@pytest.mark.parametrize("name", LISTS)
def test_empty_lists_with_any_question(as_mod: Client, name: str) -> None:
    for query in ("", "?q=x", "?q=%F0%9F%98%80+7", "?q=99999999999999999999", "?p=x&o=-1.2.99"):
        response = as_mod.get(f"{LISTS[name]}{query}")
        assert response.status_code in (200, 302)


@pytest.mark.parametrize("name", LISTS)
def test_nothing_can_be_added_or_deleted(as_mod: Client, name: str) -> None:
    assert as_mod.get(f"{LISTS[name]}add/").status_code == 403
    assert as_mod.post(f"{LISTS[name]}1/delete/", {"post": "yes"}).status_code in (302, 403)


# Corrections


def test_the_oldest_that_waits_is_on_top(as_mod: Client) -> None:
    notes = [sent(n, days) for n, days in enumerate((1, 40, 5))]
    reply(as_mod, sent(3, 50))
    listed = page(as_mod.get(LISTS["corrections"]))
    order = [cell.text for cell in listed.all("th", class_="field-id")]
    assert order[:3] == [str(notes[n].pk) for n in (1, 2, 0)]
    assert len(order) == 4
    assert [cell.text for cell in listed.all("td", class_="field-age")][:3] == [
        "40 days", "5 days", "1 day"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?waiting=3", {1, 2}),
        ("?waiting=30", {1}),
        ("?state__exact=open", {0, 1, 2}),
        ("?state__exact=refused", set()),
        ("?kind__exact=fact&waiting=30", {1}),
        ("?q=%22work+2%22", {2}),
        ("?q=Jo+Doe", {0, 1, 2}),
        ("?q=mila%40example.org", {0}),
    ],
)
def test_filters_and_search(as_mod: Client, query: str, found: set[int]) -> None:
    notes = [sent(0, 1, email="mila@example.org"), sent(1, 40), sent(2, 5)]
    listed = page(as_mod.get(f"{LISTS['corrections']}{query}"))
    shown = {cell.text for cell in listed.all("th", class_="field-id")}
    assert shown == {str(notes[number].pk) for number in found}


def test_a_note_is_read_with_a_way_to_the_record(as_mod: Client) -> None:
    found = sent(4, name="Mila", email="mila@example.org")
    shown = page(as_mod.get(at(found)))
    for text in ("The year of work 4", "Mila", "mila@example.org", "Jo Doe"):
        assert text in shown.text
    assert found.record in shown.links()
    fields = {e["name"] for e in shown.elements if "name" in e.attributes and e.tag != "meta"}
    mine = {name for name in fields if not name.startswith(("_", "csrf"))}
    assert mine == {"state", "answer", "reason"}
    assert found.token not in shown.text


@pytest.mark.parametrize(
    "record", ["/works/1/", "/institutions/north-05gq02987/", "/topics/arxiv-cs-lg/"]
)
def test_the_list_leads_to_the_records(as_mod: Client, record: str) -> None:
    note = sent(record=record, record_title="<i>Jo</i> & Doe")
    shown = page(as_mod.get(LISTS["corrections"]))
    assert {at(note), record} <= set(shown.links())
    assert [cell.text for cell in shown.all("td", class_="field-about")] == ["<i>Jo</i> & Doe"]


def test_an_emptied_note_leads_nowhere(as_mod: Client) -> None:
    sent()
    Correction.objects.update(record="", record_title="", message="", name="", email="")
    shown = page(as_mod.get(LISTS["corrections"]))
    assert [cell.text for cell in shown.all("td", class_="field-about")] == ["–"]


def test_an_answer_from_there(as_mod: Client, mod: User, client: Client) -> None:
    found = sent()
    forged = {"answered_by": "7", "answered_at_0": "2001-01-01", "message": "x", "email": "x@y.z"}
    before = timezone.now()
    response = reply(as_mod, found, **forged)
    assert response.status_code == 302
    kept = Correction.objects.get()
    assert (kept.state, kept.answer, kept.answered_by) == (
        "answered", "The year is mended.", mod.pk
    )  # fmt: skip
    assert kept.answered_at is not None
    assert before <= kept.answered_at <= timezone.now()
    assert (kept.message, kept.email) == (found.message, "")
    event = AuditEvent.objects.get(kind="correction_answered")
    assert (event.user_id, event.detail["correction"]) == (mod.pk, kept.pk)
    assert LogEntry.objects.get().user_id == mod.pk
    assert "The year is mended." in page(client.get(f"/corrections/{kept.token}/")).text


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"state": ""}, "This field is required."),
        ({"state": "open"}, "not one of the available choices"),
        ({"answer": ""}, "Write what the answer is."),
        ({"answer": "short"}, "at least 10 characters"),
        ({"reason": "There is a reason."}, "Only a refusal has a reason."),
        ({"state": "refused"}, "A refusal gives its reason."),
    ],
)
def test_an_answer_that_is_none(as_mod: Client, given: dict[str, str], error: str) -> None:
    found = sent()
    response = reply(as_mod, found, **given)
    assert response.status_code == 200
    assert error in page(response).text
    assert Correction.objects.get().state == "open"


def test_a_second_answer_is_refused(as_mod: Client) -> None:
    found = sent()
    reply(as_mod, found)
    assert reply(as_mod, found, answer="Another answer.").status_code == 403
    shown = page(as_mod.get(at(found)))
    assert "The year is mended." in shown.text
    assert shown.all("textarea") == []


def test_who_answers_a_moment_later_is_told(
    as_mod: Client, mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sent()
    allowed = "claims.admin.CorrectionAdmin.has_change_permission"
    monkeypatch.setattr(allowed, lambda *_: True)  # as it was when the form was asked for
    reply(as_mod, found)
    assert "Somebody else has answered" in page(reply(as_mod, found, answer="Another one.")).text
    assert Correction.objects.get().answer == "The year is mended."
    assert AuditEvent.objects.count() == 1


def test_without_a_token_nothing_is_answered(mod: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(mod)
    assert reply(strict, sent()).status_code == 403
    assert Correction.objects.get().state == "open"


# Lists to look at


@pytest.fixture
def full() -> None:
    """Sixty rows in each list."""
    run = ImportRun.objects.create(source="arxiv-oai", paths=["a.xml"])
    people = [
        Author(
            public_id=f"p{n}", slug=f"p-p{n}", name=f"P {n}", key_scheme="name", key_value=f"{n}"
        )
        for n in range(60)
    ]
    authors = [one.pk for one in Author.objects.bulk_create(people)]
    stuck = {"parked_at": timezone.now(), "attempts": 3, "error": "it broke"}
    for number, found in enumerate(authors):
        sent(number)
        AuditEvent.objects.create(kind="login", user_id=number, ip="192.0.2.1", detail={"a": 1})
        OutboxEvent.objects.create(kind="mail", payload={"text": "a secret code"}, **stuck)
        AuthorChange.objects.create(author_id=found, kind="works", **stuck)
        SliceOrder.objects.create(author_id=found, **stuck)
        ImportReject.objects.create(
            run=run, file="a.xml", position=number, external_id=f"x{number}", field="title",
            reason="empty", raw="<record/>",
        )  # fmt: skip
    ImportRun.objects.bulk_create(ImportRun(source="arxiv-oai") for _ in range(60))


def rows(shown: Page) -> int:
    return len([row for row in shown.all("tr") if row.within("tbody")])


@pytest.mark.parametrize("name", LISTS)
def test_as_many_queries_for_one_row_as_for_fifty(
    full: None, as_mod: Client, name: str, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_max_num_queries(7):
        shown = page(as_mod.get(LISTS[name]))
    assert rows(shown) == 50


def test_the_whole_of_an_event_and_nothing_to_change(full: None, as_mod: Client) -> None:
    for found in (AuditEvent.objects.all()[0], ImportRun.objects.all()[0],
                  ImportReject.objects.all()[0]):  # fmt: skip
        shown = page(as_mod.get(at(found)))
        assert shown.all("textarea") == shown.all("input", type="text") == []
        assert as_mod.post(at(found), {"kind": "x"}).status_code == 403
    assert "&lt;record/&gt;" in as_mod.get(at(ImportReject.objects.all()[0])).content.decode()


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("audit", "?q=login", 50),
        ("audit", "?q=7", 1),
        ("audit", "?q=192.0.2.1", 50),
        ("rejects", "?q=x7", 1),
        ("rejects", "?run__source=arxiv-oai", 50),
        ("runs", "?source=nothing", 0),
    ],
)
def test_search_in_lists(full: None, as_mod: Client, name: str, query: str, found: int) -> None:
    assert rows(page(as_mod.get(f"{LISTS[name]}{query}"))) == found


def test_mail_is_not_read_by_staff(full: None, as_mod: Client) -> None:
    found = OutboxEvent.objects.all()[0]
    for path in (LISTS["mail"], at(found)):
        assert b"a secret code" not in as_mod.get(path).content


# What is parked


def try_again(client: Client, name: str, found: Model) -> Any:
    chosen = {"action": "try_again", "_selected_action": [found.pk]}
    return client.post(LISTS[name], chosen)


def test_only_what_is_parked_is_listed(as_mod: Client) -> None:
    take_in(by("Amy Ash"), by("Bob Birk"))
    AuthorChange.objects.filter(author__name="Bob Birk").update(
        parked_at=timezone.now(), error="division by zero"
    )
    shown = page(as_mod.get(LISTS["changes"]))
    assert rows(shown) == 1
    assert "division by zero" in shown.text
    assert "Amy Ash" not in shown.text


@pytest.mark.parametrize(
    ("name", "model"), [("changes", AuthorChange), ("mail", OutboxEvent), ("slices", SliceOrder)]
)
def test_it_is_tried_again(
    full: None, as_mod: Client, mod: User, name: str, model: type[DueRow]
) -> None:
    found = model._default_manager.order_by("pk")[0]
    model._default_manager.update(due_at=F("due_at") + timedelta(hours=1))
    assert try_again(as_mod, name, found).status_code == 302
    (claimed,) = due.claim(model, 100, timedelta(minutes=1))
    assert (claimed.pk, claimed.attempts, claimed.error) == (found.pk, 1, "")
    assert rows(page(as_mod.get(LISTS[name]))) == 50
    event = AuditEvent.objects.get(kind="parked_retried")
    assert (event.user_id, event.detail) == (mod.pk, {"table": model._meta.db_table, "rows": 1})


def test_what_runs_is_not_started_twice(full: None, as_mod: Client) -> None:
    found = AuthorChange.objects.order_by("pk")[0]
    AuthorChange.objects.update(parked_at=None, attempts=2)
    try_again(as_mod, "changes", found)
    found.refresh_from_db()
    assert found.attempts == 2
