"""The whole piece of HTML: filters, the two drawings, the sentences and the list."""

from collections.abc import Iterable

from graph.domain.slice.build import Picture, counted, there
from graph.domain.slice.facts import SliceFacts
from graph.domain.slice.markup import KINDS, escaped, icon, link
from graph.domain.slice.svg import Drawing, svg
from graph.domain.slice.words import circles_line, common_line, crowd_line, cut_line

AFTER = "after-graph"


def page(facts: SliceFacts, wide: Drawing, narrow: Drawing) -> str:
    """The inside of the fragment; every value in it is escaped.

    The list holds what is drawn in the wide drawing, of which the narrow one is a part.
    """
    shown = wide.shown
    return (
        f'<div class="stage">{_filters(shown)}{_framed(facts, wide)}{_framed(facts, narrow)}'
        f"{common_line(facts, shown)}</div>{circles_line(facts)}{_list(shown)}"
    )


def _framed(facts: SliceFacts, drawn: Drawing) -> str:
    """A drawing with the way around it, both hidden where the other drawing is shown."""
    links = counted(len(drawn.graph.nodes), "graph link", "graph links")
    skip = (
        f'<a class="skip-graph" href="#{AFTER}">Skip the {links}</a>' if drawn.shown.works else ""
    )
    return (
        f'<div class="frame {drawn.style.name}">{skip}'
        f"{svg(drawn, f'Research graph around {facts.name}')}"
        f"{cut_line(facts, drawn.shown)}{crowd_line(drawn.shown)}</div>"
    )


def _counts(shown: Picture) -> dict[str, int]:
    return {
        "person": len(shown.people),
        "work": len(shown.works),
        "topic": len(shown.topics),
        "institution": len(shown.institutions),
    }


def _filters(shown: Picture) -> str:
    boxes = "".join(
        f'<label class="pick"><input type="checkbox" id="show-{kind}" checked="checked"/>'
        f"{icon(kind)}<span>{KINDS[kind]} <b>{count}</b></span></label>"
        for kind, count in _counts(shown).items()
        if count
    )
    if not boxes:
        return ""
    return (
        f'<fieldset class="legend"><legend class="vh">Show in the graph</legend>{boxes}</fieldset>'
    )


def _list(shown: Picture) -> str:
    columns = (
        ("person", ((p.url, p.name, _person_note(p.works, p.close)) for p in shown.people)),
        ("work", ((w.url, w.title, str(w.year or "")) for w in shown.works)),
        ("topic", ((t.url, t.name, counted(t.works, "work", "works")) for t in shown.topics)),
        ("institution", ((i.url, i.name, there(i)) for i in shown.institutions)),
    )
    sections = "".join(_section(kind, rows) for kind, rows in columns)
    if not sections:
        return ""
    return (
        f'<details class="as-list" id="{AFTER}"><summary>Read this graph as a list</summary>'
        f'<div class="list-columns">{sections}</div></details>'
    )


def _person_note(works: int, close: bool) -> str:
    note = counted(works, "shared work", "shared works")
    return f"{note}, close collaborator" if close else note


def _section(kind: str, rows: Iterable[tuple[str, str, str]]) -> str:
    items = "".join(_item(*row) for row in rows)
    if not items:
        return ""
    return f"<section><h3>{icon(kind)}{KINDS[kind]}</h3><ul>{items}</ul></section>"


def _item(url: str, name: str, note: str) -> str:
    said = f" <span>{escaped(note)}</span>" if note else ""
    return f"<li>{link(url, name)}{said}</li>"
