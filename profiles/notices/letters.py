"""What the mails about notices say."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.conf import settings

from claims.domain.notes import line
from profiles.domain.notices import Kind, Way
from profiles.follow_feed import News
from profiles.models import Notice
from profiles.notices.mailing import send
from profiles.notices.showing import shown

# Of each researcher and topic so many new works are counted for a mail, and no more.
MOST_COUNTED = 1_000
# More than that nobody reads in a mail; the rest is on the page, and the mail says how many.
MOST_WORKS, MOST_NOTICES, LONGEST_TITLE = 15, 30, 300


def notice_send(notice: Notice) -> bool:
    """The mail of one notice; False where the account has no address that may get it."""
    (said,) = shown([notice])
    subject = line(said["words"])
    context = {"notice": _letter(said), "kind": said["label"].lower()}
    return send(notice.user_id, Kind(notice.kind), "notice", subject, context, name=notice.subject)


def digest_send(
    user_id: int, rhythm: Way, works: Sequence[News], notices: Sequence[Notice], waiting: int
) -> bool:
    """The mail of a slot: new works with their reasons, and the latest of `waiting` notices."""
    said = sorted(map(_letter, shown(notices)), key=lambda one: str(one["label"]))
    total = works[0].total if works else 0
    listed = works[:MOST_WORKS]
    context = {
        "rhythm": rhythm.value,
        "works": [work_line(work) for work in listed],
        "more_works": total - len(listed),
        "counted_out": total >= MOST_COUNTED,
        "groups": [(label, list(rows)) for label, rows in groupby(said, lambda one: one["label"])],
        "more_notices": waiting - len(notices),
    }
    return send(user_id, rhythm, "digest", _subject(rhythm, total, waiting), context)


def _subject(rhythm: Way, works: int, notices: int) -> str:
    parts = [_counted(works, "new work"), _counted(notices, "notice")]
    when = "day" if rhythm == Way.DAILY else "week"
    return f"Your {when} on BZPEER: {' and '.join(filter(None, parts))}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if number else ""


def _letter(said: dict[str, Any]) -> dict[str, Any]:
    """A notice on lines of its own: what comes from sources holds no break and turns no line."""
    return said | {"words": line(said["words"]), "link": settings.SITE_URL + said["url"]}


def work_line(work: News) -> dict[str, str]:
    return {
        "title": line(work.title_text)[:LONGEST_TITLE],
        "reason": line(reason(work)),
        "link": f"{settings.SITE_URL}/works/{work.id}/",
    }


def reason(work: News) -> str:
    """Why somebody sees a work: "by Xue Lin, whom you follow"."""
    parts = []
    if work.authors:
        parts.append(f"by {_listed(work.authors)}, whom you follow")
    if work.topics:
        parts.append(f"on {_listed(work.topics)}, which you follow")
    return "; ".join(parts)


def _listed(links: Sequence[tuple[str, str]], most: int = 3) -> str:
    names = [name for _, name in links[:most]]
    return ", ".join(names) + (" and others" if len(links) > most else "")
