"""The facts of the refresh against a recount in plain words, what they cost, and their history."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.domain.trust import TrustFacts, score
from claims.models import TrustScore
from graph.models import Collaboration
from graph.slices import standing
from profiles.models import Follow, User
from profiles.services import refresh
from tests.factories.commands import run
from tests.factories.corpus import (
    TABLES,
    author,
    facts_of,
    publish,
    refresh_all,
    row_versions,
    take_in,
)
from tests.factories.records import changed, people, person, topics, work
from works.domain.records import AuthorRecord, PersonId, WorkRecord
from works.models import Author, AuthorChange, AuthorFacts
from works.services import authors_changed

pytestmark = pytest.mark.django_db

CROWD = people(60)
CODES = ("cs.LG", "cs.CV", "math.CO", "hep-ex")


@dataclass(frozen=True, slots=True)
class Told:
    """A work as a test means it."""

    number: int
    authors: tuple[str, ...]
    year: int | None
    codes: tuple[str, ...]
    identified: bool
    abstract: bool
    twice: bool

    def records(self) -> list[WorkRecord]:
        record = work(
            *self.authors,
            number=self.number,
            created=f"{self.year}-02-03" if self.year else "",
            categories=topics(*self.codes),
            abstract="It holds." if self.abstract else "",
        )
        if not self.identified:
            record = changed(record, ids=())
        second = changed(record, source="dblp", format="bzpeer/1")
        return [record, second] if self.twice and self.identified else [record]

    @property
    def complete(self) -> bool:
        return self.identified and self.abstract and self.year is not None


def corpus(seed: int) -> list[Told]:
    chance = random.Random(seed)
    return [
        Told(
            number,
            tuple(chance.sample(CROWD, 55) if number % 20 == 7 else _team(chance)),
            chance.choice([None, 2018, 2019, 2020, 2021]),
            tuple(chance.sample(CODES, chance.randrange(3))),
            identified=chance.random() < 0.8,
            abstract=chance.random() < 0.8,
            twice=chance.random() < 0.3,
        )
        for number in range(50)
    ]


def _team(chance: random.Random) -> list[str]:
    """Two crowds that hardly meet, and a few people who are in both."""
    half = chance.choice([CROWD[:8], CROWD[6:14]])
    return chance.sample(half, chance.choice([1, 2, 2, 3]))


def close_to(name: str, mine: list[Told]) -> set[str]:
    small = [one for one in mine if len(one.authors) <= 50]
    met = Counter(other for one in small for other in one.authors if other != name)
    return {other for other, n in met.items() if n >= 3 and n / len(small) >= 1 / 3}


def may_be_several(name: str, mine: list[Told]) -> bool:
    """Whether the small works fall into two groups of two that share nobody else."""
    groups: list[tuple[set[str], int]] = []
    for one in mine:
        if len(one.authors) > 50:
            continue
        people, size = set(one.authors) - {name}, 1
        for group in [group for group in groups if group[0] & people]:
            groups.remove(group)
            people, size = people | group[0], size + group[1]
        groups.append((people, size))
    return sum(size >= 2 for _, size in groups) >= 2


def recount(name: str, told: list[Told]) -> dict[str, object]:
    mine = [one for one in told if name in one.authors]
    small = [one for one in mine if len(one.authors) <= 50]
    facts = TrustFacts(
        level=1 if any(one.identified for one in mine) else 0,
        works=len(mine),
        authorships=len(mine),
        corroborated=sum(one.twice and one.identified for one in mine),
        identified=sum(one.identified for one in mine),
        complete=sum(one.complete for one in mine),
        close=len(close_to(name, mine)),
    )
    trust = score(facts)
    return {
        "works": facts.works,
        "years": Counter(one.year for one in mine),
        "topics": len({code for one in mine for code in one.codes}),
        "identified": facts.identified,
        "complete": facts.complete,
        "corroborated": facts.corroborated,
        "collaborators": len({other for one in small for other in one.authors} - {name}),
        "close_collaborators": facts.close,
        "several": may_be_several(name, mine),
        "level": facts.level,
        "trust_score": trust.score,
        "trust_band": trust.band,
    }


def found(name: str) -> dict[str, object]:
    facts = facts_of(name)
    wanted = recount(name, [])
    return {field: getattr(facts, field) for field in wanted} | {
        "years": Counter(dict(facts.years))
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_facts_are_those_of_a_recount(seed: int) -> None:
    told = corpus(seed)
    publish(*(record for one in told for record in one.records()))
    names = sorted({name for one in told for name in one.authors})
    assert {name: found(name) for name in names} == {name: recount(name, told) for name in names}
    assert {facts.several for facts in AuthorFacts.objects.all()} == {True, False}
    close = Collaboration.objects.filter(close=True)
    pairs = set(close.values_list("author__name", "other__name"))
    assert pairs == {
        (name, other)
        for name in names
        for other in close_to(name, [one for one in told if name in one.authors])
    }
    assert pairs


def test_the_facts_follow_what_changes() -> None:
    old = {one.number: one for one in corpus(5) if one.identified}
    publish(*(record for one in old.values() for record in one.records()))
    # Whoever said something of a work says it anew: else what they said before fills gaps.
    new = {
        one.number: replace(one, twice=one.twice or (one.number in old and old[one.number].twice))
        for one in corpus(6)
        if one.identified
    }
    later = (record for one in new.values() for record in one.records())
    publish(*(changed(record, record_date="2025-05-05") for record in later))
    told = list((old | new).values())
    names = sorted({name for one in told for name in one.authors})
    for name in names:
        assert found(name) == recount(name, told)


def test_the_sample_is_the_worked_example() -> None:
    call_command("load_sample", stdout=None)
    facts = facts_of("Xue Lin")
    shown = (facts.works, facts.close_collaborators, facts.trust_score, facts.trust_band)
    assert shown == (25, 4, 21, "Emerging")
    assert (facts.level, facts.several, facts.claim_state) == (1, True, "unclaimed")
    assert [circle["works"] for circle in facts.circles] == [21, 3, 1]
    assert not AuthorChange.objects.exists()


# What a refresh costs, and what a second one does


def test_a_second_refresh_writes_nothing() -> None:
    publish(*(record for one in corpus(1) for record in one.records()))
    written = [*TABLES, "works_namewords"]
    rows = row_versions(written)
    refresh(list(Author.objects.values_list("id", flat=True)))
    assert row_versions(written) == rows


def _changed() -> None:
    authors_changed([author("Ann Lee").pk])


def _spelt_otherwise() -> None:
    Author.objects.filter(name="Ann Lee").update(name="A. Lee", slug="a-lee-1")


def _followed() -> None:
    user = User.objects.create_user("ada@example.org")
    Follow.objects.create(user=user, author=author("Ann Lee"))


def _counted_wrongly() -> None:
    AuthorFacts.objects.filter(author__name="Ann Lee").update(years=[])


def _said() -> None:
    AuthorFacts.objects.filter(author__name="Ann Lee").update(said={"tagline": "Gone"})


@pytest.mark.parametrize(
    "happens", [_changed, _spelt_otherwise, _followed, _counted_wrongly, _said]
)
def test_only_whose_page_may_differ_has_a_new_version(happens: Callable[[], None]) -> None:
    publish(work("Ann Lee", "Bo Li"), work("Cy Day"))
    before = _versions()
    happens()
    refresh(list(before))
    again = _versions()
    ann = author("Ann Lee").pk
    assert again.pop(ann) > before.pop(ann)
    assert again == before


def _versions() -> dict[int, int]:
    return dict(AuthorFacts.objects.values_list("author_id", "version"))


def test_a_title_that_changes_makes_a_new_version() -> None:
    publish(work("Ann Lee", number=1), work("Bo Li", number=2))
    before = _versions()
    take_in(work("Ann Lee", number=1, title="Another title", record_date="2025-05-05"))
    assert run("refresh", "--all").counts == (0, 0, 2, 0, 2)
    later = _versions()
    ann = author("Ann Lee").pk
    assert later.pop(ann) > before.pop(ann)
    assert later == before


def test_the_number_of_statements_is_the_same_for_one_author_and_a_hundred() -> None:
    names = people(100)
    take_in(*(work(name, names[n - 1], number=n) for n, name in enumerate(names)))
    ids = list(Author.objects.values_list("id", flat=True))

    def statements(chosen: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            refresh(chosen)
        return len(captured)

    first, many = statements(ids[:1]), statements(ids[1:])
    assert (first, len(ids)) == (many, 100)
    assert first < 30


def test_an_author_who_is_gone_costs_nothing() -> None:
    publish(work("Ann Lee", number=1))
    assert refresh([author("Ann Lee").pk, 10**9]) == (0, 0, 1)


# History


def scores(name: str) -> list[tuple[int, str]]:
    rows = TrustScore.objects.filter(author__name=name).order_by("id")
    return list(rows.values_list("score", "cause"))


def test_history_is_kept_when_the_score_changes_and_says_why() -> None:
    expected: list[int] = []
    for number in range(12):
        publish(work("Ann Lee", number=number))
        now = facts_of("Ann Lee").trust_score
        assert now is not None
        expected += [] if expected[-1:] == [now] else [now]
    history = scores("Ann Lee")
    assert [one for one, _ in history] == expected
    assert 1 < len(expected) < 12
    assert history[0][1] == "first computed"
    assert all("new work" in cause for _, cause in history[1:])


def test_a_fact_that_moves_no_point_is_kept_and_makes_no_history() -> None:
    publish(*(work("Ann Lee", name, number=n) for n, name in enumerate(["Bo Li", "Bo Li"])))
    publish(*(work("Ann Lee", "Cy Day", number=n) for n in (2, 3)))
    before, digest = scores("Ann Lee"), facts_of("Ann Lee").trust_digest
    assert facts_of("Ann Lee").several
    publish(
        work("Ann Lee", "Bo Li", "Di Fu", number=0, record_date="2025-05-05"),
        work("Ann Lee", "Cy Day", "Di Fu", number=2, record_date="2025-05-05"),
    )
    assert not facts_of("Ann Lee").several
    assert facts_of("Ann Lee").trust_digest != digest
    assert scores("Ann Lee") == before


def test_a_second_source_is_told_as_the_cause() -> None:
    first = work("Ann Lee", number=1)
    publish(first)
    publish(changed(first, source="dblp", authors=(person("Ann Lee"),)))
    (_, _), (later, cause) = scores("Ann Lee")
    assert later == facts_of("Ann Lee").trust_score == 21
    assert "reported by two sources" in cause


# The command


def test_the_command_refreshes_whom_it_is_told() -> None:
    take_in(work("Ann Lee", "Bo Li", number=1))
    ann, bo = author("Ann Lee"), author("Bo Li")
    assert run("refresh", ann.slug).counts == (1, 0, 0, 0, 1)
    assert not AuthorFacts.objects.filter(author=bo).exists()
    assert run("refresh").counts == (1, 0, 1, 0, 2)
    assert run("refresh").counts == (0, 0, 0, 0, 0)
    assert run("refresh", "--all").counts == (0, 0, 2, 0, 2)
    assert run("refresh", "nobody-0000000").code == 2


def test_the_facts_are_right_after_any_number_of_refreshes_in_any_order() -> None:
    told = corpus(2)
    take_in(*(record for one in told for record in one.records()))
    ids = list(Author.objects.order_by("id").values_list("id", flat=True))
    random.Random(2).shuffle(ids)
    for start in range(0, len(ids), 7):
        refresh(ids[start : start + 7])
    refresh_all()
    name = told[0].authors[0]
    assert found(name) == recount(name, told)


@pytest.mark.parametrize("asserted_by", ["person", "crossref"])
def test_an_orcid_id_that_a_source_put_on_a_work_confirms_its_authorship(asserted_by: str) -> None:
    orcid = PersonId("orcid", "0000-0002-1825-0097", asserted_by)
    olga = AuthorRecord("Olga Lee", person_ids=(orcid,))
    publish(work(olga, person("Bo Li", dblp="1/2")), work(olga, "Cy Day"))
    assert [facts_of(name).confirmed for name in ("Olga Lee", "Bo Li", "Cy Day")] == [2, 0, 0]


def test_an_orcid_id_of_one_report_confirms_the_name_of_the_other() -> None:
    own = person("Olga Lee", orcid="0000-0002-1825-0097")
    publish(work("Olga Lee", number=1), work(own, number=1, source="dblp", format="bzpeer/1"))
    facts = facts_of("Olga Lee")
    assert (facts.works, facts.corroborated, facts.confirmed) == (1, 1, 1)


def test_a_named_record_gets_its_slice_too() -> None:
    publish(work("Ann Lee", "Bo Li"))
    ann = author("Ann Lee")
    assert run("refresh", ann.slug).code == 0
    piece = standing(ann.pk, facts_of("Ann Lee").version, pending=False)
    assert piece.current
    assert "Bo Li" in piece.html


def test_a_merged_record_is_refreshed_as_the_one_it_became() -> None:
    take_in(work("Ann Lee", number=1))
    gone = author("Ann Lee")
    own = person("Ann Lee", orcid="0000-0002-1825-0097")
    take_in(work(own, number=1, source="dblp", format="bzpeer/1"))
    gone.refresh_from_db()
    assert gone.merged_into is not None
    assert run("refresh", gone.slug).counts == (1, 0, 0, 0, 1)
    assert AuthorFacts.objects.get(author=gone.merged_into).works == 1
