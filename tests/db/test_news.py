"""New works told to who follows: once, in bulk, and by nobody twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from bzpeer.lib.models import OutboxEvent
from profiles.domain.notices import Kind, Way
from profiles.follow_feed import END, feed
from profiles.follow_topics import topic_follow
from profiles.models import NewsMark, Notice, User
from profiles.notices import news
from profiles.notices.news import marks_forget, news_spread
from profiles.notices.reading import notice_read
from profiles.notices.showing import shown
from profiles.services import follow
from profiles.tasks import news_sweep
from tests.factories.accounts import person
from tests.factories.corpus import author, publish
from tests.factories.notices import follows_since, told_by, topic
from tests.factories.records import deletion, topics, work
from tests.web.people import by, somebody
from works.models import Author, Topic, Work


def spread() -> int:
    return news_spread(timezone.now())


def words(user: User) -> list[str]:
    return [one["words"] for one in shown(list(Notice.objects.filter(user=user)))]


@pytest.fixture
def ada(db: None) -> User:
    """Follows Amy Ash and the topic Machine Learning, whose works so far were told."""
    publish(by("Amy Ash"))
    found = person()
    follow(found, author("Amy Ash"))
    topic_follow(found, topic())
    spread()
    return found


@pytest.mark.django_db
def test_what_was_there_before_is_no_news(ada: User) -> None:
    assert spread() == 0
    assert Notice.objects.count() == 0
    assert feed(ada, END) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("record", "said"),
    [
        (lambda: work("Amy Ash"), ["New works by Amy Ash"]),
        (
            lambda: work("Bob Birk", categories=topics("cs.LG")),
            ["New works on Machine Learning (cs.LG)"],
        ),
        (lambda: by("Amy Ash"), ["New works by Amy Ash and on Machine Learning (cs.LG)"]),
        (lambda: work("Bob Birk", categories=topics("cs.CV")), []),
    ],
)
def test_who_follows_is_told(ada: User, record: Callable[[], Any], said: list[str]) -> None:
    publish(record())
    assert spread() == len(said)
    assert words(ada) == said
    assert len(feed(ada, END)) == len(said)
    assert spread() == 0


@pytest.mark.django_db
def test_one_notice_a_day_names_three_and_says_that_there_are_more(ada: User) -> None:
    names = ["Bob Birk", "Cy Cole", "Di Dorn", "Ed Elm"]
    publish(*(work(name) for name in names))
    for name in names:
        follow(ada, author(name))
    for name in names:
        publish(work(name))
        spread()
    (said,) = words(ada)
    assert said.count(",") == 2
    assert said.endswith("and more")


@pytest.mark.django_db
def test_after_reading_the_day_begins_anew(ada: User) -> None:
    publish(work("Amy Ash"))
    spread()
    notice_read(Notice.objects.get())
    assert spread() == 0
    publish(work("Bob Birk", categories=topics("cs.LG")))
    assert spread() == 1
    assert Notice.objects.get().read_at is None
    assert words(ada) == ["New works on Machine Learning (cs.LG)"]


@pytest.mark.django_db
def test_a_topic_stands_for_those_beneath_it(ada: User) -> None:
    publish(work("Bob Birk", categories=topics("cs.CV")))
    Topic.objects.filter(code="cs.CV").update(broader=topic())
    Topic.objects.filter(code="cs.LG").update(broader=topic("cs.CV"))  # a circle does no harm
    publish(work("Bob Birk", categories=topics("cs.CV"), title="Seen"))
    assert spread() == 1
    # Followed before both came: the feed asks for what is beneath now.
    assert [found.title_text for found in feed(ada, END)][0] == "Seen"
    assert {name for found in feed(ada, END) for _, name in found.topics} == {
        "Machine Learning (cs.LG)"
    }


@pytest.mark.django_db
def test_a_merged_record_is_followed_as_the_other(ada: User) -> None:
    publish(work("Bob Birk"))
    Author.objects.filter(name="Amy Ash").update(merged_into=author("Bob Birk"))
    publish(work("Bob Birk"))
    spread()
    assert words(ada) == ["New works by Bob Birk"]
    assert [found.authors[0][1] for found in feed(ada, END)] == ["Bob Birk"] * 2


@pytest.mark.django_db
def test_who_turned_it_off_is_not_told(ada: User) -> None:
    told_by(ada, Way.OFF, Kind.WORKS)
    publish(by("Amy Ash"))
    assert spread() == 0
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_an_import_of_thousands_is_some_statements_and_no_mail(
    ada: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(news, "BATCH", 500)
    told_by(ada, Way.WEEKLY, Kind.WORKS)
    publish(*(by(somebody(number)) for number in range(1_200)))
    with django_assert_max_num_queries(3 * 6 + 4):
        assert spread() == 1
    assert Notice.objects.count() == 1
    assert not OutboxEvent.objects.exists()
    assert NewsMark.objects.get().work_id == Work.objects.order_by("-pk")[0].pk


@pytest.mark.django_db(transaction=True)
def test_two_beats_tell_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "BATCH", 7)
    publish(by("Amy Ash"))
    users = [person(f"a{number}@example.org") for number in range(4)]
    for user in users:
        topic_follow(user, topic())
    publish(*(by("Amy Ash") for _ in range(40)))

    def sweep() -> None:
        try:
            news_sweep()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(sweep) for _ in range(8)]:
            done.result(timeout=60)
    news_sweep()
    assert Notice.objects.count() == 4
    assert [len(feed(user, END)) for user in users] == [21] * 4


@pytest.mark.django_db
def test_withdrawn_works_are_no_news(ada: User) -> None:
    record = by("Amy Ash")
    publish(record)
    publish(deletion(record))
    assert spread() == 0
    assert feed(ada, END) == []


def ten_days_pass() -> None:
    time = timedelta(days=10)
    Work.objects.update(created_at=F("created_at") - time)
    for mark in NewsMark.objects.order_by("hour"):
        NewsMark.objects.filter(pk=mark.pk).update(hour=mark.hour - time, at=mark.at - time)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "new"), [(1, 0), (11, 1), (21, 2), (31, 3), (41, 4)])
def test_the_marks_only_say_where_to_look(ada: User, days: int, new: int) -> None:
    """With marks and without, the feed is the same, whenever following began."""
    Work.objects.update(created_at=F("created_at") - timedelta(days=100))
    for _ in range(4):
        publish(by("Amy Ash"))
        spread()
        ten_days_pass()
    follows_since(ada, days=days)
    assert NewsMark.objects.count() == 4
    with_marks = [found.id for found in feed(ada, END)]
    NewsMark.objects.all().delete()
    assert [found.id for found in feed(ada, END)] == with_marks
    assert len(with_marks) == new


@pytest.mark.django_db
def test_only_90_days_are_new(ada: User) -> None:
    publish(by("Amy Ash"), by("Amy Ash"))
    follows_since(ada, days=200)
    for days, left in ((89, 3), (2, 0)):
        Work.objects.update(created_at=F("created_at") - timedelta(days=days))
        assert len(feed(ada, END)) == left


@pytest.mark.django_db
def test_old_marks_go_and_the_latest_stays(ada: User) -> None:
    now = timezone.now()
    NewsMark.objects.update(hour=now - timedelta(days=200))
    NewsMark.objects.create(hour=now - timedelta(days=300), at=now, work_id=0)
    latest = NewsMark.objects.order_by("-work_id")[0].work_id
    marks_forget(now)
    assert [mark.work_id for mark in NewsMark.objects.all()] == [latest]
