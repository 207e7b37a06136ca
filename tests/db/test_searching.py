"""What a search finds, in what order, and what it finds no more."""

from datetime import date

import pytest
from django.db import connection

from profiles.services import refresh
from tests.factories.corpus import author, publish, row_versions, take_in
from tests.factories.records import changed, topics, work
from works import researchers
from works import topics as topic_reading
from works.lists import works_of_topics
from works.models import Author, AuthorFacts, NameWord, NameWords, TitleWords, Work
from works.researchers import nearly_named, search_researchers
from works.search_index import names_index
from works.suppression import suppress
from works.titles import search_titles

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 1)


def named(q: str, most: int = 20) -> list[str]:
    return [row.name for row in search_researchers(q, most)]


def near(q: str) -> list[str]:
    return [row.name for row in nearly_named(q)]


def titled(q: str, most: int = 20) -> list[str]:
    return [row.title_html for row in search_titles(q, most)]


# Names

COUNTS = (1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 513, 9_999)


@pytest.fixture
def lees() -> list[str]:
    """Names of people with ever more works, the most first."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = {f"Lee{letters[place]} Ann": works for place, works in enumerate(COUNTS)}
    take_in(*(work(name) for name in names))
    ids = []
    for name, works in names.items():
        facts = AuthorFacts.objects.create(author=author(name), works=works)
        ids.append(facts.pk)
    with connection.cursor() as cursor:
        names_index(cursor, ids)
    return list(reversed(names))


@pytest.mark.parametrize("most", [1, 2, 7, 19, 20])
def test_who_wrote_most_comes_first_however_few_are_asked_for(lees: list[str], most: int) -> None:
    assert named("lee", most) == named("ann l", most) == lees[:most]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("李小龍", ["李小龍"]),
        ("李", ["李小龍"]),
        ("小龍", []),
        ("xue l", ["Xue Lin"]),
        ("l x", ["Xue Lin"]),
        ("x q", []),
        ("IVANOV", []),
        ("иван", ["Пётр Иванов"]),
        ("%", []),
        ("' & '", []),
        ("l" * 300, []),
    ],
)
def test_words_and_beginnings_in_any_order(q: str, found: list[str]) -> None:
    publish(work("Xue Lin", "李小龍", "Пётр Иванов"))
    assert named(q) == found


def test_who_has_no_works_any_more_is_not_found() -> None:
    publish(work("Xue Lin", number=1))
    publish(work("Ann Lee", number=1, record_date="2025-05-05"))
    assert (named("lin"), named("lee")) == ([], ["Ann Lee"])
    assert NameWords.objects.count() == 1


def test_merged_records_are_passed_over_at_once() -> None:
    publish(work("Xue Lin"), work("Xue Linn"))
    Author.objects.filter(name="Xue Linn").update(merged_into=author("Xue Lin"))
    assert named("xue") == ["Xue Lin"]


def test_a_record_that_was_emptied_is_passed_over_at_once() -> None:
    publish(work("Xue Lin"))
    Author.objects.update(name="", name_key="")
    assert named("xue") == []


def test_a_refresh_writes_only_what_differs() -> None:
    publish(work("Xue Lin", "Ann Lee"))
    before = row_versions(["works_namewords"])
    refresh([author("Xue Lin").pk, author("Ann Lee").pk])
    assert row_versions(["works_namewords"]) == before


# Slips


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("Xue Lnig", ["Xue Ling"]),
        ("Lign", ["Xue Ling"]),
        ("Lingg X", ["Xue Ling"]),
        ("Lign B", []),
        ("Ann Lign", []),
        ("Xeu Ling", []),  # too short a word for a slip
        ("Nobody Else", []),
        ("", []),
    ],
)
def test_a_slip_in_a_word_is_forgiven(q: str, found: list[str]) -> None:
    publish(work("Xue Ling", "Ann Other"))
    assert named(q) == []
    assert near(q) == found


def test_words_of_a_suppressed_name_are_forgotten_unless_somebody_bears_them() -> None:
    publish(work("Quirina Zufal", "Ann Zufal", number=1), work("Q. Zufal", number=2))
    assert set(NameWord.objects.values_list("word", flat=True)) == {"quirina", "zufal", "ann", "q"}
    suppress(author("Quirina Zufal").pk, reason="objection", user_id=None, today=TODAY)
    assert set(NameWord.objects.values_list("word", flat=True)) == {"zufal", "ann", "q"}
    assert named("quirina") == near("quirnia") == []
    assert not NameWords.objects.filter(words="0quirina").exists()


# Titles


def test_titles_are_found_by_their_words_the_latest_first() -> None:
    publish(
        work("Ann Lee", title="Deep learning of tides", created="2019-01-01"),
        work("Ann Lee", title="Tides without deep learning", created="2023-01-01"),
        work("Ann Lee", title="Deep tides", created="2024-01-01"),
        work("Ann Lee", title="Learning, deep", created="1987-01-01"),
    )
    expected = ["Tides without deep learning", "Deep learning of tides", "Learning, deep"]
    assert titled("learning DEEP") == expected
    assert titled("deep learning", most=2) == expected[:2]
    assert titled("deep learn") == expected
    assert titled("dee learning") == []


@pytest.mark.parametrize("q", ["schrodinger", "SCHRÖDINGER", "schröd", "für schrodinger"])
def test_titles_forgive_accents(q: str) -> None:
    publish(work("Ann Lee", title="Für Schrödinger"))
    assert titled(q) == ["Für Schrödinger"]


@pytest.mark.parametrize(("q", "found"), [("学習", True), ("習学", True), ("機械", False)])
def test_titles_without_spaces_are_found_by_their_signs(q: str, found: bool) -> None:
    publish(work("Ann Lee", title="深層学習の研究"))
    assert bool(titled(q)) is found


def test_a_new_title_takes_the_place_of_the_old_one() -> None:
    first = work("Ann Lee", title="Old tides", number=1)
    publish(first)
    publish(changed(first, title="New waves", record_date="2025-05-05"))
    assert (titled("tides"), titled("waves")) == ([], ["New waves"])


def test_an_import_again_writes_no_words_again() -> None:
    record = work("Ann Lee", title="Old tides", number=1)
    publish(record)
    before = row_versions(["works_titlewords", "works_worktopic"])
    publish(record)
    assert row_versions(["works_titlewords", "works_worktopic"]) == before


def test_a_removed_work_is_not_found() -> None:
    publish(work("Ann Lee", title="Old tides"))
    Work.objects.update(removed=True)
    assert titled("tides") == []


def test_works_that_became_one_are_found_once() -> None:
    first = work("Ann Lee", title="Old tides of the sea", number=1)
    second = changed(first, source="dblp", external_id="conf/x/1", doi="10.5555/a")
    publish(first, second)
    publish(changed(first, doi="10.5555/a", record_date="2025-05-05"))
    assert len(titled("tides")) == Work.objects.count() == TitleWords.objects.count()


# Topics


def test_a_topic_shows_its_latest_works_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("works.lists.SIZE", 2)
    days = dict(
        zip(("2019-03-01", "2024-05-01", "2024-01-01", "2011-01-01", "2020-02-02"), "DABEC")
    )
    publish(
        *(
            work("Ann Lee", title=title, created=day, categories=topics("cs.LG"))
            for day, title in days.items()
        ),
        work("Ann Lee", title="other", categories=topics("cs.CL")),
    )
    found = topic_reading.topic("arxiv-cs-lg")
    assert found is not None
    pages = [[row.title_html for row in works_of_topics(found.ids, page)] for page in (1, 2, 3, 4)]
    assert pages == [[b"A", b"B"], [b"C", b"D"], [b"E"], []]


def test_a_work_of_two_topics_beneath_is_listed_once() -> None:
    publish(
        work("Ann Lee", categories=topics("cs.LG", "cs.CL")),
        work("Bo Li", categories=topics("cs.LG")),
    )
    ids = [one.id for one in map(topic_reading.topic, ("arxiv-cs-lg", "arxiv-cs-cl")) if one]
    assert len(works_of_topics(ids, 1)) == 2


def test_a_work_that_is_dated_anew_moves() -> None:
    first = work("Ann Lee", title="One", created="2019-01-01", number=1, categories=topics("cs.LG"))
    publish(first, work("Bo Li", title="Two", created="2020-01-01", categories=topics("cs.LG")))
    publish(changed(first, created="2021-01-01", record_date="2025-05-05"))
    found = topic_reading.topic("arxiv-cs-lg")
    assert found is not None
    assert [row.title_html for row in works_of_topics(found.ids, 1)] == [b"One", b"Two"]


@pytest.mark.parametrize(("most", "counted"), [(2, (2, True)), (3, (3, False)), (9, (3, False))])
def test_works_of_a_topic_are_counted_so_far(
    most: int, counted: tuple[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_reading, "MOST_WORKS", most)
    publish(*(work("Ann Lee", title=f"No {n}", categories=topics("cs.LG")) for n in range(3)))
    found = topic_reading.topic("arxiv-cs-lg")
    assert found is not None
    assert (found.works.works, found.works.more) == counted


def test_researchers_of_a_topic_are_those_of_its_latest_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(researchers, "LATEST_WORKS", 2)
    monkeypatch.setattr(researchers, "LEAST_WORKS", 1)
    publish(
        *(
            work(name, title=f"{name} {year}", created=f"{year}-01-01", categories=topics("cs.LG"))
            for name, year in (("Ann Lee", 2018), ("Bo Li", 2023), ("Cy Day", 2022))
        )
    )
    found = topic_reading.topic("arxiv-cs-lg")
    assert found is not None
    names = [name for _, name, _ in researchers.researchers_of_topics(found.ids)]
    assert names == ["Bo Li", "Cy Day"]
