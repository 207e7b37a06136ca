"""Anyone may say what is wrong with a record; what is said is kept, answered, and seen by few."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count, product
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bzpeer.lib.limits import Limit
from bzpeer.lib.models import AuditEvent, OutboxEvent
from claims.correction_records import researcher_record
from claims.corrections import Note, TooMany, correction_answer, correction_send
from claims.domain import notes
from claims.models import Correction
from profiles.models import User
from tests.factories.corpus import author, publish
from tests.web.addresses import any_institution, any_topic, any_work, researcher
from tests.web.dom import page
from tests.web.people import by
from works.domain import institutions
from works.domain.taxonomy import topic_slug
from works.institution_pages import institution_url
from works.models import Author, Institution, Topic, Work, WorkRedirect
from works.suppression import suppress

pytestmark = pytest.mark.usefixtures("our_outbox")
db = pytest.mark.django_db
GIVEN = {
    "kind": "fact",
    "message": "The year of the second work is wrong.",
    "name": "",
    "email": "",
}
SECRETS = {"name": "Mila Ferenc", "email": "mila@example.org"}


@pytest.fixture
def record(db: None) -> Author:
    publish(by("Jo Doe"))
    return author("Jo Doe")


@pytest.fixture
def form(record: Author) -> str:
    return researcher(record, "correct/")


def send(client: Client, form: str, **more: Any) -> HttpResponseBase:
    headers = more.pop("headers", None)
    return client.post(form, GIVEN | more, headers=headers)


def ticket_of(response: HttpResponseBase) -> str:
    assert response.status_code == 303
    return str(response["Location"])


def answering(by: User) -> HttpRequest:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "192.0.2.1"
    request.user = by
    return request


def answer(found: Correction, by: User, **given: str) -> bool:
    said = {"state": "answered", "answer": "The year is mended.", "reason": ""} | given
    return correction_answer(answering(by), found, **said)


# The form


ADDRESSES: dict[str, Callable[[], str]] = {
    "researcher": lambda: researcher("Jo Doe"),
    "work": any_work,
    "institution": any_institution,
    "topic": any_topic,
}
IMPERSONAL = {"fact", "remove", "other"}
KINDS = {"institution": IMPERSONAL, "topic": IMPERSONAL}
TITLES = {"institution": "North University", "topic": "Machine Learning (cs.LG)"}
of_every_sort = pytest.mark.parametrize("of", ADDRESSES)


@db
@of_every_sort
def test_the_form_needs_no_account_and_is_kept_by_nobody(
    record: Author, client: Client, of: str
) -> None:
    path = ADDRESSES[of]()
    response = client.get(f"{path}correct/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    shown = page(response)
    assert shown.one("meta", name="robots")["content"] == "noindex"
    assert shown.one("form", method="post")["action"] == f"{path}correct/"
    assert {e["value"] for e in shown.all("input", name="kind")} == KINDS.get(
        of, set(Correction.Kind.values)
    )
    assert "within 3 days and answer within 30" in shown.text
    assert "data protection authority" in shown.text
    assert f"{path}correct/" in page(client.get(path)).links()


@db
def test_a_link_may_choose_the_kind(form: str, client: Client) -> None:
    shown = page(client.get(f"{form}?kind=remove"))
    assert [e["value"] for e in shown.all("input", name="kind") if "checked" in e.attributes] == [
        "remove"
    ]
    assert "checked" not in client.get(f"{form}?kind=%3Cb%3E").content.decode()


@db
@of_every_sort
def test_a_note_is_about_its_record_and_keeps_its_title(
    record: Author, client: Client, of: str
) -> None:
    path = ADDRESSES[of]()
    shown = page(client.get(path))
    ticket = page(client.get(ticket_of(send(client, f"{path}correct/"))))
    kept = Correction.objects.get()
    assert (kept.record, kept.record_title) == (path, shown.one("h1").text)
    assert kept.record_title == TITLES.get(of, kept.record_title)
    assert path in ticket.links()
    assert kept.record_title in ticket.text


@db
@pytest.mark.parametrize("of", KINDS)
def test_no_institution_and_no_topic_is_a_person(record: Author, client: Client, of: str) -> None:
    form = f"{ADDRESSES[of]()}correct/"
    assert "checked" not in client.get(f"{form}?kind=person").content.decode()
    response = send(client, form, kind="person")
    assert response.status_code == 422
    assert "Choose one of these." in page(response).one(role="alert").text
    assert not Correction.objects.exists()


@db
@of_every_sort
def test_a_title_is_text_and_nothing_else(record: Author, client: Client, of: str) -> None:
    title, form = (
        "<b>\u0645\u062d\u0645\u062f & \u202egnorw" + " long" * 50,
        f"{ADDRESSES[of]()}correct/",
    )
    Author.objects.update(name=title)
    Work.objects.update(title_text=title)
    Institution.objects.update(name=title)
    Topic.objects.update(name=title)
    shown = client.get(form)
    assert "<b>" not in shown.content.decode()
    assert page(shown).one("h1").text == title
    send(client, form)
    assert Correction.objects.get().record_title == title


def test_the_longest_addresses_are_kept_whole() -> None:
    longest = (
        "/researchers/" + "a" * (Author._meta.get_field("slug").max_length or 0) + "/",
        institution_url(institutions.slug("I" + "9" * 18, "University " * 40)),
        f"/topics/{topic_slug('s' * 41, 'c' * 200)}/",
    )
    assert max(map(len, longest)) <= (Correction._meta.get_field("record").max_length or 0)


@db
@pytest.mark.parametrize(
    "path",
    [
        "/researchers/nobody-0000000/",
        "/works/0/",
        "/works/99999999999999999999999/",
        "/institutions/north-000000000/",
        "/institutions/north/",
        "/institutions/north-I999999999999999999/",
        "/topics/nothing/",
        "/topics/é/",
        "/topics/" + "a" * 5_000 + "/",
    ],
)
def test_there_is_no_form_for_what_there_is_not(client: Client, path: str) -> None:
    assert client.get(f"{path}correct/").status_code == 404
    assert send(client, f"{path}correct/").status_code == 404
    assert not Correction.objects.exists()


@db
def test_an_old_name_leads_on_and_loses_nothing_typed(record: Author, client: Client) -> None:
    old = f"/researchers/old-name-{record.public_id}/correct/"
    moved = client.get(f"{old}?kind=remove")
    assert (moved.status_code, moved["Location"]) == (
        301,
        researcher(record, "correct/?kind=remove"),
    )
    ticket_of(send(client, old))
    assert Correction.objects.get().record == researcher(record)


@db
def test_an_old_name_of_an_institution_leads_on_as_well(record: Author, client: Client) -> None:
    now = any_institution()
    old = f"/institutions/the-old-name-{now.rpartition('-')[2]}correct/"
    moved = client.get(f"{old}?kind=remove")
    assert (moved.status_code, moved["Location"]) == (301, f"{now}correct/?kind=remove")
    ticket_of(send(client, old))
    assert Correction.objects.get().record == now


@db
def test_a_note_on_a_work_that_was_joined_is_about_the_whole(
    record: Author, client: Client
) -> None:
    WorkRedirect.objects.create(old_id=10**9, work=Work.objects.get())
    old = f"/works/{10**9}/correct/"
    assert client.get(old)["Location"] == f"{any_work()}correct/"
    ticket_of(send(client, old))
    assert Correction.objects.get().record == any_work()
    Work.objects.update(removed=True)
    assert client.get(old).status_code == 404


@db
def test_of_a_work_that_was_removed_nothing_is_said(record: Author, client: Client) -> None:
    form = f"{any_work()}correct/"
    Work.objects.update(removed=True)
    assert client.get(form).status_code == send(client, form).status_code == 404


@db
def test_of_a_record_that_was_emptied_while_somebody_wrote_nothing_is_kept(
    form: str, record: Author, client: Client
) -> None:
    assert client.get(form).status_code == 200
    suppress(record.pk, reason="objection", user_id=None, today=timezone.now().date())
    response = send(client, form, **SECRETS)
    assert response.status_code == 404
    assert "Jo Doe" not in page(response).text
    assert not Correction.objects.exists()


@db
def test_a_note_on_what_became_part_of_another_is_about_the_other(client: Client) -> None:
    publish(by("Jo Doe"), by("Joe Doe"), by("Jo B. Doe"))
    part, between, whole = author("Jo Doe"), author("Joe Doe"), author("Jo B. Doe")
    Author.objects.filter(pk=part.pk).update(merged_into=between)
    Author.objects.filter(pk=between.pk).update(merged_into=whole)
    assert client.get(researcher(part, "correct/"))["Location"] == researcher(whole, "correct/")
    send(client, researcher(part, "correct/"))
    assert Correction.objects.get().record == researcher(whole)


# Sending


@db
def test_what_is_sent_is_kept_and_shown_on_its_ticket_alone(form: str, client: Client) -> None:
    message = "Not mine:\r\n\r\n\r\n\r\n<b>the second</b>  & the \u202ethird\u0007.\t"
    response = send(client, form, kind="person", message=message, **SECRETS)
    kept = Correction.objects.get()
    assert kept.message == "Not mine:\n\n<b>the second</b>  & the third."
    assert (kept.kind, kept.state, kept.name, kept.email) == (
        "person",
        "open",
        SECRETS["name"],
        SECRETS["email"],
    )
    assert kept.record_title == "Jo Doe"
    assert ticket_of(response) == f"/corrections/{kept.token}/"
    assert len(kept.token) == 32
    event = AuditEvent.objects.get(kind="correction_sent")
    assert event.detail == {"correction": kept.pk, "about": "person"}
    shown = page(client.get(ticket_of(response)))
    for text in ("<b>the second</b>", "Mila Ferenc", "mila@example.org", "Jo Doe", "We have it"):
        assert text in shown.text
    assert not OutboxEvent.objects.exists()


@db
def test_who_is_signed_in_sends_as_well(form: str, as_ada: Client, ada: User) -> None:
    ticket_of(send(as_ada, form))
    assert AuditEvent.objects.get(kind="correction_sent").user_id == ada.pk
    assert not OutboxEvent.objects.exists()


@db
@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"kind": ""}, "What is it about?", "Choose one of these."),
        ({"kind": "money"}, "What is it about?", "Choose one of these."),
        ({"message": ""}, "What is wrong", "Write what is wrong."),
        ({"message": "  \r\n\t "}, "What is wrong", "Write what is wrong."),
        ({"message": "too short"}, "What is wrong", "at least 10 characters; this has 9."),
        ({"message": "\u0007" * 20 + "short"}, "What is wrong", "at least 10"),
        ({"message": "y" * 4_001}, "What is wrong", "at most 4000 characters; this has 4001."),
        ({"name": "n" * 121}, "Your name", "at most 120 characters"),
        ({"email": "mila"}, "Your e-mail", "name@example.org"),
        ({"email": "a@b.org\r\nBcc: c@d.org"}, "Your e-mail", "name@example.org"),
        ({"website": "http://buy.example/"}, "", "A field that people don't see"),
    ],
)
def test_errors_name_field_and_reason_and_lose_nothing(
    form: str, client: Client, change: dict[str, str], field: str, reason: str
) -> None:
    typed = GIVEN | SECRETS | change
    response = client.post(form, typed)
    assert response.status_code == 422
    shown = page(response)
    told = shown.one(role="alert").text
    assert field in told
    assert reason in told
    assert [e["value"] for e in shown.all("input", name="name")] == [
        " ".join(typed["name"].split())
    ]
    assert shown.one("input", name="email")["value"].split() == typed["email"].split()
    assert shown.one("textarea", name="message").text == " ".join(typed["message"].split())
    assert "value" not in shown.one("input", name="website").attributes
    assert not Correction.objects.exists()
    assert not AuditEvent.objects.exists()


@db
@pytest.mark.parametrize("length", [10, 4_000])
def test_the_longest_and_the_shortest_message(form: str, client: Client, length: int) -> None:
    message = "y" * (length - 2) + "\r\ny"
    ticket_of(send(client, form, message=message))
    assert Correction.objects.get().message == message.replace("\r", "")


@db
def test_without_the_forms_token_nothing_is_taken(form: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert send(strict, form).status_code == 403
    token = page(strict.get(form)).one("input", name="csrfmiddlewaretoken")["value"]
    assert send(strict, form, headers={"Origin": "http://evil.example"}).status_code == 403
    assert not Correction.objects.exists()
    ticket_of(send(strict, form, csrfmiddlewaretoken=token))


@db
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_verbs_are_refused(form: str, client: Client, method: str) -> None:
    assert getattr(client, method)(form).status_code == 405
    ticket = ticket_of(send(client, form))
    assert getattr(client, method)(ticket).status_code == 405
    assert client.post(ticket).status_code == 405


# Once, however often


def browser() -> Client:
    """A reader who has opened the form, and has its cookie."""
    client = Client()
    client.get(f"{any_work()}correct/")
    return client


@db
def test_the_same_note_twice_is_one_note(form: str) -> None:
    client = browser()
    first = ticket_of(send(client, form))
    assert ticket_of(send(client, form)) == first
    assert ticket_of(send(client, form, message="Another thing is wrong.")) != first
    assert Correction.objects.count() == AuditEvent.objects.count() == 2


@db
def test_the_same_words_lead_nobody_else_to_the_ticket(form: str) -> None:
    assert ticket_of(send(browser(), form)) != ticket_of(send(browser(), form))


def in_parallel(times: int, call: Callable[[int], Any]) -> list[Any]:
    def closing(number: int) -> Any:
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(closing, range(times)))


@pytest.fixture
def clean(transactional_db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.usefixtures("clean")
def test_a_double_click_is_one_note() -> None:
    publish(by("Jo Doe"))
    form, cookies = researcher("Jo Doe", "correct/"), browser().cookies

    def click(_: int) -> str:
        client = Client()
        client.cookies = cookies
        return ticket_of(send(client, form))

    assert len(set(in_parallel(4, click))) == 1
    assert Correction.objects.count() == 1


@pytest.mark.usefixtures("clean")
def test_the_limit_holds_under_parallel_posts() -> None:
    publish(by("Jo Doe"))
    form = researcher("Jo Doe", "correct/")

    def post(number: int) -> int:
        return send(Client(), form, message=f"Wrong is number {number}.").status_code

    statuses = in_parallel(5, post) + in_parallel(5, lambda n: post(n + 5))
    assert sorted(statuses) == [303] * 6 + [429] * 4
    assert Correction.objects.count() == 6


# Limits


def flood(form: str, times: int, **headers: str) -> list[int]:
    return [
        send(Client(), form, message=f"Wrong again, {headers}, {n}", headers=headers).status_code
        for n in range(times)
    ]


@db
def test_a_network_that_sends_too_much_waits_and_loses_nothing(form: str, client: Client) -> None:
    assert flood(form, 6) == [303] * 6
    response = send(client, form, **SECRETS)
    assert (response.status_code, response["Retry-After"]) == (429, "7200")
    shown = page(response)
    assert "Nothing that you typed is lost" in shown.one(role="alert").text
    assert shown.one("textarea", name="message").text == GIVEN["message"]
    assert shown.one("input", name="email")["value"] == SECRETS["email"]
    assert client.post(form, GIVEN, REMOTE_ADDR="198.51.100.7").status_code == 303


@db
def test_errors_cost_nothing(form: str, client: Client) -> None:
    for _ in range(10):
        assert send(client, form, message="short").status_code == 422
    ticket_of(send(client, form))


@db
@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 303)])
def test_only_a_proxy_that_we_know_of_says_who_sends(
    form: str, settings: Settings, proxies: int, last: int
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    header = {"X-Forwarded-For": "203.0.113.1"}
    assert flood(form, 6, **header) == [303] * 6
    assert flood(form, 1, **{"X-Forwarded-For": "203.0.113.2"}) == [last]
    assert flood(form, 1, **{"X-Forwarded-For": "6.6.6.6, 203.0.113.1"}) == [429]


@db
def test_a_household_of_ipv6_is_one_sender(form: str, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    for number in range(6):
        assert flood(form, 1, **{"X-Forwarded-For": f"2001:db8::{number:x}"}) == [303]
    assert flood(form, 1, **{"X-Forwarded-For": "2001:db8::ffff:1"}) == [429]
    assert flood(form, 1, **{"X-Forwarded-For": "2001:db8:0:1::1"}) == [303]


@db
def test_a_network_has_a_number_for_the_day_as_well(form: str, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    got = [flood(form, 4, **{"X-Forwarded-For": f"2001:db8:0:{subnet}::1"}) for subnet in range(4)]
    assert got == [[303] * 4] * 3 + [[429] * 4]
    assert flood(form, 1, **{"X-Forwarded-For": "2001:db8:1::1"}) == [303]


@db
def test_networks_are_told_apart_however_their_addresses_are_written(
    form: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    assert flood(form, 6, **{"X-Forwarded-For": "::ffff:203.0.113.1"}) == [303] * 6
    assert flood(form, 1, **{"X-Forwarded-For": "203.0.113.1"}) == [429]
    assert flood(form, 1, **{"X-Forwarded-For": "::ffff:203.0.113.2"}) == [303]


@db
def test_there_is_a_limit_for_everybody_together_and_more_for_removals(
    form: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.corrections.FROM_ALL", Limit("corrections", 2, 86_400))
    monkeypatch.setattr("claims.corrections.REMOVALS", Limit("corrections_remove", 1, 86_400))
    settings.TRUSTED_PROXY_COUNT = 1
    senders = count(1)

    def statuses(*kinds: str) -> list[int]:
        return [_from(next(senders), form, kind) for kind in kinds]

    assert statuses("fact", "person", "other", "fact") == [303, 303, 429, 429]
    assert statuses("remove", "remove", "fact") == [303, 429, 429]


def _from(number: int, form: str, kind: str) -> int:
    headers = {"X-Forwarded-For": f"203.0.113.{number}"}
    return send(
        Client(), form, kind=kind, message=f"Sent from {headers}", headers=headers
    ).status_code


@db
def test_removals_take_what_the_others_leave(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.corrections.FROM_ALL", Limit("corrections", 2, 86_400))
    monkeypatch.setattr("claims.corrections.REMOVALS", Limit("corrections_remove", 1, 86_400))
    got = [send(Client(), form, kind="remove", message=f"Remove me, {n}.") for n in range(4)]
    assert [response.status_code for response in got] == [303, 303, 303, 429]


@db
def test_who_shares_a_network_with_a_flood_may_ask_for_removal(form: str) -> None:
    assert flood(form, 7) == [303] * 6 + [429]
    statuses = [
        send(Client(), form, kind="remove", message=f"Remove me, {n}.").status_code
        for n in range(7)
    ]
    assert statuses == [303] * 6 + [429]


@db
@pytest.mark.parametrize("kind", ["fact", "remove"])
def test_ten_networks_that_send_all_they_may_close_it_for_nobody(record: Author, kind: str) -> None:
    about = researcher_record(record.slug)
    assert about is not None

    def sends(address: str, kind: str) -> bool:
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = address
        request.user = AnonymousUser()
        try:
            correction_send(request, about, Note(kind, f"Wrong, says {address}.", "", ""))
        except TooMany:
            return False
        return True

    for network, sort in product(range(10), ("other", "remove")):
        assert not all(sends(f"2001:db8:{network:x}:{n:x}::1", sort) for n in range(300))
    assert sends("198.51.100.7", kind)


# The ticket


@db
def test_a_ticket_is_for_whoever_has_its_address(form: str, client: Client, as_ada: Client) -> None:
    ticket = ticket_of(send(client, form))
    for reader in (client, as_ada, Client()):
        response = reader.get(ticket)
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex"
        assert page(response).one("meta", name="robots")["content"] == "noindex"
        token = ticket.split("/")[2]
        assert token not in response.content.decode()
    shown = page(client.get(ticket)).text
    sent = Correction.objects.get().sent_at
    for days in (3, 30):
        day = sent + timedelta(days=days)
        assert f"{day.day} {day:%B %Y}" in shown


@db
@pytest.mark.parametrize("token", ["x", "A" * 32, "a" * 8_000, "%F0%9F%98%80", "..%2F..", "1"])
def test_other_addresses_are_nothing(form: str, client: Client, token: str) -> None:
    kept = ticket_of(send(client, form)).split("/")[2]
    for tried in (token, kept[:-1], kept.swapcase(), kept + "A"):
        assert client.get(f"/corrections/{tried}/").status_code in (400, 404)


@db
def test_an_answer_appears_on_the_ticket(form: str, client: Client, ada: User) -> None:
    ticket = ticket_of(send(client, form))
    assert answer(Correction.objects.get(), ada, answer="Mended <i>now</i>.")
    shown = page(client.get(ticket))
    assert "Mended <i>now</i>." in shown.text
    assert "data protection" not in shown.text
    assert ada.name not in shown.text
    assert str(ada.email) not in shown.text


@db
def test_a_refusal_gives_its_reason_and_names_the_authority(
    form: str, client: Client, ada: User
) -> None:
    ticket = ticket_of(send(client, form))
    answer(Correction.objects.get(), ada, state="refused", answer="", reason="The source says so.")
    shown = page(client.get(ticket)).text
    for text in ("Refused", "The source says so.", "right to complain to a data protection"):
        assert text in shown


@db
def test_pages_of_the_form_and_the_ticket_ask_little(
    form: str, client: Client, django_assert_num_queries: Any
) -> None:
    for address in [f"{find()}correct/" for find in ADDRESSES.values()]:
        with django_assert_num_queries(1):
            client.get(address)
    ticket = ticket_of(send(client, form))
    with django_assert_num_queries(1):
        client.get(ticket)


# What is kept stays


@db
@pytest.mark.parametrize(
    "column", ["message", "kind", "record", "record_title", "token", "sent_at"]
)
def test_what_was_sent_can_not_be_changed(form: str, client: Client, column: str) -> None:
    send(client, form, **SECRETS)
    value: Any = timezone.now() if column == "sent_at" else "other"
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        Correction.objects.update(**{column: value})
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        Correction.objects.all().delete()


@db
def test_name_and_address_can_be_erased_and_not_replaced(form: str, client: Client) -> None:
    send(client, form, **SECRETS)
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        Correction.objects.update(email="eve@example.org")
    Correction.objects.update(email="", name="")
    assert Correction.objects.get().email == ""


@db
def test_an_answer_is_given_once(form: str, client: Client, ada: User) -> None:
    send(client, form)
    found = Correction.objects.get()
    assert answer(found, ada)
    assert not answer(found, ada, answer="Another word")
    kept = Correction.objects.get()
    assert (kept.answer, kept.answered_by) == ("The year is mended.", ada.pk)
    assert kept.answered_at is not None
    events = AuditEvent.objects.filter(kind="correction_answered")
    assert [event.detail for event in events] == [{"correction": kept.pk, "state": "answered"}]
    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        Correction.objects.update(answer="Another word")


@db
@pytest.mark.parametrize(
    "whole", [{"state": "answered"}, {"state": "refused"}, {"state": "refused", "answer": "No."}]
)
def test_no_state_without_its_words(form: str, client: Client, whole: dict[str, str]) -> None:
    send(client, form)
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.update(answered_at=timezone.now(), **whole)


@pytest.mark.usefixtures("clean")
def test_of_two_who_answer_at_once_one_does() -> None:
    publish(by("Jo Doe"))
    send(Client(), researcher("Jo Doe", "correct/"))
    found, staff = Correction.objects.get(), User.objects.create_user("s@example.org")
    done = in_parallel(4, lambda n: answer(found, staff, answer=f"Answer {n} of four"))
    assert sorted(done) == [False, False, False, True]
    assert AuditEvent.objects.filter(kind="correction_answered").count() == 1


# Mail


@db
@pytest.mark.parametrize(
    ("given", "verified", "active", "mails"),
    [
        ("ada@example.org", True, True, 1),
        ("ADA@Example.org", True, True, 1),
        ("ada@example.org", False, True, 0),
        ("ada@example.org", True, False, 0),
        ("stranger@example.org", True, True, 0),
        ("", True, True, 0),
    ],
)
def test_mail_goes_to_verified_addresses_of_active_accounts_alone(
    form: str, client: Client, ada: User, given: str, verified: bool, active: bool, mails: int
) -> None:
    EmailAddress.objects.create(user=ada, email=ada.email, verified=verified, primary=True)
    User.objects.filter(pk=ada.pk).update(is_active=active)
    ticket = ticket_of(send(client, form, email=given, name="Visit http://buy.example"))
    assert not OutboxEvent.objects.exists()
    answer(Correction.objects.get(), ada)
    sent = [event.payload for event in OutboxEvent.objects.filter(kind="mail")]
    assert [mail["to"] for mail in sent] == [["ada@example.org"]] * mails
    for mail in sent:
        assert re.findall(r"https?://\S+", mail["text"]) == [f"http://127.0.0.1:8000{ticket}"]


# The cleaning of text


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_cleaned_text_is_clean_and_stays_so(text: str) -> None:
    cleaned = notes.paragraphs(text)
    assert notes.paragraphs(cleaned) == cleaned
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", cleaned)
    assert not re.search(r"\n *\n *\n", cleaned)
    assert notes.line(text) == " ".join(notes.line(text).split())
    cleaned.encode()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("e\u0301té", "été"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("\u202egnorw\u202c", "gnorw"),
        ("x < y & <b>", "x < y & <b>"),
        ("a\n \n\n \nb", "a\n\nb"),
    ],
)
def test_what_cleaning_keeps(text: str, cleaned: str) -> None:
    assert notes.paragraphs(text) == cleaned
