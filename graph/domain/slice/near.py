"""The neighbourhood as a graph: the researcher, works, people, topics and institutions.

Its nodes are the facts themselves, so that whoever walks it needs no keys.
"""

from typing import Any, Protocol, TypeVar

import networkx as nx

from graph.domain.slice.facts import Institution, Person, Topic, Work

ME = "me"
# Works with more people make no edges, as in the rest of the graph.
MAX_TEAM = 50

N = TypeVar("N", Work, Person, Topic, Institution)


class Kinds(Protocol):
    """Anything that holds the four kinds of nodes: the facts, or a picture of them."""

    @property
    def works(self) -> tuple[Work, ...]: ...
    @property
    def people(self) -> tuple[Person, ...]: ...
    @property
    def topics(self) -> tuple[Topic, ...]: ...
    @property
    def institutions(self) -> tuple[Institution, ...]: ...


class Neighbourhood:
    """Who and what is linked to what.

    Works are linked to the researcher, their people and their topics; institutions to people,
    and to the researcher who was there.
    """

    def __init__(self, of: Kinds) -> None:
        people = {person.key: person for person in of.people}
        topics = {topic.key: topic for topic in of.topics}
        self.graph: nx.Graph[Any] = nx.Graph()
        for nodes in (of.works, of.people, of.topics, of.institutions):
            self.graph.add_nodes_from(nodes)
        self.graph.add_edges_from((ME, work) for work in of.works)
        self.graph.add_edges_from((ME, place) for place in of.institutions if place.own)
        for work in of.works:
            self._link(work, people, company(work))
            self._link(work, topics, work.topics)
        for place in of.institutions:
            self._link(place, people, place.people)

    def beside(self, node: Work | Person | Topic | Institution, kind: type[N]) -> set[N]:
        """The nodes of a kind that a node is linked to."""
        return {other for other in self.graph[node] if isinstance(other, kind)}

    def links(self, node: Work | Person | Topic | Institution) -> int:
        number: int = self.graph.degree(node)
        return number

    def _link(self, node: Any, known: Any, keys: tuple[int, ...]) -> None:
        self.graph.add_edges_from((node, known[key]) for key in keys if key in known)


def company(work: Work) -> tuple[int, ...]:
    """The people whom a work connects to the researcher."""
    return work.people if work.team <= MAX_TEAM else ()
