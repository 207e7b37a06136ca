"""Equal records give equal bytes, and the digest knows when they would not."""

import random
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.domain import slice as slices
from graph.domain.slice import Institution, Person, SliceFacts, Work, digest, draw
from graph.domain.slice.build import wide_picture
from tests.unit.slice_cases import CASES, facts, three_circles

replace = msgspec.structs.replace
T = TypeVar("T")


def shuffled(of: SliceFacts, seed: int) -> SliceFacts:
    """The same facts with every list in another order."""
    chance = random.Random(seed)

    def mixed(items: Iterable[T]) -> tuple[T, ...]:
        listed = list(items)
        chance.shuffle(listed)
        return tuple(listed)

    def work(of: Work) -> Work:
        return replace(of, people=mixed(of.people), topics=mixed(of.topics))

    def place(of: Institution) -> Institution:
        return replace(of, people=mixed(of.people))

    return replace(
        of,
        works=mixed(map(work, of.works)),
        people=mixed(of.people),
        topics=mixed(of.topics),
        institutions=mixed(map(place, of.institutions)),
        circles=mixed(map(mixed, of.circles)),
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_equal_facts_give_equal_bytes_in_any_order(case: SliceFacts) -> None:
    other = shuffled(case, seed=1)
    assert draw(other) == draw(case)
    assert digest(other) == digest(case)


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_the_digest_does_not_depend_on_order(seed: int) -> None:
    assert digest(shuffled(three_circles(), seed)) == digest(three_circles())


def renamed(people: Iterable[Person], key: int) -> tuple[Person, ...]:
    return tuple(replace(p, name="Somebody Else") if p.key == key else p for p in people)


def retitled(works: Iterable[Work], key: int) -> tuple[Work, ...]:
    return tuple(replace(w, title="Another title") if w.key == key else w for w in works)


CHANGES: dict[str, Callable[[SliceFacts], SliceFacts]] = {
    "the researcher's name": lambda of: replace(of, name="Another Name"),
    "their address": lambda of: replace(of, url="/researchers/another/"),
    "a drawn person": lambda of: replace(
        of, people=renamed(of.people, wide_picture(of).people[0].key)
    ),
    "a drawn work": lambda of: replace(of, works=retitled(of.works, wide_picture(of).works[0].key)),
    "how much there is": lambda of: replace(of, total_works=of.total_works + 1),
    "a common topic": lambda of: replace(
        of, topics=tuple(replace(t, name="Another topic") for t in of.topics)
    ),
}


def test_the_digest_knows_a_crowd() -> None:
    of = facts({1: ()})
    crowd = replace(of, works=tuple(replace(work, team=51) for work in of.works))
    assert digest(crowd) != digest(of)
    assert draw(crowd) != draw(of)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_digest_changes_with_what_is_drawn(change: Callable[[SliceFacts], SliceFacts]) -> None:
    of = facts({n: (1, n + 1) for n in range(1, 31)}, topics={1: range(1, 31)})
    assert digest(change(of)) != digest(of)
    assert draw(change(of)) != draw(of)


def test_the_digest_is_blind_to_what_is_not_drawn() -> None:
    of = facts({n: (1, n + 1) for n in range(1, 31)})
    shown = wide_picture(of)
    person = next(p.key for p in of.people if p not in shown.people)
    work = next(w.key for w in of.works if w not in shown.works)
    changed = replace(of, people=renamed(of.people, person), works=retitled(of.works, work))
    assert changed != of
    assert digest(changed) == digest(of)
    assert draw(changed) == draw(of)


def test_the_digest_changes_with_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(three_circles())
    monkeypatch.setattr(slices, "VERSION", slices.VERSION + 1)
    assert digest(three_circles()) != before
