"""Trust, formula 1: how far a page can be relied on as one real person with the right works.

Nothing of merit enters it: no citations, no followers, no views. docs/trust.md says it in words.
"""

import hashlib
import math
from bisect import bisect_right
from collections.abc import Callable

import msgspec

FORMULA = 1

BANDS = ((0, "Sparse"), (20, "Emerging"), (40, "Established"), (65, "Strong"), (85, "Complete"))
_FLOORS = [floor for floor, _ in BANDS]

LEVEL_POINTS = (0, 5, 20, 35, 45)  # L0 … L4
ENOUGH_CLOSE = 8  # close collaborators beyond these add nothing
ENOUGH_VERIFIED = 4
_RECORD_SCALE = 20  # works until the record line has 63 % of its points


class TrustFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one score is made from, counted over one author record.

    `works` of it, `corroborated` by two independent sources; `authorships`, `confirmed` by the
    claimant or an ORCID iD from a source; `identified` works with a persistent identifier,
    `complete` ones with title, abstract, date, authors and identifier; `close` collaborators,
    `verified_close` of them at L2 or above; `flagged` as perhaps several people.
    """

    level: int = 0
    works: int = 0
    corroborated: int = 0
    authorships: int = 0
    confirmed: int = 0
    identified: int = 0
    complete: int = 0
    close: int = 0
    verified_close: int = 0
    flagged: bool = False


class Line(msgspec.Struct, frozen=True):
    code: str
    points: float
    max: int


class TrustScore(msgspec.Struct, frozen=True):
    """`score` 0–100, its band, the verification level, and the lines whose points it sums."""

    score: int
    band: str
    level: int
    lines: tuple[Line, ...]


def score(facts: TrustFacts, formula_version: int = FORMULA) -> TrustScore:
    """The trust of a record. Raises ValueError for an unknown formula or impossible facts."""
    formula = _FORMULAS.get(formula_version)
    if formula is None:
        raise ValueError(f"unknown trust formula: {formula_version}")
    _check(facts)
    lines = formula(facts)
    total = half_up(math.fsum(line.points for line in lines))
    return TrustScore(total, band(total), facts.level, lines)


def _formula_1(facts: TrustFacts) -> tuple[Line, ...]:
    reported = _share(facts.corroborated, facts.works)
    confirmed = _share(facts.confirmed, facts.authorships)
    depth = 1 - math.exp(-facts.identified / _RECORD_SCALE)
    close = min(1.0, facts.close / ENOUGH_CLOSE)
    verified = min(1.0, facts.verified_close / ENOUGH_VERIFIED)
    return (
        Line("identity", float(LEVEL_POINTS[facts.level]), 45),
        Line("corroboration", 15 * reported + 10 * confirmed, 25),
        Line("record", 15 * depth * _share(facts.complete, facts.works), 15),
        Line("network", 10 * close + 5 * verified, 15),
    )


_FORMULAS: dict[int, Callable[[TrustFacts], tuple[Line, ...]]] = {1: _formula_1}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def half_up(points: float) -> int:
    """Rounded to the nearest integer, halves up; nine places count, the rest is float noise."""
    return math.floor(round(points, 9) + 0.5)


def band(total: int) -> str:
    return BANDS[bisect_right(_FLOORS, total) - 1][1]


def automatic_level(identified: int) -> int:
    """The level of an unclaimed record: L1 with a persistently identified work, else L0."""
    return 1 if identified > 0 else 0


def digest(facts: TrustFacts, formula_version: int = FORMULA) -> str:
    """32 hex digits that change with any fact and with the formula; stable over releases."""
    values = msgspec.structs.astuple(facts)
    # int() makes True and 1 one value, as they are one fact.
    text = ",".join(str(int(value)) for value in (formula_version, *values))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _check(facts: TrustFacts) -> None:
    if not 0 <= facts.level < len(LEVEL_POINTS):
        raise ValueError(f"level: {facts.level} is not 0–4")
    works, authorships, close = facts.works, facts.authorships, facts.close
    if not (
        0 <= facts.corroborated <= works
        and 0 <= facts.identified <= works
        and 0 <= facts.complete <= works
        and 0 <= facts.confirmed <= authorships
        and 0 <= facts.verified_close <= close
    ):
        raise ValueError(_impossible(facts))


_PARTS = {
    "corroborated": "works",
    "identified": "works",
    "complete": "works",
    "confirmed": "authorships",
    "verified_close": "close",
}


def _impossible(facts: TrustFacts) -> str:
    for field in ("works", "authorships", "close", *_PARTS):
        if getattr(facts, field) < 0:
            return f"{field}: {getattr(facts, field)} is negative"
    field = next(
        part for part, whole in _PARTS.items() if getattr(facts, part) > getattr(facts, whole)
    )
    return f"{field}: {getattr(facts, field)} of {getattr(facts, _PARTS[field])} {_PARTS[field]}"
