from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain import trust
from claims.domain.trust import TrustFacts, score

GOLDEN = TrustFacts(level=1, works=25, authorships=25, identified=25, complete=25, close=4)
BEST = TrustFacts(
    level=4,
    works=400,
    corroborated=400,
    authorships=400,
    confirmed=400,
    identified=400,
    complete=400,
    close=8,
    verified_close=4,
)


def change(facts: TrustFacts, **changes: int | bool) -> TrustFacts:
    return msgspec.structs.replace(facts, **changes)


def test_the_worked_example() -> None:
    found = score(GOLDEN)
    assert (found.score, found.band, found.level) == (21, "Emerging", 1)
    assert [(line.code, line.max) for line in found.lines] == [
        ("identity", 45),
        ("corroboration", 25),
        ("record", 15),
        ("network", 15),
    ]
    assert [round(line.points, 2) for line in found.lines] == [5, 0, 10.7, 5]


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        (TrustFacts(), [0, 0, 0, 0]),
        (BEST, [45, 25, 15, 15]),
        (change(BEST, close=80, verified_close=40), [45, 25, 15, 15]),
        (change(GOLDEN, level=2), [20, 0, 10.7, 5]),
        (change(GOLDEN, level=3), [35, 0, 10.7, 5]),
        (change(GOLDEN, corroborated=10), [5, 6, 10.7, 5]),
        (change(GOLDEN, confirmed=5), [5, 2, 10.7, 5]),
        (change(GOLDEN, complete=5), [5, 0, 2.14, 5]),
        (change(GOLDEN, identified=1), [5, 0, 0.73, 5]),
        (change(GOLDEN, verified_close=2), [5, 0, 10.7, 7.5]),
        (change(GOLDEN, flagged=True), [5, 0, 10.7, 5]),
    ],
)
def test_each_line_follows_its_facts(facts: TrustFacts, points: list[float]) -> None:
    assert [round(line.points, 2) for line in score(facts).lines] == points


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "Sparse"),
        (19, "Sparse"),
        (20, "Emerging"),
        (39, "Emerging"),
        (40, "Established"),
        (64, "Established"),
        (65, "Strong"),
        (84, "Strong"),
        (85, "Complete"),
        (100, "Complete"),
    ],
)
def test_bands(total: int, band: str) -> None:
    assert trust.band(total) == band


@pytest.mark.parametrize(
    ("points", "rounded"),
    [(0.0, 0), (0.49, 0), (0.5, 1), (2.5, 3), (20.4999999999, 21), (20.49999, 20), (100.0, 100)],
)
def test_halves_round_up_and_float_noise_does_not_count(points: float, rounded: int) -> None:
    assert trust.half_up(points) == rounded


def test_a_half_in_the_sum_rounds_up() -> None:
    # 5 + 1.25 × 2 = 7.5, exact in binary; 5 + 15/10 is 6.5 by way of a share that is not.
    assert score(TrustFacts(level=1, close=2)).score == 8
    assert score(TrustFacts(level=1, works=10, corroborated=1)).score == 7


counts = st.integers(0, 300)


@st.composite
def some_facts(draw: st.DrawFn) -> TrustFacts:
    works, authorships, close = draw(counts), draw(counts), draw(st.integers(0, 20))
    return TrustFacts(
        level=draw(st.integers(0, 4)),
        works=works,
        corroborated=draw(st.integers(0, works)),
        authorships=authorships,
        confirmed=draw(st.integers(0, authorships)),
        identified=draw(st.integers(0, works)),
        complete=draw(st.integers(0, works)),
        close=close,
        verified_close=draw(st.integers(0, close)),
        flagged=draw(st.booleans()),
    )


@given(some_facts())
def test_a_score_is_the_sum_of_lines_within_their_limits(facts: TrustFacts) -> None:
    found = score(facts)
    assert found.score == trust.half_up(sum(line.points for line in found.lines))
    assert 0 <= found.score <= 100
    assert found.band == trust.band(found.score)
    assert all(0 <= line.points <= line.max for line in found.lines)
    assert sum(line.max for line in found.lines) == 100


LIMITS: dict[str, Callable[[TrustFacts], int]] = {
    "level": lambda facts: 4,
    "corroborated": lambda facts: facts.works,
    "confirmed": lambda facts: facts.authorships,
    "identified": lambda facts: facts.works,
    "complete": lambda facts: facts.works,
    "close": lambda facts: facts.close + 20,
    "verified_close": lambda facts: facts.close,
}


@pytest.mark.parametrize("field", LIMITS)
@given(facts=some_facts(), data=st.data())
def test_more_of_one_fact_never_lowers_a_line_or_the_score(
    field: str, facts: TrustFacts, data: st.DataObject
) -> None:
    now = getattr(facts, field)
    more = change(facts, **{field: data.draw(st.integers(now, max(now, LIMITS[field](facts))))})
    before, after = score(facts), score(more)
    assert after.score >= before.score
    assert all(new.points >= old.points for old, new in zip(before.lines, after.lines))


@given(some_facts())
def test_the_flag_costs_nothing(facts: TrustFacts) -> None:
    assert score(change(facts, flagged=not facts.flagged)) == score(facts)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"works": -1, "identified": 0, "complete": 0}, "works"),
        ({"corroborated": 26}, "corroborated"),
        ({"corroborated": -1}, "corroborated"),
        ({"confirmed": 26}, "confirmed"),
        ({"identified": 26}, "identified"),
        ({"complete": 26}, "complete"),
        ({"verified_close": 5}, "verified_close"),
        ({"close": -1}, "close"),
        ({"authorships": -1}, "authorships"),
        ({"level": 5}, "level"),
        ({"level": -1}, "level"),
    ],
)
def test_impossible_facts_are_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        score(change(GOLDEN, **wrong))


def test_an_unknown_formula_is_refused() -> None:
    with pytest.raises(ValueError, match="formula: 2"):
        score(GOLDEN, 2)


@pytest.mark.parametrize(("identified", "level"), [(0, 0), (1, 1), (90, 1)])
def test_a_persistent_identifier_makes_the_first_level(identified: int, level: int) -> None:
    assert trust.automatic_level(identified) == level


def test_the_digest_is_stable() -> None:
    # Written down: a change of it would have every score of every database computed again.
    assert trust.digest(GOLDEN) == "ad1fdf19b348361a4b54b77ac10a871f"
    assert trust.digest(change(GOLDEN, flagged=False)) == trust.digest(GOLDEN)


def test_the_digest_changes_with_every_fact_and_with_the_formula() -> None:
    fields = TrustFacts.__struct_fields__
    changed = [change(GOLDEN, **{field: int(getattr(GOLDEN, field)) + 1}) for field in fields]
    digests = {trust.digest(facts) for facts in (GOLDEN, *changed)} | {trust.digest(GOLDEN, 2)}
    assert len(digests) == len(fields) + 2
