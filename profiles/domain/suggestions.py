"""Whom somebody might work with: what speaks for it, in which order, and in words.

How well known somebody is has no place here: no follower, citation or work is counted, and among
equals a hash decides, another one for each reader.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

MOST = 30


class Standing(StrEnum):
    """How an invitation would fare."""

    OPEN = "open"  # the record is claimed, and its holder takes invitations
    HELD = "held"  # nobody has claimed the record: it would wait for who does


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of one record beside one person: who and what they share."""

    author: int
    standing: Standing
    collaborators: int = 0
    topics: int = 0
    followed: bool = False
    seeks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for each of something, up to so many of them."""

    points: int
    most: int

    def worth(self, number: int) -> int:
        return self.points * min(number, self.most)


# The first three shared collaborators say the most; what people say themselves says more than what
# is only near them.
RULES = {
    "collaborators": Rule(3, 3),
    "topics": Rule(2, 4),
    "follow": Rule(5, 1),
    "seeks": Rule(4, 1),
}

# What people say that they look for, by purpose of an invitation; "other" says nothing.
SOUGHT = {
    "coauthor": "co-authors",
    "review": "reviewers",
    "data": "data or code",
    "talk": "a talk or a visit",
    "supervision": "supervision",
}
NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)

Reason = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Suggested:
    author: int
    reasons: tuple[Reason, ...]


def suggested(user: int, candidates: Iterable[Candidate], most: int = MOST) -> list[Suggested]:
    """The best of these for this person: first who may be asked at once, then by what they share.

    Nobody is suggested without a reason.
    """
    told = [(candidate, reasons(candidate)) for candidate in candidates]
    kept = [(candidate, said) for candidate, said in told if said]
    kept.sort(key=lambda pair: _order(user, *pair))
    return [Suggested(candidate.author, said) for candidate, said in kept[:most]]


def reasons(candidate: Candidate) -> tuple[Reason, ...]:
    """What speaks for a record, the same in every order of the facts.

    What its holder looks for is a reason only on a topic that both work on.
    """
    sought = next((purpose for purpose in SOUGHT if purpose in candidate.seeks), "")
    found: list[Reason] = []
    if candidate.collaborators:
        found.append(("collaborators", candidate.collaborators))
    if candidate.topics:
        found.append(("topics", candidate.topics))
    if candidate.followed:
        found.append(("follow", 1))
    if sought and candidate.topics:
        found.append(("seeks", sought))
    return tuple(found)


def points(said: Sequence[Reason]) -> int:
    return sum(RULES[code].worth(what if isinstance(what, int) else 1) for code, what in said)


def _order(user: int, candidate: Candidate, said: Sequence[Reason]) -> tuple[bool, int, bytes]:
    return candidate.standing != Standing.OPEN, -points(said), _lot(user, candidate.author)


def _lot(user: int, author: int) -> bytes:
    return blake2b(f"{user} {author}".encode(), digest_size=8).digest()


def in_words(said: Sequence[Reason]) -> str:
    """One line: "Two shared collaborators and three shared topics; you follow them"."""
    parts = dict(said)
    shared = [
        _counted(int(parts[code]), noun)
        for code, noun in (("collaborators", "shared collaborator"), ("topics", "shared topic"))
        if code in parts
    ]
    clauses = [" and ".join(shared)] if shared else []
    if "follow" in parts:
        clauses.append("you follow them")
    if "seeks" in parts:
        clauses.append(f"they look for {SOUGHT[str(parts['seeks'])]} in your topic")
    line = "; ".join(clauses)
    return line[:1].upper() + line[1:]


def _counted(number: int, noun: str) -> str:
    told = NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
    return f"{told} {noun}" if number == 1 else f"{told} {noun}s"
