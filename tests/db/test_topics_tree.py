"""Topics in their trees: told by records in any order, and written once."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.db.test_ingest_order import cut, forgotten
from tests.factories.corpus import TODAY, dump, facts_of, publish, row_versions, take_in
from tests.factories.records import topics, work
from works import topics as reading
from works.domain.records import Category, WorkRecord
from works.domain.taxonomy import topic_slug
from works.ingest import regroup
from works.models import Topic, Work

pytestmark = pytest.mark.django_db

DOMAIN = Category("openalex-domain", "3", "Physical Sciences")
FIELD = Category("openalex-field", "17", "Computer Science")
VISION = Category("openalex-subfield", "1707", "Computer Vision")
LEARNING = Category("openalex-subfield", "1702", "Artificial Intelligence")
PRUNING = Category("openalex", "T10036", "Neural Network Pruning", (LEARNING, FIELD, DOMAIN))
IMAGES = Category("openalex", "T10057", "Image Recognition", (VISION, FIELD, DOMAIN))


def on(*categories: Category, name: str = "Ann Lee", **fields: Any) -> WorkRecord:
    return work(name, categories=categories, **fields)


def slug(category: Category) -> str:
    return topic_slug(category.scheme, category.code)


def tree() -> dict[str, str | None]:
    """Each topic's name with the name of the next one up."""
    return dict(Topic.objects.values_list("name", "broader__name"))


def seen(category: Category) -> reading.TopicFull:
    found = reading.topic(slug(category))
    assert found is not None
    return found


def test_the_way_up_is_kept_and_is_no_topic_of_the_work() -> None:
    publish(on(PRUNING))
    assert tree() == {
        "Neural Network Pruning": "Artificial Intelligence",
        "Artificial Intelligence": "Computer Science",
        "Computer Science": "Physical Sciences",
        "Physical Sciences": None,
    }
    assert list(Work.objects.get().worktopic_set.values_list("topic__code", flat=True)) == [
        "T10036"
    ]
    assert facts_of("Ann Lee").topics == 1


def test_official_names_stay_and_codes_give_way_to_names() -> None:
    take_in(on(Category("arxiv", "cs.LG", "Learning of Computers"), Category("odd", "B1")))
    assert set(tree()) == {"Machine Learning (cs.LG)", "B1"}
    take_in(on(Category("odd", "B1", "A branch")), on(Category("odd", "B1")))
    assert set(tree()) == {"Machine Learning (cs.LG)", "A branch"}


# A domain beneath a subfield of its own closes a circle.
CLAIMS = [
    PRUNING,
    Category("openalex", "T10036", "Pruning", (VISION, FIELD)),
    Category("openalex", "T10036"),
    IMAGES,
    Category("openalex", "T10057", "", (Category("openalex-subfield", "1707"), DOMAIN)),
    LEARNING,
    Category("openalex-domain", "3", "", (LEARNING,)),
]


@st.composite
def records(draw: st.DrawFn) -> WorkRecord:
    """A version of one of three reports, whose topics its source may have mended since."""
    return on(
        *draw(st.lists(st.sampled_from(CLAIMS), max_size=3, unique_by=lambda item: item.code)),
        number=draw(st.integers(1, 3)),
        record_date=draw(st.sampled_from(["2024", "2025"])),
        deleted=draw(st.sampled_from([False, False, True])),
    )


def outcome(batches: list[list[WorkRecord]]) -> dict[str, Any]:
    for batch in batches:
        take_in(*batch)
    found, rows = dump(), row_versions()
    for batch in batches:
        take_in(*batch)
    regroup(list(Work.objects.values_list("id", flat=True)), TODAY)
    assert row_versions(["works_topic"])["works_topic"] == rows["works_topic"]
    return {"tree": found["tree"], "topics": found["topics"]}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), said=st.lists(records(), min_size=1, max_size=5))
def test_the_tree_is_the_same_in_any_order(data: st.DataObject, said: list[WorkRecord]) -> None:
    with forgotten():
        expected = outcome([[record] for record in said])
    shuffled = data.draw(st.permutations([*said, *said]))
    sizes = data.draw(st.lists(st.integers(1, 5), max_size=3))
    with forgotten():
        assert outcome(cut(shuffled, sizes)) == expected


def test_an_older_database_learns_the_tree_when_its_works_are_rebuilt() -> None:
    take_in(on(PRUNING))
    expected = tree()
    Topic.objects.update(broader=None)
    Topic.objects.exclude(scheme="openalex").delete()
    regroup(list(Work.objects.values_list("id", flat=True)), TODAY)
    assert tree() == expected


def test_a_tree_costs_as_many_statements_for_one_work_as_for_many() -> None:
    def statements(start: int, count: int) -> int:
        each = [
            on(Category("openalex", f"T{n}", f"Topic {n}", PRUNING.broader), number=n)
            for n in range(start, start + count)
        ]
        with CaptureQueriesContext(connection) as captured:
            take_in(*each)
        return len(captured)

    take_in(on(PRUNING))
    assert statements(1, 1) == statements(2, 100) <= 50


# What is read of it


def test_a_broader_topic_counts_each_work_once() -> None:
    take_in(on(PRUNING, IMAGES), on(PRUNING), on(IMAGES), on(*topics("cs.LG")))
    field = seen(FIELD)
    assert [(name, n.works) for _, name, n in field.beneath] == [
        ("Artificial Intelligence", 2),
        ("Computer Vision", 2),
    ]
    assert field.way == [(slug(DOMAIN), "Physical Sciences")]
    assert [n.works for _, _, n in seen(DOMAIN).beneath] == [3]
    assert len(seen(DOMAIN).ids) == 6
    assert seen(PRUNING).ids == [seen(PRUNING).id]


def test_a_circle_ends_where_it_closes() -> None:
    circle = Category("openalex-domain", "3", "Physical Sciences", (LEARNING,))
    take_in(on(PRUNING), on(circle))
    assert tree()["Physical Sciences"] == "Artificial Intelligence"
    domain = seen(DOMAIN)
    assert [name for _, name in domain.way] == ["Computer Science", "Artificial Intelligence"]
    assert len(domain.ids) == 4
    assert [n.works for _, _, n in domain.beneath] == [2]


def test_a_topic_is_not_above_itself() -> None:
    take_in(on(Category("odd", "B1", "A branch", (Category("odd", "B1"),))))
    assert tree() == {"A branch": None}


def test_the_tops_are_the_topics_with_nothing_above_them() -> None:
    take_in(on(PRUNING, *topics("cs.LG")), on(*topics("cs.CV"), number=1))
    take_in(on(number=1, record_date="2026-01-01"))
    assert {scheme: [n for _, n, _ in top] for scheme, top in reading.top_topics().items()} == {
        "arxiv": ["Machine Learning (cs.LG)"],
        "openalex-domain": ["Physical Sciences"],
    }
