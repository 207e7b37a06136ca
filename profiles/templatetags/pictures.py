"""The pictures of `profiles.domain.pictures` as template tags."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from bzpeer.lib.safe import trusted
from claims.domain.ledger import Entry
from claims.domain.trust import BANDS
from profiles.domain import pictures

register = template.Library()

BAND_EDGES = (*(floor for floor, _ in BANDS), 100)


@register.simple_tag
def trust_scale(score: int, band: str) -> SafeString:
    return trusted(pictures.trust_scale(score, band, BAND_EDGES))


@register.simple_tag
def level_ladder(level: int) -> SafeString:
    return trusted(pictures.level_ladder(level))


@register.simple_tag
def trust_lines(entries: Sequence[Entry]) -> SafeString:
    return trusted(pictures.trust_lines(entries))


@register.simple_tag
def share_bar(share: float) -> SafeString:
    return trusted(pictures.share_bar(share))
