"""A co-author's word and what is written for a reviewer; the one interface of all kinds."""

from datetime import date
from typing import Any

import msgspec
import pytest

from claims.domain.evidence import KINDS, Strength, assess
from claims.domain.evidence.coauthor import CoauthorFacts
from claims.domain.evidence.written import WrittenFacts

TODAY = date(2026, 11, 1)
ASKED = CoauthorFacts(today=TODAY, shared=1)
LONG = "The page of my group names me with this work: https://group.example/."


@pytest.mark.parametrize(
    ("facts", "strength", "reason", "confirms"),
    [
        ({"answer": "confirms", "level": 2}, "supporting", "coauthor_confirms", True),
        ({"answer": "confirms", "level": 4}, "supporting", "coauthor_confirms", True),
        ({"answer": "confirms", "level": 1}, "none", "coauthor_unverified", False),
        ({"answer": "confirms", "level": 3, "speaks": False}, "none", "coauthor_unverified", False),
        ({"answer": "confirms", "level": 3, "shared": 0}, "none", "coauthor_stranger", False),
        ({"answer": "confirms", "level": 3, "same_account": True}, "none", "coauthor_self", False),
        ({"answer": "objects", "level": 2}, "none", "coauthor_objects", False),
        ({"level": 2}, "none", "coauthor_asked", False),
    ],
)
def test_coauthors(facts: dict[str, Any], strength: str, reason: str, confirms: bool) -> None:
    found = assess("coauthor", msgspec.structs.replace(ASKED, **facts))
    assert (found.strength.value, found.reason, found.confirms) == (strength, reason, confirms)


@pytest.mark.parametrize(
    ("facts", "strength", "reason"),
    [
        ({"text": LONG}, "supporting", "written_given"),
        ({"text": "It is me."}, "none", "written_short"),
        ({"text": " " * 100}, "none", "written_short"),
        ({"text": "Short.", "verdict": "accepted"}, "supporting", "written_accepted"),
        ({"text": LONG, "verdict": "refused"}, "none", "written_refused"),
    ],
)
def test_words(facts: dict[str, Any], strength: str, reason: str) -> None:
    found = assess("written", WrittenFacts(**facts))
    assert (found.strength.value, found.reason) == (strength, reason)


def test_no_kind_of_words_is_ever_strong() -> None:
    said = CoauthorFacts(today=TODAY, answer="confirms", level=4, shared=9)
    assert assess("coauthor", said).strength is not Strength.STRONG
    assert assess("written", WrittenFacts(text=LONG, verdict="accepted")).confirms


def test_each_kind_tells_its_label_and_its_facts() -> None:
    assert sorted(KINDS) == ["coauthor", "linkback", "mailbox", "orcid", "written"]
    assert all(kind.label and callable(kind.assess) for kind in KINDS.values())
