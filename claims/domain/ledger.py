"""The ledger: trust in words, so that every point says what it rests on and what adds more."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import msgspec

from claims.domain.trust import (
    ENOUGH_CLOSE,
    ENOUGH_VERIFIED,
    FORMULA,
    Line,
    TrustFacts,
    TrustScore,
    score,
)
from works.domain.words import day

LABELS = {
    "identity": "Identity",
    "corroboration": "Corroboration",
    "record": "Record",
    "network": "Network",
}

LEVELS = (
    "A name on works without any persistent identifier.",
    "Imported from a recognised source with persistent work identifiers.",
    "Claimed, by a reviewer's acceptance of written evidence or by a strong proof, lapsed or not.",
    "Claimed, with one strong proof.",
    "Claimed, with two independent strong proofs, confirmed by a verified co-author or a reviewer.",
)

SEVERAL = (
    "This record may be several people: its works fall into circles that share no co-author."
    " While it is flagged, no new claim of the whole record rises above L1; claiming one's own"
    " part does. A level already held stays until a reviewer decides."
)

_MORE_WORKS = 5
# Below this a gain is printed as nothing, and promising nothing helps no one.
_LEAST_GAIN = 0.05


class Raise(msgspec.Struct, frozen=True):
    """What would add points to a line: `points` is what that line alone would gain.

    `kind` ("claim", "proof", "source", …) tells the page where to lead the reader.
    """

    action: str
    points: float
    kind: str


class Entry(msgspec.Struct, frozen=True):
    """One line of the ledger as read: `points` is text to one decimal, `share` is of `max`."""

    code: str
    label: str
    points: str
    max: int
    share: float
    evidence: str
    raise_by: tuple[Raise, ...]


class Said(msgspec.Struct, frozen=True):
    """A proof or a word behind a claimed record, as the public may know it.

    `kind` is one of the evidence, or "review"; `voucher` is who stands behind it ("domain:x.edu").
    """

    kind: str
    voucher: str
    on: date
    lapsed_on: date | None = None


class Ledger(msgspec.Struct, frozen=True):
    """The entries in the order of the formula; `notice` is empty or says that it is flagged."""

    entries: tuple[Entry, ...]
    notice: str


def ledger(
    facts: TrustFacts,
    trust: TrustScore,
    formula_version: int = FORMULA,
    *,
    said: Sequence[Said] = (),
    ways: bool = True,
) -> Ledger:
    """The ledger of a score made from these facts by this version of the formula.

    The identity line names what was `said` for the claim. Without `ways` no entry tells what would
    raise it, which is most of the work.
    """
    entries = tuple(
        _entry(line, facts, tuple(_raises(index, line, facts, formula_version)) if ways else ())
        for index, line in enumerate(trust.lines)
    )
    if said:
        entries = tuple(
            msgspec.structs.replace(entry, evidence=f"{entry.evidence} {said_text(said)}")
            if entry.code == "identity"
            else entry
            for entry in entries
        )
    return Ledger(entries, SEVERAL if facts.flagged else "")


def _entry(line: Line, facts: TrustFacts, raise_by: tuple[Raise, ...]) -> Entry:
    return Entry(
        code=line.code,
        label=LABELS[line.code],
        points=points_text(line.points),
        max=line.max,
        share=round(line.points / line.max, 4),
        evidence=_EVIDENCE[line.code](facts),
        raise_by=raise_by,
    )


def _raises(index: int, line: Line, facts: TrustFacts, formula_version: int) -> Iterator[Raise]:
    for action, kind, changed in _WAYS[line.code](facts):
        gain = score(changed, formula_version).lines[index].points - line.points
        if gain >= _LEAST_GAIN:
            yield Raise(action, round(gain, 2), kind)


def points_text(points: float) -> str:
    """Points to one decimal, halves up, without a trailing ".0"."""
    tenths = int(round(points, 9) * 10 + 0.5)
    return f"{tenths / 10:.1f}".removesuffix(".0")


# Evidence


def _identity(facts: TrustFacts) -> str:
    sentence = f"L{facts.level}: {LEVELS[facts.level]}"
    return f"{sentence} It may be several people." if facts.flagged else sentence


_SAID = {
    "orcid": "ORCID sign-in",
    "mailbox": "mailbox at {where}",
    "linkback": "link back from {where}",
    "coauthor": "word of a verified co-author",
    "written": "written evidence that a reviewer accepted",
    "review": "a reviewer's decision",
}


def said_text(said: Sequence[Said]) -> str:
    """The proofs in one sentence, each with its date and what became of it."""
    told = "; ".join(_said(one) for one in said)
    return f"It rests on: {told}."


def _said(one: Said) -> str:
    where = one.voucher.partition(":")[2] or "an institution"
    words = f"{_SAID[one.kind].format(where=where)} ({day(one.on)})"
    return f"{words}, lapsed {day(one.lapsed_on)}" if one.lapsed_on else words


def _corroboration(facts: TrustFacts) -> str:
    if not facts.works:
        return "There are no works yet that a second source could report."
    are = "is" if facts.corroborated == 1 else "are"
    confirmed = "is" if facts.confirmed == 1 else "are"
    return (
        f"{facts.corroborated:,} of {_count(facts.works, 'work')} {are} reported by two"
        f" independent sources; {facts.confirmed:,} of {_count(facts.authorships, 'authorship')}"
        f" {confirmed} confirmed by the claimant or by an ORCID iD that a source put on the work."
    )


def _record(facts: TrustFacts) -> str:
    if not facts.works:
        return "There are no works yet."
    verb = "has" if facts.identified == 1 else "have"
    complete = "has" if facts.complete == 1 else "have"
    return (
        f"{_count(facts.identified, 'work')} {verb} a persistent identifier; {facts.complete:,} of"
        f" {facts.works:,} {complete} title, abstract, date, authors and identifier."
    )


def _network(facts: TrustFacts) -> str:
    if not facts.close:
        return "No close collaborators: nobody is on at least three and a third of the works."
    known = f"{facts.verified_close:,} of them" if facts.verified_close else "none of them"
    return f"{_count(facts.close, 'close collaborator')}, {known} at L2 or above."


_EVIDENCE: dict[str, Callable[[TrustFacts], str]] = {
    "identity": _identity,
    "corroboration": _corroboration,
    "record": _record,
    "network": _network,
}


# What would add more: the action, its kind, and the facts after it

_Way = tuple[str, str, TrustFacts]
_replace = msgspec.structs.replace


def _raise_identity(facts: TrustFacts) -> Iterator[_Way]:
    if facts.level == 0 and facts.works and not facts.identified:
        action = "A persistent identifier, such as a DOI or an arXiv id, on one of the works"
        yield action, "identifier", _replace(facts, level=1, identified=1)
    if facts.flagged:
        return
    if facts.level < 2:
        action = "Claim this record with written evidence accepted by a reviewer (L2)"
        yield action, "claim", _replace(facts, level=2)
    if facts.level < 3:
        action = "Claim this record" if facts.level < 2 else "Support the claim"
        action += " with one strong proof: ORCID, a mailbox at the institution or a link back (L3)"
        yield action, "proof", _replace(facts, level=3)
    if facts.level == 3:
        action = (
            "A second, independent strong proof and a verified co-author's or reviewer's word (L4)"
        )
        yield action, "proof", _replace(facts, level=4)


def _raise_corroboration(facts: TrustFacts) -> Iterator[_Way]:
    left = facts.works - facts.corroborated
    action = f"A second independent source reporting {_remaining(left, 'work')}"
    yield action, "source", _replace(facts, corroborated=facts.works)
    left = facts.authorships - facts.confirmed
    action = f"{_remaining(left, 'authorship').capitalize()} confirmed by the claimant"
    action += " or by an ORCID iD from a source"
    yield action, "confirm", _replace(facts, confirmed=facts.authorships)


def _raise_record(facts: TrustFacts) -> Iterator[_Way]:
    works = facts.works
    action = "A persistent identifier on "
    action += _remaining(works - facts.identified, "work")
    yield action, "identifier", _replace(facts, identified=works)
    action = "Title, abstract, date, authors and identifier for "
    action += _remaining(works - facts.complete, "work")
    yield action, "complete", _replace(facts, complete=works, identified=works)
    more = _replace(
        facts,
        works=works + _MORE_WORKS,
        identified=facts.identified + _MORE_WORKS,
        complete=facts.complete + _MORE_WORKS,
    )
    yield "Five more works with an identifier and complete metadata", "works", more


def _raise_network(facts: TrustFacts) -> Iterator[_Way]:
    missing = ENOUGH_CLOSE - facts.close
    if missing > 0:
        action = f"{_count(missing, 'more close collaborator')}:"
        action += " co-authors of at least three and at least a third of the works"
        yield action, "network", _replace(facts, close=ENOUGH_CLOSE)
    reachable = min(ENOUGH_VERIFIED, facts.close)
    if reachable > facts.verified_close:
        number = reachable - facts.verified_close
        action = f"{number} more of the close collaborators at L2, by claiming their own records"
        yield action, "invite", _replace(facts, verified_close=reachable)


_WAYS: dict[str, Callable[[TrustFacts], Iterator[_Way]]] = {
    "identity": _raise_identity,
    "corroboration": _raise_corroboration,
    "record": _raise_record,
    "network": _raise_network,
}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _remaining(number: int, noun: str) -> str:
    return f"the remaining {noun}" if number == 1 else f"the remaining {number:,} {noun}s"


# Why a score changed


def cause(old: TrustFacts, new: TrustFacts) -> str:
    """What changed in the facts, in words: "3 new works; one close collaborator fewer"."""
    reasons = [*_changes(old, new)]
    return "; ".join(reasons) or "no fact changed"


def _changes(old: TrustFacts, new: TrustFacts) -> Iterator[str]:
    if new.level != old.level:
        verb = "rose" if new.level > old.level else "fell"
        yield f"verification {verb} from L{old.level} to L{new.level}"
    for measure, one, many, more, fewer in _MEASURES:
        change = measure(new) - measure(old)
        if change:
            number = "one" if abs(change) == 1 else f"{abs(change):,}"
            noun = one if abs(change) == 1 else many
            yield (more if change > 0 else fewer).format(number=number, noun=noun)
    if new.flagged != old.flagged:
        yield "now flagged as perhaps several people" if new.flagged else "no longer flagged"


_MORE, _FEWER = "{number} more {noun}", "{number} {noun} fewer"
# Works without an identifier are counted and not works with one, so that a new work that lacks
# nothing is one reason and not three.
_MEASURES: tuple[tuple[Callable[[TrustFacts], int], str, str, str, str], ...] = (
    (lambda facts: facts.works, "work", "works", "{number} new {noun}", _FEWER),
    (
        lambda facts: facts.authorships - facts.works,
        "authorship on the same works",
        "authorships on the same works",
        _MORE,
        "{number} fewer {noun}",
    ),
    (
        lambda facts: facts.corroborated,
        "work reported by two sources",
        "works reported by two sources",
        _MORE,
        "{number} fewer {noun}",
    ),
    (
        lambda facts: facts.confirmed,
        "confirmed authorship",
        "confirmed authorships",
        _MORE,
        _FEWER,
    ),
    (
        lambda facts: facts.works - facts.identified,
        "work without an identifier",
        "works without an identifier",
        _MORE,
        "{number} fewer {noun}",
    ),
    (
        lambda facts: facts.works - facts.complete,
        "incomplete work",
        "incomplete works",
        _MORE,
        _FEWER,
    ),
    (
        lambda facts: facts.close,
        "close collaborator",
        "close collaborators",
        _MORE,
        _FEWER,
    ),
    (
        lambda facts: facts.verified_close,
        "close collaborator at L2 or above",
        "close collaborators at L2 or above",
        _MORE,
        "{number} fewer {noun}",
    ),
)
