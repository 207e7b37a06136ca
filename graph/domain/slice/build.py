"""The picture of a record before it has a place on paper: nodes, edges, and what was left out."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from graph.domain.slice.choose import Caps, Choice, choose, company, newest_first
from graph.domain.slice.facts import Institution, Person, SliceFacts, Topic, Work

WIDE = Caps(works=15, people=22, topics=10, institutions=6, links=66)
NARROW = Caps(works=7, people=11, topics=4, institutions=3, links=22)
# A topic on more than this share of the works would tie everything to everything.
COMMON_SHARE = 1 / 3
ME = "me"


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
    return _picture(choose(facts, WIDE), rare, facts.institutions, common, WIDE)


def narrow_picture(facts: SliceFacts, wide: Picture) -> Picture:
    """The most telling part of the wide picture, for a small screen."""
    part = structs.replace(facts, works=wide.works, people=wide.people)
    choice = choose(part, NARROW)
    return _picture(choice, wide.topics, wide.institutions, wide.common, NARROW)


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


def _by_frequency(facts: SliceFacts) -> tuple[tuple[Topic, ...], tuple[Topic, ...]]:
    ranked = sorted(facts.topics, key=lambda topic: (-topic.works, topic.key))
    bound = facts.total_works * COMMON_SHARE
    rare = tuple(topic for topic in ranked if topic.works <= bound)
    return rare, tuple(ranked[: len(ranked) - len(rare)])


def _picture(
    choice: Choice,
    topics: Iterable[Topic],
    institutions: Iterable[Institution],
    common: tuple[Topic, ...],
    caps: Caps,
) -> Picture:
    return Picture(
        works=tuple(newest_first(choice.works)),
        people=choice.people,
        topics=_topics(topics, choice, caps),
        institutions=_institutions(institutions, choice, caps),
        common=common,
    )


def _topics(topics: Iterable[Topic], choice: Choice, caps: Caps) -> tuple[Topic, ...]:
    """The topics that hold most of the chosen works together."""
    links = {topic.key: sum(topic.key in w.topics for w in choice.works) for topic in topics}
    held = [topic for topic in topics if links[topic.key]]
    ranked = sorted(held, key=lambda topic: (-links[topic.key], -topic.works, topic.key))
    return tuple(ranked[: caps.topics])


def _institutions(
    institutions: Iterable[Institution], choice: Choice, caps: Caps
) -> tuple[Institution, ...]:
    present = {person.key for person in choice.people}
    links = {place.key: len(present & set(place.people)) for place in institutions}
    held = [place for place in institutions if links[place.key]]
    ranked = sorted(held, key=lambda place: (-links[place.key], -len(place.people), place.key))
    return tuple(ranked[: caps.institutions])


def _edges(shown: Picture) -> Iterable[Edge]:
    people, topics = _keys(shown.people), _keys(shown.topics)
    for work in shown.works:
        yield Edge(ME, f"w{work.key}", "own")
        for key in sorted(people & set(company(work))):
            yield Edge(f"w{work.key}", f"p{key}", "person")
        for key in sorted(topics & set(work.topics)):
            yield Edge(f"w{work.key}", f"t{key}", "topic")
    for place in shown.institutions:
        for key in sorted(people & set(place.people)):
            yield Edge(f"p{key}", f"i{place.key}", "institution")


def _keys(items: Sequence[Person | Topic]) -> set[int]:
    return {item.key for item in items}


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
    said = f"Institution: {place.name}, {counted(len(place.people), 'person', 'people')}"
    return Node(f"i{place.key}", "institution", place.name, place.url, said)
