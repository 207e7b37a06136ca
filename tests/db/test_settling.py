"""What people settled about works and bylines stays so through every import."""

import pytest
from django.test import Client

from profiles.models import User
from tests.factories.corpus import TODAY, author, author_of, facts_of, publish, refresh_all, take_in
from tests.factories.records import changed, person, work
from works import settling
from works.domain.records import ExternalId, WorkRecord
from works.models import Author, Authorship, Work
from works.settling import Verdict

pytestmark = pytest.mark.django_db

TITLE = "How tides move the sand of shallow bays"
FIRST = work("Ann Lee", "Bo Mato", number=1, title=TITLE)
SECOND = work("Ann Lee", "Cy Day", number=2, title="Why gulls sleep on one leg at night")
COPY = changed(
    FIRST,
    source="openalex",
    format="openalex/works",
    external_id="W1",
    ids=(ExternalId("openalex", "W1"),),
    authors=(person("A. Lee", openalex="A1"), person("B. Mato")),
    type="article",
)


def settle(name: str, position: int, mine: bool, title: str = TITLE) -> None:
    work_id = Work.objects.get(title_text=title).pk
    verdict = Verdict(work_id, position, mine)
    settling.mentions_settle(author(name).pk, [verdict], user_id=None, today=TODAY)


def byline(title: str = TITLE) -> list[tuple[str, str, str]]:
    rows = Authorship.objects.filter(work__title_text=title).order_by("position")
    return list(rows.values_list("author__key_scheme", "author__key_value", "status"))


def again(*records: WorkRecord) -> None:
    """All of it once more, and newer."""
    take_in(*records)
    take_in(*(changed(record, record_date="2026-10-10") for record in records))


def test_what_is_not_mine_goes_to_an_unclaimed_record_of_that_name_and_stays_there() -> None:
    publish(FIRST, SECOND)
    lee = author("Ann Lee")
    settle("Ann Lee", 1, mine=False)
    refresh_all()
    for _ in range(2):
        assert byline()[0][:2] == ("name", "ann lee#other")
        assert [
            a.pk
            for a in Author.objects.filter(
                authorship__work__title_text=SECOND.title, name="Ann Lee"
            )
        ] == [lee.pk]
        again(FIRST, SECOND)
        refresh_all()
    assert {f.works for f in (facts_of("Bo Mato"), facts_of("Cy Day"))} == {1}
    assert [a.authorfacts.works for a in Author.objects.filter(name="Ann Lee")] == [1, 1]


def test_what_is_mine_is_confirmed_and_stays_so() -> None:
    publish(FIRST, SECOND)
    settle("Ann Lee", 1, mine=True)
    again(FIRST)
    refresh_all()
    assert byline()[0] == ("name", "ann lee", "confirmed")
    assert facts_of("Ann Lee").confirmed == 1


def test_a_work_of_another_record_becomes_mine() -> None:
    publish(FIRST, SECOND)
    settle("Cy Day", 2, mine=True)
    assert byline()[1] == ("name", "cy day", "confirmed")
    again(FIRST)
    assert byline()[1][:2] == ("name", "cy day")


def test_a_verdict_is_taken_back() -> None:
    publish(FIRST)
    settle("Ann Lee", 1, mine=False)
    lee = author_of("name", "ann lee")
    settling.mentions_settle(
        lee.pk, [Verdict(Work.objects.get().pk, 1, True)], user_id=None, today=TODAY
    )
    assert byline()[0] == ("name", "ann lee", "confirmed")


def test_a_verdict_holds_when_the_source_gives_the_work_another_number() -> None:
    publish(FIRST)
    settle("Ann Lee", 1, mine=False)
    take_in(COPY)
    assert byline()[0][:2] == ("openalex", "A1")
    renumbered = changed(FIRST, external_id="2401.77777", record_date="2026-01-01")
    take_in(renumbered)
    assert ("name", "ann lee") not in [row[:2] for row in byline()]


def test_a_verdict_holds_for_the_name_as_another_report_writes_it() -> None:
    publish(COPY)
    author_of("openalex", "A1")
    settling.mentions_settle(
        author_of("openalex", "A1").pk,
        [Verdict(Work.objects.get().pk, 1, False)],
        user_id=None,
        today=TODAY,
    )
    take_in(FIRST)
    assert byline()[0][:2] == ("name", "ann lee")


def test_two_bearers_of_one_name_are_told_apart_by_their_order() -> None:
    publish(work("Ann Lee", "Ann Lee", number=1, title=TITLE))
    second = author_of("name", "ann lee#2")
    settling.mentions_settle(
        second.pk, [Verdict(Work.objects.get().pk, 2, False)], user_id=None, today=TODAY
    )
    assert [row[1] for row in byline()] == ["ann lee", "ann lee#2#other"]


def test_what_a_claimant_said_falls_and_stands_again_with_their_claim() -> None:
    publish(FIRST)
    user = User.objects.create_user("ann@example.org")
    lee, verdict = author("Ann Lee"), Verdict(Work.objects.get().pk, 1, mine=False)
    settling.mentions_settle(lee.pk, [verdict], user_id=user.pk, today=TODAY)
    for holders, value in (((), "ann lee"), ((user.pk,), "ann lee#other"), ((), "ann lee")):
        settling.verdicts_stand(lee.pk, {user.pk}, holders, today=TODAY)
        assert byline()[0][1] == value
        again(FIRST)
        assert byline()[0][1] == value


def test_verdicts_about_nothing_change_nothing() -> None:
    publish(FIRST)
    before = byline()
    settling.mentions_settle(
        author("Ann Lee").pk,
        [Verdict(Work.objects.get().pk, 9, True), Verdict(999_999, 1, False)],
        user_id=None,
        today=TODAY,
    )
    assert byline() == before


def test_a_removed_work_stays_removed(client: Client) -> None:
    publish(FIRST, SECOND)
    gone = Work.objects.get(title_text=TITLE).pk
    settling.work_remove(gone, user_id=None, reason="asked for", today=TODAY)
    refresh_all()
    for _ in range(2):
        response = client.get(f"/works/{gone}/")
        assert response.status_code == 410
        assert TITLE not in response.content.decode()
        assert facts_of("Ann Lee").works == 1
        assert not Authorship.objects.filter(work=gone).exists()
        again(FIRST, SECOND)
        take_in(COPY)
        refresh_all()


def test_a_removed_work_comes_back_whole(client: Client) -> None:
    publish(FIRST)
    work_id = Work.objects.get().pk
    settling.work_remove(work_id, user_id=None, reason="", today=TODAY)
    settling.work_restore(work_id, today=TODAY)
    assert client.get(f"/works/{work_id}/").status_code == 200
    assert len(byline()) == 2


def test_a_chosen_name_stays_and_can_be_given_up(client: Client) -> None:
    publish(FIRST)
    lee = author("Ann Lee")
    settling.name_choose(lee.pk, "Anna Lee-Marsh")
    refresh_all()
    again(FIRST, SECOND)
    refresh_all()
    chosen = Author.objects.get(pk=lee.pk)
    assert (chosen.name, chosen.slug) == ("Anna Lee-Marsh", f"anna-lee-marsh-{lee.public_id}")
    assert (
        client.get(f"/researchers/{lee.slug}/")
        .headers["Location"]
        .startswith("/researchers/anna-lee-marsh-")
    )
    settling.name_choose(lee.pk, "")
    refresh_all()
    assert Author.objects.get(pk=lee.pk).name == "Ann Lee"
