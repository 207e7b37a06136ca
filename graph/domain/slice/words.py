"""What the drawing cannot show, in sentences: circles that never meet, and what was left out."""

from collections.abc import Mapping, Sequence

from graph.domain.slice.build import Picture, counted
from graph.domain.slice.choose import circles_of, newest_first
from graph.domain.slice.facts import SliceFacts, Work
from graph.domain.slice.labels import fitted
from graph.domain.slice.markup import escaped, link, listed
from graph.domain.slice.near import MAX_TEAM

# More circles are counted and not named.
_CIRCLES_NAMED = 3
# Topics that nearly everything is on; a record of one work may have two dozen.
_COMMON_NAMED = 5
# How many works are named of each, by the number of circles; of one in a crowd, the newest.
_WORKS_NAMED = {1: 4, 2: 2, 3: 2}
# Letters of this size in this room: a title of more than about a hundred letters is cut.
_TITLE = (15, 840)
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_EYES = (
    '<svg viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">'
    '<circle cx="6" cy="6" r="4.2"/><circle cx="16" cy="6" r="4.2"/></svg>'
)


def circles_line(facts: SliceFacts) -> str:
    """A paragraph if circles never meet; one of a single work says nothing about a person."""
    circles = circles_of(facts)
    several = [circle for circle in circles if len(circle) > 1]
    single = [circle[0] for circle in circles if len(circle) == 1] if len(circles) > 1 else []
    works = {work.key: work for work in facts.works}
    sentences = []
    if len(several) > 1:
        sentences.append(f"<strong>{_number(len(several))} circles that never meet.</strong>")
        sentences += _strangers(several[1:], works)
    if single:
        sentences.append(_alone(single, works, also=len(several) > 1))
    if len(several) > 1:
        review = f'<a href="{escaped(facts.url)}trust/#identity">Review this record</a>'
        sentences.append(f"One researcher or several? {review}")
    if not sentences:
        return ""
    return f'<p class="circles">{_EYES}<span>{" ".join(sentences)}</span></p>'


def cut_line(facts: SliceFacts, shown: Picture) -> str:
    """How much of the record a drawing shows, where that is not all."""
    drawn_topics = len(shown.topics) + len(shown.common)
    counts = (
        (len(shown.works), facts.total_works, ("work", "works")),
        (len(shown.people), facts.total_people, ("person", "people")),
        (drawn_topics, facts.total_topics, ("topic", "topics")),
        (len(shown.institutions), facts.total_institutions, ("institution", "institutions")),
    )
    parts = [f"{n:,} of {counted(total, *nouns)}" for n, total, nouns in counts if n < total]
    return f'<p class="cut">Shown here: {listed(parts)}.</p>' if parts else ""


def crowd_line(shown: Picture) -> str:
    """The works whose people are left out, being too many to tell who knows whom."""
    crowds = sum(work.team > MAX_TEAM for work in shown.works)
    if not crowds:
        return ""
    nouns, verb = ("work", "is") if crowds == 1 else ("works", "are")
    said = f"{_number(crowds)} {nouns} with more than {MAX_TEAM} people {verb} shown without them."
    return f'<p class="crowds">{said}</p>'


def common_line(facts: SliceFacts, shown: Picture) -> str:
    """The topics that nearly everything is on, as text: drawn, they would hide the rest."""
    if not shown.works:
        return '<p class="common">No work is known yet, so there is nothing to draw.</p>'
    if not shown.common:
        return ""
    single = facts.total_works == 1
    topics = [
        link(topic.url, topic.name)
        + ("" if single else f" ({counted(topic.works, 'work', 'works')})")
        for topic in shown.common[:_COMMON_NAMED]
    ]
    if more := len(shown.common) - len(topics):
        topics.append(f"{more:,} more")
    on = "Topics of this work" if single else "On more than a third of the works"
    return f'<p class="common">{on}: {listed(topics)}.</p>'


def _strangers(circles: Sequence[Sequence[int]], works: Mapping[int, Work]) -> list[str]:
    most = _WORKS_NAMED.get(len(circles), 1)
    first, *others = [_named(circle, works, most) for circle in circles[:_CIRCLES_NAMED]]
    sentences = [f"{first} share no co-author with the rest."]
    sentences += [f"Nor do {other}." for other in others]
    more = len(circles) - _CIRCLES_NAMED
    if more > 0:
        sentences.append(
            f"The same is true of {counted(more, 'further circle', 'further circles')}."
        )
    return sentences


def _alone(keys: Sequence[int], works: Mapping[int, Work], also: bool) -> str:
    if len(keys) > 1:
        return f"{_number(len(keys))} works have no shared co-author."
    title = f": {_titled(works[keys[0]])}" if keys[0] in works else ""
    return f"There is {'also ' * also}one work with no shared co-author{title}."


def _named(circle: Sequence[int], works: Mapping[int, Work], most: int) -> str:
    """The works of a circle by their titles, as many as are known and fit."""
    known = newest_first(works[key] for key in circle if key in works)[:most]
    if not known:
        return counted(len(circle), "older work", "older works")
    titles = [_titled(work) for work in known]
    if more := len(circle) - len(known):
        titles.append(f"{more:,} more")
    return listed(titles)


def _titled(work: Work) -> str:
    return f"<cite>{link(work.url, fitted(work.title, *_TITLE))}</cite>"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
