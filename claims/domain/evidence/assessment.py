"""What one piece of evidence is worth, with the reason in words."""

from datetime import date
from enum import StrEnum

import msgspec

from claims.domain.reasons import reason


class Strength(StrEnum):
    """STRONG decides by itself, SUPPORTING waits for a reviewer, NONE is refused."""

    STRONG = "strong"
    SUPPORTING = "supporting"
    NONE = "none"


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """`voucher` is who stands behind a strong proof; `missing` is what would make it more.

    `expires_on`: the day it lapses unless it is shown again; `recheck_after`: when to look again.
    """

    strength: Strength
    reason: str
    words: str
    missing: tuple[str, ...] = ()
    voucher: str = ""
    confirms: bool = False
    expires_on: date | None = None
    recheck_after: date | None = None


def strong(
    code: str, voucher: str, *, expires_on: date | None = None, recheck_after: date | None = None
) -> Assessment:
    return Assessment(
        strength=Strength.STRONG,
        reason=code,
        words=reason(code).words,
        voucher=voucher,
        expires_on=expires_on,
        recheck_after=recheck_after,
    )


def supporting(
    code: str, *, confirms: bool = False, recheck_after: date | None = None
) -> Assessment:
    """`confirms`: somebody verified vouches for the claim, which L4 asks for beside two proofs."""
    return _weaker(Strength.SUPPORTING, code, confirms, recheck_after)


def none(code: str, *, recheck_after: date | None = None) -> Assessment:
    return _weaker(Strength.NONE, code, False, recheck_after)


def _weaker(
    strength: Strength, code: str, confirms: bool, recheck_after: date | None
) -> Assessment:
    found = reason(code)
    return Assessment(
        strength=strength,
        reason=code,
        words=found.words,
        missing=(found.fix,) if found.fix else (),
        confirms=confirms,
        recheck_after=recheck_after,
    )
