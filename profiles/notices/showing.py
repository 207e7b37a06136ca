"""Notices in words: their names are looked up when they are shown, and not before."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from claims.domain.reasons import ALL
from profiles.domain.notices import NEW_WORKS, Kind, news_words, words
from profiles.models import Notice
from works.models import Author, Topic

LABELS = {
    Kind.WORKS: "New works",
    Kind.CLAIMS: "Claims",
    Kind.INVITATIONS: "Invitations",
    Kind.IDENTITY: "Identity",
    Kind.ACCOUNT: "Account",
}
# Where a notice leads that has no address of its own.
HOMES = {Kind.WORKS: "/following/", Kind.ACCOUNT: "/settings/notifications/"}

Names = Mapping[str, str]


def shown(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    """What templates need of these notices; two queries at most, whatever their number."""
    names = _names({thing for notice in notices for thing in things(notice)})
    return [_context(notice, names) for notice in notices]


def things(notice: Notice) -> list[str]:
    """What a notice is about: `a17` is an author, `t3` a topic."""
    if notice.what == NEW_WORKS:
        return list(notice.data.get("things", []))
    return [f"a{notice.data['author']}"] if "author" in notice.data else []


def place(notice: Notice) -> str:
    """The page that a notice leads to."""
    return str(notice.data.get("url") or HOMES.get(Kind(notice.kind), "/notifications/"))


def _context(notice: Notice, names: Names) -> dict[str, Any]:
    reason = ALL.get(notice.data.get("reason", ""))
    return {
        "id": notice.pk,
        "words": _words(notice, names),
        "reason": reason,
        "label": LABELS[Kind(notice.kind)],
        "kind": notice.kind,
        "url": place(notice),
        "at": notice.created_at,
        "unread": notice.read_at is None,
    }


def _words(notice: Notice, names: Names) -> str:
    about = things(notice)
    if notice.what != NEW_WORKS:
        return words(notice.what, names.get(about[0], "") if about else "")
    authors, topics = (
        [names[thing] for thing in about if thing[0] == letter and names.get(thing)]
        for letter in "at"
    )
    return news_words(authors, topics)


def _names(about: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for letter, model in (("a", Author), ("t", Topic)):
        ids = [int(thing[1:]) for thing in about if thing[0] == letter]
        if ids:
            rows = model.objects.filter(pk__in=ids).values_list("pk", "name")
            found |= {f"{letter}{pk}": name for pk, name in rows}
    return found
