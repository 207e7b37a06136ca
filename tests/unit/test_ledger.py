import pytest
from hypothesis import given

from claims.domain import ledger
from claims.domain.ledger import Entry
from claims.domain.trust import TrustFacts, score
from tests.unit.test_trust import BEST, GOLDEN, change, some_facts


def entries(facts: TrustFacts) -> dict[str, Entry]:
    return {entry.code: entry for entry in ledger.ledger(facts, score(facts)).entries}


def test_the_ledger_of_the_worked_example() -> None:
    found = entries(GOLDEN)
    assert [(e.label, e.points, e.max) for e in found.values()] == [
        ("Identity", "5", 45),
        ("Corroboration", "0", 25),
        ("Record", "10.7", 15),
        ("Network", "5", 15),
    ]
    assert found["network"].share == 0.3333
    assert [entry.evidence for entry in found.values()] == [
        "L1: Imported from a recognised source with persistent work identifiers.",
        "0 of 25 works are reported by two independent sources; 0 of 25 authorships are confirmed"
        " by the claimant or by an ORCID iD that a source put on the work.",
        "25 works have a persistent identifier; 25 of 25 have title, abstract, date, authors and"
        " identifier.",
        "4 close collaborators, none of them at L2 or above.",
    ]
    ways = {code: [(way.points, way.kind) for way in e.raise_by] for code, e in found.items()}
    assert ways == {
        "identity": [(15, "claim"), (30, "proof")],
        "corroboration": [(15, "source"), (10, "confirm")],
        "record": [(0.95, "works")],
        "network": [(5, "network"), (5, "invite")],
    }
    assert found["corroboration"].raise_by[0].action == (
        "A second independent source reporting the remaining 25 works"
    )


@pytest.mark.parametrize(
    ("facts", "code", "evidence"),
    [
        (
            TrustFacts(),
            "corroboration",
            "There are no works yet that a second source could report.",
        ),
        (TrustFacts(), "record", "There are no works yet."),
        (
            TrustFacts(
                works=1, authorships=1, identified=1, corroborated=1, confirmed=1, complete=1
            ),
            "corroboration",
            "1 of 1 work is reported by two independent sources; 1 of 1 authorship is confirmed"
            " by the claimant or by an ORCID iD that a source put on the work.",
        ),
        (
            TrustFacts(works=1200, authorships=1200, identified=1, complete=1),
            "record",
            "1 work has a persistent identifier; 1 of 1,200 has title, abstract, date, authors and"
            " identifier.",
        ),
        (
            TrustFacts(close=1, verified_close=1),
            "network",
            "1 close collaborator, 1 of them at L2 or above.",
        ),
    ],
)
def test_evidence_is_a_plain_sentence(facts: TrustFacts, code: str, evidence: str) -> None:
    assert entries(facts)[code].evidence == evidence


@pytest.mark.parametrize(
    ("level", "ways"),
    [
        (0, [(20, "claim"), (35, "proof")]),
        (1, [(15, "claim"), (30, "proof")]),
        (2, [(15, "proof")]),
        (3, [(10, "proof")]),
        (4, []),
    ],
)
def test_the_next_levels(level: int, ways: list[tuple[float, str]]) -> None:
    found = entries(change(GOLDEN, level=level))["identity"]
    assert [(way.points, way.kind) for way in found.raise_by] == ways


def test_the_first_identifier_makes_the_first_level() -> None:
    found = entries(TrustFacts(works=2, authorships=2))["identity"].raise_by[0]
    assert (found.points, found.kind) == (5, "identifier")


def test_a_flagged_record_says_so_and_promises_no_level_above_the_first() -> None:
    facts = change(GOLDEN, flagged=True)
    found = ledger.ledger(facts, score(facts))
    assert "may be several people" in found.notice
    assert "no new claim of the whole record rises above L1" in found.notice
    assert found.entries[0].evidence.endswith("It may be several people.")
    assert found.entries[0].raise_by == ()
    assert not ledger.ledger(GOLDEN, score(GOLDEN)).notice


def test_at_the_maximum_there_is_nothing_to_raise() -> None:
    assert [entry.raise_by for entry in entries(BEST).values()] == [(), (), (), ()]


def test_what_is_missing_is_named_by_its_number() -> None:
    facts = change(GOLDEN, identified=24, complete=20, corroborated=24, confirmed=24, close=7)
    actions = [way.action for entry in entries(facts).values() for way in entry.raise_by]
    assert actions[2:6] == [
        "A second independent source reporting the remaining work",
        "The remaining authorship confirmed by the claimant or by an ORCID iD from a source",
        "A persistent identifier on the remaining work",
        "Title, abstract, date, authors and identifier for the remaining 5 works",
    ]
    assert actions[-2].startswith("1 more close collaborator:")


@given(some_facts())
def test_every_way_promises_what_its_line_can_still_gain(facts: TrustFacts) -> None:
    trust = score(facts)
    found = ledger.ledger(facts, trust)
    for line, entry in zip(trust.lines, found.entries, strict=True):
        assert entry.code == line.code
        assert abs(float(entry.points) - line.points) <= 0.05 + 1e-9
        for way in entry.raise_by:
            assert 0.05 <= way.points <= line.max - line.points + 0.01


@pytest.mark.parametrize(
    ("points", "text"),
    [(0.0, "0"), (5.0, "5"), (10.7024, "10.7"), (0.25, "0.3"), (0.04, "0"), (14.96, "15")],
)
def test_points_have_one_decimal(points: float, text: str) -> None:
    assert ledger.points_text(points) == text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "no fact changed"),
        (
            {"works": 28, "authorships": 28, "identified": 28, "complete": 28, "close": 3},
            "3 new works; one close collaborator fewer",
        ),
        (
            {"works": 24, "authorships": 24, "identified": 24, "complete": 24},
            "one work fewer",
        ),
        (
            {"works": 26, "authorships": 26},
            "one new work; one more work without an identifier; one more incomplete work",
        ),
        (
            {"level": 3, "confirmed": 2},
            "verification rose from L1 to L3; 2 more confirmed authorships",
        ),
        ({"level": 0}, "verification fell from L1 to L0"),
        ({"corroborated": 1}, "one more work reported by two sources"),
        ({"complete": 23}, "2 more incomplete works"),
        ({"verified_close": 2}, "2 more close collaborators at L2 or above"),
        ({"flagged": True}, "now flagged as perhaps several people"),
        ({"authorships": 27}, "2 more authorships on the same works"),
    ],
)
def test_the_cause_of_a_change_in_words(changes: dict[str, int], words: str) -> None:
    assert ledger.cause(GOLDEN, change(GOLDEN, **changes)) == words


@given(some_facts(), some_facts())
def test_every_change_has_a_cause_and_only_a_change(old: TrustFacts, new: TrustFacts) -> None:
    assert (ledger.cause(old, new) == "no fact changed") == (old == new)
