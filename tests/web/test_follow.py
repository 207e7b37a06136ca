"""Following: seen at once, counted once, and by nobody who is not signed in."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from bzpeer.lib.sql import fetch
from graph.services import LOCK_FACTS
from profiles.account_erasure import erase
from profiles.models import Follow, User
from profiles.services import follow, followers_recount, follows_moved, unfollow
from tests.factories.corpus import author, publish, refresh_all
from tests.web.addresses import data_of, researcher
from tests.web.dom import page
from tests.web.people import by
from works.models import Author, AuthorFacts
from works.services import authors_changed

HTMX = {"HX-Request": "true", "HX-Target": "follow"}


@pytest.fixture
def lee(db: None) -> Author:
    publish(by("Ann Lee", "Bo Li"))
    return author("Ann Lee")


def button(client: Client, lee: Author) -> str:
    return page(client.get(researcher(lee))).one(id="follow").text


def send(client: Client, lee: Author, action: str = "follow", **headers: str) -> int:
    response = client.post(researcher(lee, "follow/"), {"action": action}, headers=headers)
    return response.status_code


def counted(lee: Author) -> int:
    return AuthorFacts.objects.get(author=lee).followers


# Signed out


def test_a_reader_is_led_to_log_in_and_back(client: Client, lee: Author) -> None:
    link = page(client.get(researcher(lee))).one("a", href=researcher(lee, "follow/"))
    assert link.text == "Follow researcher 0 following"
    shown = page(client.get(researcher(lee, "follow/")))
    assert (
        f"/accounts/login/?next={researcher(lee, 'follow/').replace('/', '%2F')}" in shown.links()
    )
    assert not shown.all("form", method="post")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_reader_can_not_follow(client: Client, lee: Author, headers: dict[str, str]) -> None:
    assert send(client, lee, **headers) == 403
    assert not Follow.objects.exists()
    assert counted(lee) == 0


def test_without_a_token_nothing_happens(ada: User, lee: Author) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    response = client.post(researcher(lee, "follow/"), {"action": "follow"})
    assert response.status_code == 403
    assert "could not be trusted" in page(response).text
    assert not Follow.objects.exists()


def test_the_token_of_the_page_is_good(ada: User, lee: Author) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    form = page(client.get(researcher(lee)))
    token = form.all("input", name="csrfmiddlewaretoken")[0]["value"]
    fields = {"action": "follow", "csrfmiddlewaretoken": token}
    assert client.post(researcher(lee, "follow/"), fields).status_code == 303
    assert Follow.objects.count() == 1


def test_logging_in_leads_back_to_the_form(client: Client, ada: User, lee: Author) -> None:
    ada.emailaddress_set.create(email=ada.email, verified=True, primary=True)  # type: ignore[attr-defined]
    address = researcher(lee, "follow/")
    fields = {"login": ada.email, "password": "correct horse", "next": address}
    assert client.post("/accounts/login/", fields)["Location"] == address
    assert page(client.get(address)).one("form", action=address)["method"] == "post"


# Signed in


def test_the_count_is_there_at_once_for_everybody(
    client: Client, as_ada: Client, lee: Author
) -> None:
    assert button(as_ada, lee) == "Follow researcher 0 following"
    response = as_ada.post(researcher(lee, "follow/"), {"action": "follow"})
    assert (response.status_code, response["Location"]) == (303, researcher(lee))
    assert button(as_ada, lee) == "Unfollow researcher 1 following"
    assert button(client, lee) == "Follow researcher 1 following"
    shown = page(client.get(researcher(lee)))
    assert shown.one("main")["data-followers"] == "1"
    assert client.get(data_of(lee)).json()["bzpeer"]["counts"]["followers"] == 1
    send(as_ada, lee, "unfollow")
    assert button(as_ada, lee) == "Follow researcher 0 following"
    assert button(client, lee) == "Follow researcher 0 following"


def test_htmx_gets_the_piece_and_nothing_else(as_ada: Client, lee: Author) -> None:
    address = researcher(lee, "follow/")
    response = as_ada.post(address, {"action": "follow"}, headers=HTMX)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    piece = page(response)
    assert piece.elements[0]["id"] == "follow"
    assert not piece.all("html")
    assert piece.elements[0].text == "Unfollow researcher 1 following"
    assert piece.one("form")["hx-post"] == address
    again = page(as_ada.post(address, {"action": "unfollow"}, headers=HTMX))
    assert again.elements[0].text == "Follow researcher 0 following"


def test_the_page_of_the_form_goes_back_to_the_profile_where_all_counts_are_fresh(
    as_ada: Client, lee: Author
) -> None:
    address = researcher(lee, "follow/")
    assert "hx-post" not in page(as_ada.get(address)).one("form", action=address).attributes


@pytest.mark.parametrize(
    ("actions", "left"),
    [
        (("follow", "follow"), 1),
        (("unfollow",), 0),
        (("follow", "unfollow", "unfollow"), 0),
        (("follow", "unfollow", "follow"), 1),
        (("odd",), 1),
    ],
)
def test_twice_is_once(as_ada: Client, lee: Author, actions: tuple[str, ...], left: int) -> None:
    for action in actions:
        assert send(as_ada, lee, action) == 303
    assert (Follow.objects.count(), counted(lee)) == (left, left)


def test_reading_changes_nothing(as_ada: Client, lee: Author) -> None:
    for address in ("follow/", "follow/?action=follow", "follow/?action=unfollow"):
        assert as_ada.get(researcher(lee, address)).status_code == 200
    assert as_ada.put(researcher(lee, "follow/")).status_code == 405
    assert not Follow.objects.exists()


def test_the_own_page_counts_what_one_follows(as_ada: Client, lee: Author) -> None:
    send(as_ada, lee)
    assert "Following1 researcher" in page(as_ada.get("/accounts/")).text
    assert "ada@example.org" in page(as_ada.get("/accounts/")).text


def test_the_account_is_for_its_person(client: Client) -> None:
    assert client.get("/accounts/")["Location"] == "/accounts/login/?next=/accounts/"


def test_following_a_merged_record_leads_to_the_heir(as_ada: Client, lee: Author) -> None:
    heir = author("Bo Li")
    lee.merged_into = heir
    lee.save()
    response = as_ada.post(researcher(lee, "follow/"), {"action": "follow"})
    assert response["Location"] == researcher(heir, "follow/")
    assert not Follow.objects.exists()


def test_of_a_record_that_moved_meanwhile_htmx_fetches_no_page_into_the_button(
    as_ada: Client, lee: Author
) -> None:
    heir = author("Bo Li")
    Author.objects.filter(pk=lee.pk).update(merged_into=heir)
    for old, now in ((lee, heir), (Author(slug=f"bob-{heir.public_id}"), heir)):
        response = as_ada.post(researcher(old, "follow/"), {"action": "follow"}, headers=HTMX)
        assert (response.status_code, response.content) == (200, b"")
        assert response["HX-Redirect"] == researcher(now, "follow/")
    assert not Follow.objects.exists()


def test_after_sixty_changes_in_an_hour_it_is_too_much(as_ada: Client, lee: Author) -> None:
    answers = [send(as_ada, lee, ("follow", "unfollow")[n % 2]) for n in range(61)]
    assert answers == [303] * 60 + [429]
    assert (Follow.objects.count(), counted(lee)) == (0, 0)
    response = as_ada.post(researcher(lee, "follow/"), headers=HTMX)
    assert (response.status_code, response["Retry-After"]) == (429, "60")


def test_the_count_is_what_a_recount_finds(lee: Author) -> None:
    for number in range(7):
        client = Client()
        client.force_login(User.objects.create_user(f"u{number}@example.org"))
        send(client, lee)
        if number % 3 == 0:
            send(client, lee, "unfollow")
    assert counted(lee) == Follow.objects.filter(author=lee).count() == 4
    followers_recount([lee.pk])
    assert counted(lee) == 4


# Many at once


def in_parallel(clients: list[Client], lee: Author) -> list[int]:
    def click(client: Client) -> int:
        try:
            return send(client, lee)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as threads:
        return list(threads.map(click, clients))


def people(number: int) -> list[Client]:
    clients = [Client() for _ in range(number)]
    for place, client in enumerate(clients):
        client.force_login(User.objects.create_user(f"p{place}@example.org"))
    return clients


@pytest.mark.django_db(transaction=True)
def test_one_person_many_times_at_once_is_one_follow() -> None:
    publish(by("Ann Lee"))
    lee = author("Ann Lee")
    (client,) = people(1)
    clients = [client, *(Client() for _ in range(5))]
    for copy in clients[1:]:
        copy.cookies = client.cookies
    assert in_parallel(clients, lee) == [303] * 6
    assert (Follow.objects.count(), counted(lee)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_are_all_counted() -> None:
    publish(by("Ann Lee"))
    lee = author("Ann Lee")
    assert in_parallel(people(8), lee) == [303] * 8
    assert (Follow.objects.count(), counted(lee)) == (8, 8)


# While a record becomes part of another

CLICKS: dict[str, Callable[[User, Author, Author], None]] = {
    "follow": lambda ada, _, whole: follow(ada, whole),
    "unfollow": lambda ada, part, _: unfollow(ada, part),
    "erase": lambda ada, *_: erase(ada),
}


WAITING = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def until_somebody_waits() -> None:
    end = time.monotonic() + 20
    while not fetch(WAITING):
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.005)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("click", CLICKS)
def test_who_clicks_during_the_refresh_of_a_merge_waits_with_nothing_in_hand(click: str) -> None:
    publish(by("Ann Lee"), by("Bo Li"))
    part, whole = author("Ann Lee"), author("Bo Li")
    ada = User.objects.create_user("ada@example.org")
    follow(ada, part)
    Author.objects.filter(pk=part.pk).update(merged_into=whole)

    def clicked() -> None:
        try:
            CLICKS[click](ada, part, whole)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():  # as the refresh does
            fetch(LOCK_FACTS, [[part.pk, whole.pk]])
            done = thread.submit(clicked)
            until_somebody_waits()
            authors_changed(follows_moved([part.pk]))
        done.result(20)
    refresh_all()
    left = 0 if click == "erase" else 1
    assert (Follow.objects.filter(author=whole).count(), counted(whole)) == (left, left)
    assert not Follow.objects.filter(author=part).exists()
