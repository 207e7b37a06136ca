"""Facts in words, for lists and first screens."""

import re
from collections.abc import Sequence
from datetime import date

from works.domain.records import PartialDate

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_CODE = re.compile(r" \([\w.-]+\)$")

Years = Sequence[tuple[int | None, int]]


def years_text(years: Years) -> str:
    """ "2020–2026", "2020", or nothing where no work is dated."""
    known = [year for year, _ in years if year is not None]
    if not known:
        return ""
    first, last = min(known), max(known)
    return str(first) if first == last else f"{first}–{last}"


def day(moment: date) -> str:
    """ "3 May 2026"."""
    return f"{moment.day} {month(moment)}"


def month(moment: date) -> str:
    """ "May 2026", in English whatever the system speaks, and sooner than `strftime` has it."""
    return f"{MONTHS[moment.month - 1]} {moment.year}"


def written(when: PartialDate) -> str:
    """ "3 May 2026", "May 2026" or "2026", as much as is known; what is no date stays as it is.

    No line ends between the day and the month.
    """
    try:
        if len(when) == len("2026-05"):
            return month(date.fromisoformat(f"{when}-01"))
        if len(when) == len("2026-05-03"):
            return day(date.fromisoformat(when)).replace(" ", "\N{NO-BREAK SPACE}", 1)
        return when
    except ValueError:
        return when


def listed(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def plain_topics(names: Sequence[str], most: int = 3) -> list[str]:
    """The first few names, each once, without the codes that tell namesakes apart."""
    bare = (_CODE.sub("", name) for name in names)
    return list(dict.fromkeys(bare))[:most]


def tagline(works: int, years: Years, topics: Sequence[str]) -> str:
    """One sentence made from facts, for a record that nobody has claimed."""
    if not works:
        return "No published work is known under this record."
    subject = (
        f"Publishes on {listed(plain_topics(topics))}" if topics else "Publishes scholarly work"
    )
    span = years_text(years)
    return f"{subject}, {span}." if span else f"{subject}."


def circle(years: Sequence[int], collaborators: Sequence[str], topics: Sequence[str]) -> str:
    """What holds a circle of works together: with whom, on what, when."""
    parts = [f"with {listed(collaborators[:3])}" if collaborators else "without co-authors"]
    if topics:
        parts.append(f"on {listed(plain_topics(topics, 2))}")
    if years:
        parts.append(str(years[0]) if years[0] == years[-1] else f"{years[0]}–{years[-1]}")
    return ", ".join(parts)
