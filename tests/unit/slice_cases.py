"""Records to draw slices of, and how their drawings are read."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from xml.etree import ElementTree

from graph.domain.slice import Institution, Person, SliceFacts, Topic, Work, draw
from works.domain.circles import circles

NAMES = ("Ada Lovelace", "Grace Hopper", "Emmy Noether", "Sofja Kowalewskaja", "Mary Somerville")
POSE = (
    "Location-free pose estimation",
    "Human-level shift: adapting pose estimators",
    "Many people in one picture",
)


def person_name(key: int) -> str:
    return f"{NAMES[key % len(NAMES)]} {key}"


def facts(
    teams: Mapping[int, Collection[int]],
    *,
    names: Mapping[int, str] | None = None,
    titles: Mapping[int, str] | None = None,
    topics: Mapping[int, Collection[int]] | None = None,
    institutions: Sequence[Institution] = (),
    name: str = "Xue Lin",
) -> SliceFacts:
    """The facts of a record: its works with their co-authors, and topics with their works."""
    shared = Counter(key for team in teams.values() for key in set(team))
    on_topic = topics or {}
    works = tuple(
        Work(
            key=key,
            title=(titles or {}).get(key, f"Study number {key}"),
            url=f"/works/{key}/",
            year=2000 + key % 25,
            people=tuple(team),
            topics=tuple(topic for topic, on in on_topic.items() if key in on),
            team=len(team) + 1,
        )
        for key, team in teams.items()
    )
    people = tuple(
        Person(
            key=key,
            name=(names or {}).get(key, person_name(key)),
            url=f"/researchers/p{key}/",
            works=count,
            close=count >= 3 and 3 * count >= len(teams),
        )
        for key, count in shared.items()
    )
    return SliceFacts(
        name=name,
        url="/researchers/xue-lin/",
        works=works,
        people=people,
        topics=tuple(
            Topic(key, f"Topic {key}", f"/topics/{key}/", len(on)) for key, on in on_topic.items()
        ),
        institutions=tuple(institutions),
        total_works=len(works),
        total_people=len(people),
        total_topics=len(on_topic),
        total_institutions=len(institutions),
        circles=tuple(map(tuple, circles({key: set(team) for key, team in teams.items()}))),
    )


def three_circles() -> SliceFacts:
    """A record of 25 works in circles of 21, 3 and 1; the second one is on poses."""
    teams: dict[int, list[int]] = {n: [1, 2, 3 + n % 9, 12 + n % 7] for n in range(1, 22)}
    teams |= {22: [30, 31], 23: [30, 31], 24: [30], 25: [40, 41]}
    titles = dict(zip((22, 23, 24), POSE)) | {25: "Lanes under attack"}
    return facts(teams, titles=titles)


def hub(works: int, team: int) -> SliceFacts:
    """The same large team on every work."""
    return facts({key: range(1, team + 1) for key in range(1, works + 1)})


def chain(works: int) -> SliceFacts:
    """Works each of which shares one co-author with the next."""
    people = range(1, works + 2)
    return facts(dict(enumerate(pairwise(people), start=1)))


def lonely(works: int) -> SliceFacts:
    """Works with two co-authors each, none of them shared."""
    return facts({key: (2 * key, 2 * key + 1) for key in range(1, works + 1)})


CASES = {
    "no works": facts({}),
    "one work": facts({1: (1, 2)}),
    "small and full": facts(
        {1: range(1, 9), 2: range(1, 9)},
        titles={1: "On how ten names and six places share a low sheet", 2: "On the same"},
        institutions=[
            Institution(n, f"Institute {n}", f"/i/{n}/", (n, n + 1)) for n in range(1, 7)
        ],
    ),
    "one author": facts({1: (), 2: ()}),
    "three circles": three_circles(),
    "team of 50": hub(1, 49),
    "team of 51": hub(3, 50),
    "steady team": hub(12, 6),
    "large steady team": hub(12, 30),
    "chain": chain(40),
    "lonely works": lonely(30),
    # Its forces push a node over the edge of the sheet, if nothing holds it.
    "crossed teams": facts(
        {
            1: (13, 9, 7, 8, 10, 6, 11),
            2: (2, 11, 13, 12, 4),
            3: (4, 1, 10, 11),
            4: (1, 10, 6, 4, 7, 9, 13),
            5: (1, 7, 10, 5, 6, 2, 13),
        }
    ),
    "400 works": facts(
        {n: [n % 37 + 1, n % 11 + 50, n % 5 + 70] for n in range(1, 401)},
        topics={t: range(t, 401, t + 3) for t in range(1, 20)},
        institutions=[
            Institution(n, f"Institute {n}", f"/i/{n}/", tuple(range(n, 80, 4)))
            for n in range(1, 9)
        ],
    ),
}


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def drawings(of: SliceFacts) -> tuple[ElementTree.Element, ElementTree.Element]:
    """The wide and the narrow drawing."""
    wide, narrow = classed(parsed(draw(of).html), "slice")
    return wide, narrow


def nodes(drawing: ElementTree.Element, kind: str = "node") -> list[ElementTree.Element]:
    """The links of a kind, the researcher left out unless all kinds are asked for."""
    found = [link for link in drawing.iter("a") if kind in link.attrib["class"].split()]
    return [link for link in found if kind == "node" or "me" not in link.attrib["class"].split()]


def keys(drawing: ElementTree.Element, kind: str = "node") -> set[str]:
    """The ids of the links without the prefix of their drawing."""
    return {link.attrib["id"].partition("-")[2] for link in nodes(drawing, kind)}


def text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def classed(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if name in e.attrib.get("class", "").split()]


def edges(drawing: ElementTree.Element) -> Iterable[tuple[str, str, str]]:
    for path in drawing.iter("path"):
        if "data-a" in path.attrib:
            yield path.attrib["data-a"], path.attrib["data-b"], path.attrib["class"]
