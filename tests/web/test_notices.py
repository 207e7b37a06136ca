"""The feed, the topics one follows, the page of notices, one's choices, and the way out of mail."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bzpeer.lib import limits
from bzpeer.lib.models import AuditEvent, OutboxEvent
from profiles.domain.notices import DEFAULT, OFFERED, Kind, Way
from profiles.follow_topics import topic_follow
from profiles.models import Notice, TopicFollow, User
from profiles.notices.choices import ways
from profiles.notices.delivering import notices_deliver
from profiles.notices.mailing import headers
from profiles.notices.reading import notice_read
from profiles.services import follow
from profiles.tasks import news_sweep, notices_sweep
from tests.factories.accounts import mails, person, signed_in_as
from tests.factories.corpus import author, publish
from tests.factories.notices import tell, told_by, topic, unread
from tests.factories.records import topics, work
from tests.web.dom import Page, page
from tests.web.people import by, somebody
from works.models import Author, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("our_outbox")]
HTMX = {"HX-Request": "true"}
FOLLOW = "/topics/arxiv-cs-lg/follow/"
LG = "Machine Learning (cs.LG)"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ada(db: None) -> User:
    return person(name="Ada Noether")


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in_as(ada)


@pytest.fixture
def eve(db: None) -> Client:
    return signed_in_as(person("eve@example.org"))


def private(response: Any) -> Page:
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return page(response)


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        private(client.get(address))
    return len(captured)


# Following a topic


@pytest.fixture
def lg(db: None) -> str:
    publish(by("Amy Ash"))
    assert topic().slug == "arxiv-cs-lg"
    return FOLLOW


def send(client: Client, action: str = "follow", **more: Any) -> Any:
    return client.post(FOLLOW, {"action": action}, **more)


def test_the_topic_page_leads_there(lg: str, client: Client, as_ada: Client) -> None:
    for reader in (client, as_ada):
        assert page(reader.get("/topics/arxiv-cs-lg/")).one("a", href=lg).text == "Follow topic"
    assert page(client.get("/topics/arxiv-cs-lg/")).all("form", method="post") == []
    slot = page(as_ada.get("/topics/arxiv-cs-lg/")).one("div", hx_get=lg)
    assert slot["hx-trigger"] == "load"


def test_a_reader_is_led_to_log_in_and_back(lg: str, client: Client) -> None:
    shown = private(client.get(lg))
    assert f"/accounts/login/?next={lg.replace('/', '%2F')}" in shown.links()
    assert shown.all("form", method="post") == []
    for sent in ({}, HTMX):
        assert send(client, headers=sent).status_code == 403
    assert not TopicFollow.objects.exists()


def test_following_shows_at_once(lg: str, as_ada: Client, eve: Client) -> None:
    assert private(as_ada.get(lg)).one("form", action=lg).text == "Follow topic 0 following"
    response = send(as_ada)
    assert (response.status_code, response["Location"]) == (303, "/topics/arxiv-cs-lg/")
    assert private(as_ada.get(lg)).one("form", action=lg).text == "Unfollow topic 1 following"
    assert private(eve.get(lg)).one("form", action=lg).text == "Follow topic 1 following"
    send(as_ada, "unfollow")
    assert private(eve.get(lg)).one("form", action=lg).text == "Follow topic 0 following"


def test_htmx_gets_the_piece(lg: str, as_ada: Client) -> None:
    for response in (as_ada.get(lg, headers=HTMX), send(as_ada, headers=HTMX)):
        piece = private(response)
        assert piece.elements[0].tag == "form"
        assert not piece.all("html")
    assert piece.elements[0].text == "Unfollow topic 1 following"


@pytest.mark.parametrize(
    ("actions", "left"),
    [(("follow", "follow"), 1), (("unfollow",), 0), (("follow", "unfollow", "unfollow"), 0)],
)
def test_twice_is_once(lg: str, as_ada: Client, actions: tuple[str, ...], left: int) -> None:
    for action in actions:
        assert send(as_ada, action).status_code == 303
    assert TopicFollow.objects.count() == left


@pytest.mark.django_db(transaction=True)
def test_parallel_clicks_are_one_row() -> None:
    publish(by("Amy Ash"))
    user = person()

    def click(client: Client) -> int:
        try:
            return int(send(client).status_code)
        finally:
            connection.close()

    clients = [signed_in_as(user) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(click, clients)) == {303}
    assert TopicFollow.objects.count() == 1


def test_bursts_are_stopped(lg: str, as_ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profiles.follow_views.FOLLOWS", limits.Limit("follow", 2, 3600))
    assert [send(as_ada).status_code for _ in range(3)] == [303, 303, 429]


def test_without_a_token_nothing_changes(lg: str, ada: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert send(strict).status_code == 403
    assert not TopicFollow.objects.exists()


@pytest.mark.parametrize("slug", ["nothing", "arxiv-cs-lg%20", "x" * 3_000])
def test_there_is_no_such_topic(as_ada: Client, slug: str) -> None:
    assert as_ada.get(f"/topics/{slug}/follow/").status_code == 404


def test_the_list_of_topics(lg: str, ada: User, as_ada: Client, eve: Client) -> None:
    assert "You follow no topic yet" in private(as_ada.get("/following/topics/")).text
    topic_follow(ada, topic())
    shown = private(as_ada.get("/following/topics/"))
    assert [heading.text for heading in shown.all("h2")] == [LG]
    assert "You follow no topic yet" in private(eve.get("/following/topics/")).text
    response = as_ada.post(FOLLOW, {"action": "unfollow", "list": "1"})
    assert response["Location"] == "/following/topics/"
    assert not TopicFollow.objects.exists()


def test_a_list_of_one_and_of_many_asks_as_often(ada: User, as_ada: Client) -> None:
    publish(by("Amy Ash", categories=topics("cs.LG", "cs.CV", "cs.AI", "cs.CL", "math.PR")))
    topic_follow(ada, topic())
    one = asked(as_ada, "/following/topics/")
    for code in ("cs.CV", "cs.AI", "cs.CL", "math.PR"):
        topic_follow(ada, topic(code))
    assert asked(as_ada, "/following/topics/") == one == 4


# The feed


def feed(client: Client, query: str = "") -> Page:
    return private(client.get(f"/following/{query}"))


def reasons(shown: Page) -> list[str]:
    return [e.text for e in shown.all("p", class_="feed-reason")]


@pytest.fixture
def follower(lg: str, ada: User) -> User:
    follow(ada, author("Amy Ash"))
    topic_follow(ada, topic())
    return ada


def test_strangers_are_sent_to_log_in(client: Client) -> None:
    for address in ("/following/", "/following/topics/", "/notifications/"):
        response = client.get(address)
        assert response["Location"] == f"/accounts/login/?next={address}"


def test_each_work_is_there_once_with_its_reasons(follower: User, as_ada: Client) -> None:
    publish(
        work("Amy Ash", title="First <b> & $x^2$"),
        by("Bob Birk", title="Second"),
        by("Amy Ash", "Bob Birk", "Cy Cole", "Di Dorn", title="Third"),
        work("Bob Birk", title="Of no interest"),
    )
    shown = feed(as_ada)
    assert reasons(shown) == [
        f"by Amy Ash, whom you follow; on {LG}, which you follow",
        f"on {LG}, which you follow",
        "by Amy Ash, whom you follow",
    ]
    titles = [heading.text for heading in shown.all("h3")]
    assert titles[:2] == ["Third", "Second"]
    assert titles[2].startswith("First <b> &")
    assert "Amy Ash, Bob Birk, Cy Cole and 1 more" in shown.text
    today = timezone.now()
    assert [h.text for h in shown.all("h2")] == [f"{today.day} {today:%B %Y}"]


def test_days_stand_over_their_works(follower: User, as_ada: Client) -> None:
    publish(by("Amy Ash"), by("Amy Ash"))
    follower.follow_set.update(created_at=F("created_at") - timedelta(days=9))
    first = Author.objects.get(name="Amy Ash").authorship_set.order_by("-work_id")[1].work
    earlier = Work.objects.filter(pk__lte=first.pk)
    earlier.update(created_at=F("created_at") - timedelta(days=3))
    assert len(feed(as_ada).all("h2")) == 2


def test_pages_go_on_where_the_last_one_ended(follower: User, as_ada: Client) -> None:
    publish(*(by("Amy Ash", title=f"T{number}") for number in range(21)))
    first = feed(as_ada)
    assert len(first.all("h3")) == 20
    publish(by("Amy Ash", title="Meanwhile"))
    further = first.one("a", rel="next")["href"]
    second = private(as_ada.get(further))
    titles = [e.text for e in [*first.all("h3"), *second.all("h3")]]
    assert len(titles) == len(set(titles)) == 21
    assert second.one("a", href="/following/", class_="btn line").text == "Back to the newest"
    assert not second.all("a", rel="next")
    assert "Nothing further back" in private(as_ada.get("/following/?before=1")).text


@pytest.mark.parametrize("query", ["?before=", "?before=x", "?before=-1", "?before=" + "9" * 30])
def test_what_makes_no_sense_is_the_top(follower: User, as_ada: Client, query: str) -> None:
    publish(by("Amy Ash"))
    assert len(feed(as_ada, query).all("h3")) == 1


def test_the_empty_states(lg: str, ada: User, as_ada: Client) -> None:
    assert "You follow nothing yet" in feed(as_ada).text
    topic_follow(ada, topic())
    assert "Nothing new yet" in feed(as_ada).text


def test_the_feed_is_ones_own(follower: User, eve: Client) -> None:
    publish(by("Amy Ash"))
    assert "You follow nothing yet" in feed(eve).text


def test_a_feed_of_one_and_of_twenty_asks_as_often(follower: User, as_ada: Client) -> None:
    publish(by("Amy Ash"))
    one = asked(as_ada, "/following/")
    publish(*(by(somebody(number), "Amy Ash") for number in range(30)))
    for number in range(20):
        follow(follower, author(somebody(number)))
    assert asked(as_ada, "/following/") == one == 4  # session, person, feed, unread


# Notices


def test_an_empty_page(as_ada: Client) -> None:
    shown = private(as_ada.get("/notifications/"))
    assert "No notices yet" in shown.text
    assert shown.all("form", action="/notifications/") == []


def test_a_notice_says_what_and_leads_there(lg: str, ada: User, as_ada: Client) -> None:
    amy = author("Amy Ash").pk
    tell(ada, "claim_reject", author=amy, reason="not_shown", url="/claims/x/")
    shown = private(as_ada.get("/notifications/"))
    assert "Your claim of Amy Ash was turned down" in shown.text
    assert "The evidence does not show" in shown.text
    assert "Bring a proof" in shown.text
    (notice,) = Notice.objects.all()
    response = as_ada.get(f"/notifications/{notice.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/claims/x/")
    notice.refresh_from_db()
    assert notice.read_at
    assert private(as_ada.get("/notifications/")).all("li", class_="notice-row unread") == []


def test_names_are_those_of_today(lg: str, ada: User, as_ada: Client) -> None:
    tell(ada, author=author("Amy Ash").pk)
    Author.objects.filter(name="Amy Ash").update(name="A. <b>Ash")
    assert "Your claim of A. <b>Ash was accepted" in private(as_ada.get("/notifications/")).text
    Notice.objects.update(data={"author": 0})
    assert "Your claim of a record was" in private(as_ada.get("/notifications/")).text


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_notice_of_another_is_not_there(ada: User, eve: Client, method: str) -> None:
    tell(ada)
    (notice,) = Notice.objects.all()
    answers = [getattr(eve, method)(f"/notifications/{pk}/") for pk in (notice.pk, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert len({TOKEN.sub("", answer.content.decode()) for answer in answers}) == 1
    assert unread(ada) == 1
    eve.post("/notifications/")
    assert unread(ada) == 1


@pytest.mark.parametrize("number", ["1", "x", "0" * 32, "7d262663-fa6c-454e-8a27-1f7fc257a99ax"])
def test_numbers_that_are_none(as_ada: Client, number: str) -> None:
    assert as_ada.get(f"/notifications/{number}/").status_code == 404


def test_strangers_open_nothing(ada: User, client: Client) -> None:
    tell(ada)
    (notice,) = Notice.objects.all()
    for response in (client.get(f"/notifications/{notice.pk}/"), client.post("/notifications/")):
        assert response["Location"].startswith("/accounts/login/?next=/notifications/")
    assert unread(ada) == 1


def test_marking_one_and_all(ada: User, as_ada: Client) -> None:
    for subject in "abc":
        tell(ada, subject=subject)
    first = Notice.objects.all()[0]
    for _ in range(2):
        response = as_ada.post(f"/notifications/{first.pk}/")
        assert (response.status_code, response["Location"]) == (303, "/notifications/")
        assert unread(ada) == 2
    when = Notice.objects.get(pk=first.pk).read_at
    until = private(as_ada.get("/notifications/")).one("input", name="until")["value"]
    tell(ada, subject="meanwhile")
    assert as_ada.post("/notifications/", {"until": until}).status_code == 303
    assert unread(ada) == 1
    as_ada.post("/notifications/", {"until": "x"})
    assert unread(ada) == 0
    assert Notice.objects.get(pk=first.pk).read_at == when


@pytest.mark.parametrize("until", ["", "2026-02-31T00:00", "2999-01-01T00:00:00Z", "2020-01-01"])
def test_odd_moments(ada: User, as_ada: Client, until: str) -> None:
    tell(ada)
    assert as_ada.post("/notifications/", {"until": until}).status_code == 303
    assert unread(ada) == 0


def test_htmx_changes_the_row_and_the_mark(ada: User, as_ada: Client) -> None:
    for subject in "ab":
        tell(ada, subject=subject)
    notice = Notice.objects.all()[0]
    piece = private(as_ada.post(f"/notifications/{notice.pk}/", headers=HTMX))
    assert not piece.all("html")
    row, bell = piece.one("li"), piece.one("a", id="notices-link")
    assert (row["id"], row["class"]) == (f"notice-{notice.pk}", "notice-row")
    assert bell["hx-swap-oob"] == "true"
    assert bell.text == "Notices1 unread"
    assert piece.all("form") == []


def test_pages_of_thirty(ada: User, as_ada: Client) -> None:
    for number in range(31):
        tell(ada, subject=str(number))
    first = private(as_ada.get("/notifications/"))
    second = private(as_ada.get("/notifications/?page=2"))
    rows = [*first.all("li"), *second.all("li")]
    ids = [row["id"] for row in rows if "id" in row.attributes]
    assert len(ids) == len(set(ids)) == 31
    assert first.one("a", rel="next")["href"] == "/notifications/?page=2"
    assert second.one("a", rel="prev")["href"] == "/notifications/"
    assert as_ada.get("/notifications/?page=9")["Location"] == "/notifications/"


def test_a_page_of_one_and_of_twenty_asks_as_often(lg: str, ada: User, as_ada: Client) -> None:
    tell(ada, author=author("Amy Ash").pk)
    one = asked(as_ada, "/notifications/")
    for number in range(20):
        publish(by(somebody(number)))
        tell(ada, subject=f"x{number}", author=author(somebody(number)).pk)
    assert asked(as_ada, "/notifications/") == one == 5  # session, person, notices, names, unread


# The mark in the header


def test_the_mark_is_one_query_of_the_index(ada: User, as_ada: Client, client: Client) -> None:
    assert page(as_ada.get("/about/")).one("a", id="notices-link").text == "Notices"
    for subject in "ab":
        tell(ada, subject=subject)
    with CaptureQueriesContext(connection) as captured:
        shown = page(as_ada.get("/about/"))
    assert shown.one("a", id="notices-link").text == "Notices2 unread"
    mine = [query["sql"] for query in captured if "profiles_notice" in query["sql"]]
    assert len(mine) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {mine[0]}")
        assert "notice_unread" in str(cursor.fetchall())
    assert page(client.get("/about/")).all("a", id="notices-link") == []


def test_a_hundred_is_enough(ada: User, as_ada: Client) -> None:
    rows = (Notice(user=ada, kind="claims", what="claim_ask", subject=str(n)) for n in range(120))
    Notice.objects.bulk_create(rows)
    assert page(as_ada.get("/about/")).one("a", id="notices-link").text == "Notices99+ unread"


# Choices


SETTINGS = "/settings/notifications/"


def test_the_form_shows_what_holds(ada: User, as_ada: Client, client: Client) -> None:
    assert client.get(SETTINGS)["Location"] == f"/accounts/login/?next={SETTINGS}"
    told_by(ada, Way.WEEKLY, Kind.WORKS)
    shown = private(as_ada.get(SETTINGS))
    chosen = {
        e.around[-1]["name"]: e["value"] for e in shown.all("option") if "selected" in e.attributes
    }
    assert chosen == DEFAULT | {"works": "weekly"}
    assert "Mail goes to ada@example.org" in shown.text
    offered = [e["value"] for e in shown.all("option") if e.around[-1]["name"] == "works"]
    assert offered == list(OFFERED[Kind.WORKS])


def test_choosing(ada: User, as_ada: Client, eve: Client) -> None:
    wanted = {"works": "daily", "claims": "off", "identity": "weekly"}
    response = as_ada.post(SETTINGS, wanted)
    assert (response.status_code, response["Location"]) == (302, SETTINGS)
    assert "Kept" in private(as_ada.get(SETTINGS)).text
    assert ways(ada.pk) == DEFAULT | wanted
    assert ways(User.objects.get(email="eve@example.org").pk) == DEFAULT


@pytest.mark.parametrize(
    "form", [{"works": "mail"}, {"works": "x"}, {"odd": "off"}, {}, {"user": "1", "kind": "claims"}]
)
def test_odd_choices_change_nothing(ada: User, as_ada: Client, form: dict[str, str]) -> None:
    assert as_ada.post(SETTINGS, form).status_code == 302
    assert ways(ada.pk) == DEFAULT


def test_without_a_verified_address_the_form_says_so(ada: User, as_ada: Client) -> None:
    ada.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    assert "No mail is sent before an address is verified" in page(as_ada.get(SETTINGS)).text


# The way out


def way_out(user: User, what: Kind | Way) -> str:
    return headers(user.pk, what)["List-Unsubscribe"].removeprefix("<http://127.0.0.1:8000")[:-1]


@pytest.mark.parametrize(
    ("what", "stopped"),
    [
        (Kind.CLAIMS, {"claims": "page"}),
        (Way.WEEKLY, {"works": "page", "identity": "page"}),
        (Kind.INVITATIONS, {"invitations": "page"}),
    ],
)
def test_one_click(ada: User, what: Kind | Way, stopped: dict[str, str]) -> None:
    told_by(ada, Way.WEEKLY, Kind.WORKS, Kind.IDENTITY)
    before = ways(ada.pk)
    mail_program = Client(enforce_csrf_checks=True)
    address = way_out(ada, what)
    shown = private(mail_program.get(address))
    assert ways(ada.pk) == before
    assert shown.one("form", method="post").text == "Stop it"
    assert not mail_program.cookies
    for _ in range(2):  # once is enough
        shown = private(mail_program.post(address, ONE_CLICK))
        assert "No more of this mail" in shown.text
        assert ways(ada.pk) == before | stopped
    assert AuditEvent.objects.filter(kind="mail_stopped", user_id=ada.pk).count() == 1
    notices_deliver()
    assert Notice.objects.get().what == "mail_stopped"


def test_it_works_at_once_for_what_is_queued(ada: User) -> None:
    tell(ada)
    assert len(mails()) == 1
    Client().post(way_out(ada, Kind.CLAIMS))
    assert mails() == []
    tell(ada, subject="2")
    assert mails() == []
    assert Notice.objects.filter(kind="claims").count() == 2


def test_another_may_be_signed_in(ada: User, eve: Client) -> None:
    private(eve.post(way_out(ada, Kind.CLAIMS)))
    assert ways(ada.pk)[Kind.CLAIMS] == Way.PAGE
    assert ways(User.objects.get(email="eve@example.org").pk) == DEFAULT


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "x"])
def test_a_token_that_is_not_whole(ada: User, change: Callable[[str], str]) -> None:
    *path, token, _ = way_out(ada, Kind.CLAIMS).split("/")
    address = "/".join([*path, change(token), ""])
    assert "not whole" in private(Client().get(address)).text
    assert Client().post(address).status_code == 400
    assert ways(ada.pk) == DEFAULT


def test_the_mail_of_who_is_gone(ada: User) -> None:
    address = way_out(ada, Kind.CLAIMS)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    private(Client().post(address))
    assert ways(ada.pk)[Kind.CLAIMS] == Way.PAGE


def test_reading_writes_nothing(ada: User, as_ada: Client) -> None:
    tell(ada)
    (notice,) = Notice.objects.all()
    for address in ("/notifications/", SETTINGS, "/following/", "/about/"):
        as_ada.get(address)
    assert unread(ada) == 1
    assert as_ada.put(f"/notifications/{notice.pk}/").status_code == 405
    assert as_ada.head(f"/notifications/{notice.pk}/").status_code == 405
    notice_read(notice)
    assert unread(ada) == 0
    assert not OutboxEvent.objects.filter(kind="notice").exists()


# Nobody outside is written to


def test_following_an_unclaimed_record_writes_to_nobody(lg: str, ada: User, as_ada: Client) -> None:
    told_by(ada, Way.WEEKLY)
    amy = author("Amy Ash")
    address = f"/researchers/{amy.slug}/follow/"
    forged = {"action": "follow", "email": "amy@example.org", "notify": "1", "user": "2"}
    for headers_sent in ({}, HTMX):
        for path in (address, FOLLOW):
            as_ada.post(path, forged, headers=headers_sent)
    for _ in range(2):
        publish(by("Amy Ash"))
        news_sweep()
        notices_sweep()
        news_sweep()
    assert Notice.objects.count() == 1
    assert not OutboxEvent.objects.exists()
