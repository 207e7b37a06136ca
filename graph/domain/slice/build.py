"""The picture of a record before it has a place on paper: nodes, edges, and what was left out."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct, structs

from graph.domain.slice.choose import Caps, choose, newest_first
from graph.domain.slice.facts import Institution, Person, SliceFacts, Topic, Work
from graph.domain.slice.near import ME, N, Neighbourhood

WIDE = Caps(works=15, people=22, topics=10, institutions=6, links=66, ties=46)
NARROW = Caps(works=7, people=11, topics=4, institutions=3, links=22, ties=24)
# A topic on more than this share of the works would tie everything to everything.
COMMON_SHARE = 1 / 3

T = TypeVar("T", Topic, Institution)


class Node(Struct, frozen=True):
    """Something to draw. `said` is all that is known of it, as it is read out."""

    key: str
    kind: str
    name: str
    url: str
    said: str
    close: bool = False


class Edge(Struct, frozen=True):
    """A line from a node to a node that hangs on it; `kind` is the kind of what it leads to."""

    start: str
    end: str
    kind: str


class Graph(Struct, frozen=True):
    """What one drawing shows; the researcher is the first node, works come before the rest."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Picture(Struct, frozen=True):
    """All that is said about a record: both drawings draw from it, and the list tells it.

    `common` are topics on more than a third of the works, which are told and not drawn.
    """

    works: tuple[Work, ...]
    people: tuple[Person, ...]
    topics: tuple[Topic, ...]
    institutions: tuple[Institution, ...]
    common: tuple[Topic, ...]


def wide_picture(facts: SliceFacts) -> Picture:
    """What is drawn of a record at most; the same whatever the order of the facts."""
    rare, common = _by_frequency(facts)
    choice = choose(facts, WIDE)
    works = tuple(newest_first(choice.works))
    return _picture(Picture(works, choice.people, rare, facts.institutions, common), WIDE)


def narrow_picture(facts: SliceFacts, wide: Picture) -> Picture:
    """The most telling part of the wide picture, for a small screen."""
    part = structs.replace(facts, works=wide.works, people=wide.people)
    choice = choose(part, NARROW)
    works = tuple(newest_first(choice.works))
    return _picture(structs.replace(wide, works=works, people=choice.people), NARROW)


def graph_of(facts: SliceFacts, shown: Picture) -> Graph:
    nodes = [
        Node(ME, "person", facts.name, facts.url, f"Researcher: {facts.name}"),
        *map(_work_node, shown.works),
        *map(_person_node, shown.people),
        *map(_topic_node, shown.topics),
        *map(_institution_node, shown.institutions),
    ]
    return Graph(tuple(nodes), tuple(_edges(shown)))


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def there(place: Institution) -> str:
    """How many people were at an institution, the researcher counted."""
    return counted(len(place.people) + place.own, "person", "people")


def _by_frequency(facts: SliceFacts) -> tuple[tuple[Topic, ...], tuple[Topic, ...]]:
    ranked = sorted(facts.topics, key=lambda topic: (-topic.works, topic.key))
    bound = facts.total_works * COMMON_SHARE
    rare = tuple(topic for topic in ranked if topic.works <= bound)
    return rare, tuple(ranked[: len(ranked) - len(rare)])


def _picture(offered: Picture, caps: Caps) -> Picture:
    """Of the offered topics and institutions, those that hold most of the rest together."""
    near = Neighbourhood(offered)
    return structs.replace(
        offered,
        topics=_holding(offered.topics, near, lambda topic: topic.works, caps.ties)[: caps.topics],
        institutions=_holding(
            offered.institutions, near, lambda place: len(place.people), caps.ties
        )[: caps.institutions],
    )


def _holding(
    items: Iterable[T], near: Neighbourhood, size: Callable[[T], int], room: int
) -> tuple[T, ...]:
    """Those with most links first, while there is room for their links."""
    held: list[T] = []
    for item in sorted(items, key=lambda item: (-near.links(item), -size(item), item.key)):
        if 0 < near.links(item) <= room:
            held.append(item)
            room -= near.links(item)
    return tuple(held)


def _edges(shown: Picture) -> Iterable[Edge]:
    near = Neighbourhood(shown)
    for work in shown.works:
        yield Edge(ME, f"w{work.key}", "own")
        for person in _in_order(near.beside(work, Person)):
            yield Edge(f"w{work.key}", f"p{person.key}", "person")
        for topic in _in_order(near.beside(work, Topic)):
            yield Edge(f"w{work.key}", f"t{topic.key}", "topic")
    for place in shown.institutions:
        if place.own:
            yield Edge(ME, f"i{place.key}", "institution")
        for person in _in_order(near.beside(place, Person)):
            yield Edge(f"p{person.key}", f"i{place.key}", "institution")


def _in_order(items: Iterable[N]) -> list[N]:
    return sorted(items, key=lambda item: item.key)


def _work_node(work: Work) -> Node:
    said = f"Work: {work.title}, {work.year}" if work.year else f"Work: {work.title}"
    return Node(f"w{work.key}", "work", work.title, work.url, said)


def _person_node(person: Person) -> Node:
    said = f"Person: {person.name}, {counted(person.works, 'shared work', 'shared works')}"
    if person.close:
        said += ", close collaborator"
    return Node(f"p{person.key}", "person", person.name, person.url, said, person.close)


def _topic_node(topic: Topic) -> Node:
    said = f"Topic: {topic.name}, {counted(topic.works, 'work', 'works')}"
    return Node(f"t{topic.key}", "topic", topic.name, topic.url, said)


def _institution_node(place: Institution) -> Node:
    said = f"Institution: {place.name}, {there(place)}"
    return Node(f"i{place.key}", "institution", place.name, place.url, said)
