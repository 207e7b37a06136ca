"""Kinds of evidence behind one interface: facts of the kind in, what they are worth out."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from claims.domain.evidence import coauthor, linkback, mailbox, orcid, written
from claims.domain.evidence.assessment import Assessment, Strength

Facts = (
    orcid.OrcidFacts
    | mailbox.MailFacts
    | linkback.LinkFacts
    | coauthor.CoauthorFacts
    | written.WrittenFacts
)


class Kind(NamedTuple):
    """`facts` is the type that `assess` takes; `label` is what pages call it."""

    label: str
    facts: type[msgspec.Struct]
    assess: Callable[[Any], Assessment]


KINDS = {
    "orcid": Kind("ORCID sign-in", orcid.OrcidFacts, orcid.assess),
    "mailbox": Kind("Mailbox at an institution", mailbox.MailFacts, mailbox.assess),
    "linkback": Kind("Link back from a page", linkback.LinkFacts, linkback.assess),
    "coauthor": Kind("Word of a co-author", coauthor.CoauthorFacts, coauthor.assess),
    "written": Kind("Written evidence", written.WrittenFacts, written.assess),
}


def assess(kind: str, facts: Facts) -> Assessment:
    """Raises KeyError for an unknown kind."""
    return KINDS[kind].assess(facts)


__all__ = ["KINDS", "Assessment", "Facts", "Kind", "Strength", "assess"]
