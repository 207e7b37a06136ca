"""The list of those I follow, with what is new on their records."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from bzpeer.lib import limits
from profiles.follow_feed import END, feed
from profiles.models import Follow, User
from profiles.services import follow
from tests.factories.corpus import author, facts_of, publish, refresh_all
from tests.factories.records import changed, deletion, work
from tests.web.dom import Page, page
from tests.web.people import by
from works.models import Author, AuthorFacts, Authorship, Work
from works.services import authors_changed

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def following(client: Client, query: str = "") -> Page:
    response = client.get(f"/following/researchers/{query}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return page(response)


def names(shown: Page) -> list[str]:
    return [heading.text for heading in shown.all("h2")]


def earlier(rows: Any, column: str, **time: float) -> None:
    rows.update(**{column: F(column) - timedelta(**time)})


def followed_since(user: User, name: str, **time: float) -> None:
    """Follow somebody, so long ago."""
    follow(user, author(name))
    earlier(Follow.objects.filter(author__name=name), "created_at", **time)


def stop(client: Client, name: str, action: str = "unfollow", **more: Any) -> Any:
    path = more.pop("path", "/following/researchers/")
    return client.post(path, {"slug": author(name).slug, "action": action}, **more)


@pytest.fixture
def four(ada: User) -> None:
    """Followed for a year, for 30, 20 and 10 days; every work came when its author was followed."""
    publish(*(by(name) for name in ("Amy Ash", "Bob Birk", "Cy Cole", "Di Dorn")))
    for name, days in (("Amy Ash", 365), ("Bob Birk", 30), ("Cy Cole", 20), ("Di Dorn", 10)):
        followed_since(ada, name, days=days)
    earlier(Work.objects.all(), "created_at", days=400)


def came(name: str, days: float, works: int = 1, **fields: Any) -> list[Work]:
    """New works of this author, that came so many days ago."""
    records = [by(name, **fields) for _ in range(works)]
    publish(*records)
    keys = [record.external_id for record in records]
    found = Work.objects.filter(workidentifier__value__in=keys)
    earlier(Work.objects.filter(pk__in=[one.pk for one in found]), "created_at", days=days)
    return list(found)


# Who sees it


def test_strangers_are_sent_to_log_in(client: Client) -> None:
    for response in (
        client.get("/following/researchers/?sort=name"),
        client.post("/following/researchers/", {}),
    ):
        assert response["Location"].startswith("/accounts/login/?next=/following/researchers/")
    asked = client.post("/following/researchers/", {"slug": "x"}, headers=HTMX)
    assert asked["HX-Redirect"].startswith("/accounts/login/")


def test_each_sees_their_own(four: None, as_ada: Client) -> None:
    eve = Client()
    eve.force_login(User.objects.create_user("eve@example.org", "correct horse"))
    assert names(following(eve)) == []
    assert len(names(following(as_ada))) == 4
    assert stop(eve, "Amy Ash").status_code == 303
    assert len(names(following(as_ada))) == 4


def test_the_way_there(as_ada: Client, client: Client) -> None:
    assert "/following/" in page(as_ada.get("/accounts/")).links()
    assert "/following/" in page(as_ada.get("/researchers/")).links()
    assert "/following/" not in page(client.get("/researchers/")).links()


def test_who_follows_nobody_is_shown_a_way_on(as_ada: Client) -> None:
    shown = following(as_ada)
    assert "You follow nobody yet" in shown.text
    assert {"/search/", "/researchers/"} <= set(shown.links())
    assert shown.all("form", action="/following/researchers/") == []


# What is new


def rows(shown: Page) -> dict[str, str]:
    """The text of each row by the name in it."""
    found = [
        item for item in shown.all("li") if item.around[-1].attributes.get("class") == "followed"
    ]
    return dict(zip(names(shown), (item.text for item in found), strict=True))


@pytest.mark.parametrize(
    ("name", "days", "new"),
    [
        ("Bob Birk", 29, True),  # followed for 30 days
        ("Bob Birk", 31, False),
        ("Amy Ash", 89, True),  # followed for a year: the last 90 days count
        ("Amy Ash", 91, False),
    ],
)
def test_new_is_what_came_since_the_later_of_both(
    four: None, as_ada: Client, name: str, days: int, new: bool
) -> None:
    came(name, days, title="The latest of all")
    row = rows(following(as_ada))[name]
    assert ("1 new work since" in row, "The latest of all" in row) == (new, new)
    assert ("Nothing new since" in row) is not new


@pytest.mark.parametrize(("later", "new"), [(-1, False), (0, False), (1, True)])
def test_new_begins_behind_the_moment_of_following(
    ada: User, as_ada: Client, later: int, new: bool
) -> None:
    publish(by("Amy Ash"))
    follow(ada, author("Amy Ash"))
    moment = Follow.objects.get().created_at + timedelta(microseconds=later)
    Work.objects.update(created_at=moment)
    assert ("1 new work since" in rows(following(as_ada))["Amy Ash"]) is new
    assert bool(feed(ada, END)) is new


def test_the_three_latest_are_named_with_their_days(four: None, as_ada: Client) -> None:
    for days, title in ((4, "Fourth"), (1, "First"), (3, "Third"), (2, "Second")):
        (found,) = came("Cy Cole", days, title=f"{title} of <all> & $x^2$")
    shown = following(as_ada)
    row = rows(shown)["Cy Cole"]
    assert "4 new works since" in row
    places = [row.index(f"{title} of <all>") for title in ("First", "Second", "Third")]
    assert places == sorted(places)
    assert "Fourth" not in row
    assert "and 1 more" in row
    day = Work.objects.get(pk=found.pk).created_at
    assert f"{day.day} {day:%B %Y}" in row
    assert f"/works/{found.pk}/" in shown.links()


def test_what_does_not_count_as_new(four: None, as_ada: Client) -> None:
    rejected, withdrawn = by("Di Dorn"), by("Di Dorn")
    publish(rejected, withdrawn, by("Di Dorn", "Somebody Else"))
    publish(deletion(withdrawn))
    Authorship.objects.filter(work__workidentifier__value=rejected.external_id).update(
        status=Authorship.Status.REJECTED
    )
    assert "1 new work since" in rows(following(as_ada))["Di Dorn"]


def test_a_work_that_changes_is_not_new(four: None, as_ada: Client) -> None:
    record = work("Amy Ash")
    publish(record)
    earlier(Work.objects.all(), "created_at", days=400)
    publish(changed(record, title="Another title", record_date="2025-01-01"))
    assert "Nothing new" in rows(following(as_ada))["Amy Ash"]


def test_a_name_twice_on_a_work_is_one_new_work(four: None, as_ada: Client) -> None:
    publish(by("Amy Ash", "Bob Birk", "Amy Ash"))
    row = rows(following(as_ada))["Amy Ash"]
    assert "1 new work since" in row


# Order and pages


def test_the_orders(four: None, as_ada: Client) -> None:
    came("Cy Cole", 5)
    came("Bob Birk", 2, works=2)
    by_name = ["Amy Ash", "Bob Birk", "Cy Cole", "Di Dorn"]
    assert names(following(as_ada)) == ["Bob Birk", "Cy Cole", "Amy Ash", "Di Dorn"]
    assert names(following(as_ada, "?sort=name")) == by_name
    assert names(following(as_ada, "?sort=followed")) == by_name[::-1]
    shown = following(as_ada, "?sort=name")
    assert [e.text for e in shown.all("a", aria_current="true")] == ["Name"]


@pytest.mark.parametrize("query", ["?sort=", "?sort=%27", "?page=0", "?page=x", "?page=-1"])
def test_what_makes_no_sense_is_the_first_page(four: None, as_ada: Client, query: str) -> None:
    assert names(following(as_ada, query)) == names(following(as_ada))


def many(user: User, number: int) -> None:
    publish(*(by(f"Person {chr(65 + n)}{chr(97 + n)}o") for n in range(number)))
    for found in Author.objects.filter(name__startswith="Person"):
        follow(user, found)


def test_pages_of_twenty(ada: User, as_ada: Client) -> None:
    many(ada, 21)
    first, second = following(as_ada, "?sort=name"), following(as_ada, "?sort=name&page=2")
    assert (len(names(first)), len(names(second))) == (20, 1)
    assert len(set(names(first) + names(second))) == 21
    assert "You follow 21 researchers." in second.text
    assert first.one("a", rel="next")["href"] == "/following/researchers/?sort=name&page=2"
    assert second.one("a", rel="prev")["href"] == "/following/researchers/?sort=name"
    assert first.all("a", rel="prev") == second.all("a", rel="next") == []
    (last,) = names(second)
    moved = stop(as_ada, last, path="/following/researchers/?sort=name&page=2")
    assert (moved.status_code, moved["Location"]) == (
        303,
        "/following/researchers/?sort=name&page=2",
    )
    emptied = as_ada.get(moved["Location"])
    assert (emptied.status_code, emptied["Location"]) == (302, "/following/researchers/?sort=name")


@pytest.mark.parametrize("sort", ["new", "name", "followed"])
def test_as_many_queries_for_one_as_for_twenty(
    ada: User, as_ada: Client, sort: str, django_assert_num_queries: Callable[[int], Any]
) -> None:
    many(ada, 20)
    with django_assert_num_queries(4):  # the session, the person, the page, the unread
        assert len(names(following(as_ada, f"?sort={sort}"))) == 20
    Follow.objects.exclude(author__name="Person Aao").delete()
    with django_assert_num_queries(4):
        assert names(following(as_ada, f"?sort={sort}")) == ["Person Aao"]


@pytest.mark.parametrize("sort", ["new", "name", "followed"])
def test_four_hundred_are_all_listed_once(
    ada: User, as_ada: Client, sort: str, django_assert_num_queries: Callable[[int], Any]
) -> None:
    Author.objects.bulk_create(
        Author(public_id=f"p{n:06}", slug=f"jo-p{n:06}", name=f"Jo {n}", key_scheme="name",
               key_value=f"jo {n}", name_key="jo", letter="J")
        for n in range(400)
    )  # fmt: skip
    Follow.objects.bulk_create(Follow(user=ada, author=one) for one in Author.objects.all())
    found = []
    for number in range(1, 21):
        with django_assert_num_queries(4):
            found += names(following(as_ada, f"?sort={sort}&page={number}"))
    assert len(found) == len(set(found)) == 400


# Out of the list, and back


def test_unfollowing_from_the_list(four: None, as_ada: Client, ada: User) -> None:
    shown = following(as_ada, "?sort=name")
    forms = [
        form
        for form in shown.all("form")
        if form.attributes.get("hx-post") == "/following/researchers/"
    ]
    assert [form["action"] for form in forms] == ["/following/researchers/?sort=name"] * 4
    for _ in range(2):  # twice is once
        response = stop(as_ada, "Bob Birk", path="/following/researchers/?sort=name")
        assert (response.status_code, response["Location"]) == (
            303,
            "/following/researchers/?sort=name",
        )
    assert names(following(as_ada, "?sort=name")) == ["Amy Ash", "Cy Cole", "Di Dorn"]
    assert facts_of("Bob Birk").followers == 0
    assert facts_of("Amy Ash").followers == 1


def test_htmx_changes_the_button_and_the_number(four: None, as_ada: Client, ada: User) -> None:
    stopped = page_of(stop(as_ada, "Bob Birk", headers=HTMX))
    assert stopped.one("button").text == "Follow again Bob Birk"
    told = stopped.one(id="following-total")
    assert told.text == "You follow 3 researchers. You no longer follow Bob Birk."
    assert "hx-swap-oob" in told.attributes
    assert not Follow.objects.filter(user=ada, author__name="Bob Birk").exists()
    back = page_of(stop(as_ada, "Bob Birk", action="follow", headers=HTMX))
    assert back.one("button").text == "Unfollow Bob Birk"
    assert back.one("form")["id"] == stopped.one("form")["id"]
    assert Follow.objects.filter(user=ada, author__name="Bob Birk").exists()
    assert facts_of("Bob Birk").followers == 1


def page_of(response: Any) -> Page:
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return Page(response.content.decode())


@pytest.mark.parametrize("slug", ["", "nobody-0000000", "\N{GRINNING FACE}", "x" * 5_000])
def test_there_is_nobody_of_that_name(as_ada: Client, slug: str) -> None:
    assert (
        as_ada.post("/following/researchers/", {"slug": slug, "action": "unfollow"}).status_code
        == 404
    )


def test_without_a_token_nothing_changes(four: None, ada: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert stop(strict, "Bob Birk").status_code == 403
    assert Follow.objects.count() == 4


def test_bursts_are_stopped(four: None, as_ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profiles.views.FOLLOWS", limits.Limit("follow", 2, 3600))
    answers = [stop(as_ada, name).status_code for name in ("Amy Ash", "Bob Birk", "Cy Cole")]
    assert answers == [303, 303, 429]
    assert Follow.objects.count() == 2


# Records that became part of another


def test_a_merged_record_is_followed_as_the_other(four: None, as_ada: Client, ada: User) -> None:
    heir = author("Di Dorn")
    Author.objects.filter(name="Cy Cole").update(merged_into=heir)
    shown = following(as_ada, "?sort=name")
    assert names(shown) == ["Amy Ash", "Bob Birk", "Di Dorn"]
    assert "You follow 3 researchers." in shown.text
    row = rows(shown)["Di Dorn"]
    since = timezone.now() - timedelta(days=20)
    assert f"followed since {since.day} {since:%B %Y}" in row
    stop(as_ada, "Di Dorn")
    assert names(following(as_ada, "?sort=name")) == ["Amy Ash", "Bob Birk"]
    assert Follow.objects.filter(user=ada).count() == 2


def merged(*way: str) -> list[Author]:
    """Each of these records became part of the next one."""
    found = [author(name) for name in way]
    for part, whole in pairwise(found):
        Author.objects.filter(pk=part.pk).update(merged_into=whole)
    authors_changed([record.pk for record in found])
    return found


def test_followers_of_a_record_go_where_it_is_now_however_far(four: None, ada: User) -> None:
    *_, whole = merged("Amy Ash", "Bob Birk", "Di Dorn")
    refresh_all()
    assert {one.author.name for one in Follow.objects.all()} == {"Cy Cole", "Di Dorn"}
    for facts in AuthorFacts.objects.all():
        assert facts.followers == Follow.objects.filter(author=facts.author_id).count()
    longest = timezone.now() - Follow.objects.get(author=whole).created_at
    assert longest.days == 365


def test_who_followed_the_whole_for_longer_followed_it_since_then(four: None, ada: User) -> None:
    merged("Di Dorn", "Amy Ash")
    refresh_all()
    assert (timezone.now() - Follow.objects.get(author__name="Amy Ash").created_at).days == 365


def test_the_number_is_of_records_before_their_followers_are_moved(
    four: None, as_ada: Client
) -> None:
    merged("Cy Cole", "Di Dorn")
    told = page_of(stop(as_ada, "Bob Birk", headers=HTMX)).one(id="following-total").text
    assert told.startswith("You follow 2 researchers.")
    assert "Following2 researchers" in page(as_ada.get("/accounts/")).text
