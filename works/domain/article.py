"""A work's article as HTML: the stored pieces of it, one of them the first names of its byline.

Everything that a source wrote passes `addresses.rendered` or `escape`; nothing else reaches the
page.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from works.domain import addresses, tex
from works.domain.names import WITHHELD
from works.domain.provenance import venue
from works.domain.records import WorkRecord
from works.domain.taxonomy import is_shared, official_name, topic_slug

# Stored with each piece: raising it makes `manage.py rerender` rebuild them.
TEMPLATE_VERSION = 100 * tex.VERSION + 4

TYPES = {
    "preprint": "Preprint",
    "article": "Article",
    "journal-article": "Article",
    "proceedings-article": "Conference paper",
    "book": "Book",
    "book-chapter": "Book chapter",
    "dataset": "Dataset",
    "thesis": "Thesis",
}
UNVERIFIED_WORDS = {
    "ids": "identifier",
    "authors": "authors",
    "created": "date",
    "published": "date",
    "stated_year": "year",
}


_NUL = "\0"
# Of a title's HTML: formulas, tags and entities, which stay as they are, or a compound.
_COMPOUND = re.compile(
    r"<math.*?</math>|<[^>]*>|&\w+;|(?<![\w-])(\w+(?:-\w+)+)(?![\w-])", re.DOTALL
)
# Names of a byline in a list; the researcher of the page is named beside them.
BYLINE = 12
# Letters of "Real-Time" and "Auto-ViT-Acc": a compound that short looks broken across two lines.
_WHOLE = 12


class TopicName(NamedTuple):
    scheme: str
    code: str
    name: str
    slug: str


class Name(NamedTuple):
    """One name of a byline; `slug` is empty for a group and for a withheld name."""

    text: str
    slug: str

    @property
    def is_person(self) -> bool:
        return bool(self.slug) or self.text == WITHHELD


class Banner(NamedTuple):
    """That a work was retracted, corrected or is in doubt: the kind of notice, and its words."""

    kind: str
    words: str


class Pieces(NamedTuple):
    title_html: str
    title_text: str
    abstract_html: str
    head_html: str
    body_html: str


def type_label(kind: str) -> str:
    return TYPES.get(kind) or kind.replace("-", " ").capitalize() or "Work"


def topics(record: WorkRecord) -> list[TopicName]:
    """The topics that the source gives, each once, under their official names."""
    found = {
        (item.scheme, item.code): TopicName(
            item.scheme,
            item.code,
            topic_name(item.scheme, item.code) or item.name or item.code,
            topic_slug(item.scheme, item.code),
        )
        for item in record.categories
    }
    return list(found.values())


def topic_name(scheme: str, code: str) -> str:
    """The official name, with the code beside it where another topic of the scheme shares it.

    Empty where we know none.
    """
    name = official_name(scheme, code)
    if name is None:
        return ""
    return f"{name} ({code})" if is_shared(scheme, name) else name


def pieces(
    record: WorkRecord,
    year: int | None,
    preprint: tuple[int, str] | None = None,
    banner: Banner | None = None,
) -> Pieces:
    """`preprint` is (year, source) of the form before the published one."""
    title = addresses.rendered(record.title)
    return Pieces(
        title_html=_unbroken(title.html),
        title_text=title.text,
        abstract_html=addresses.rendered(record.abstract).html if record.abstract else "",
        head_html=(_banner(banner) if banner else "") + _head(record, year, preprint),
        body_html=_body(record, title.text),
    )


def _unbroken(title: str) -> str:
    """A title's HTML in which no line ends inside a short compound."""
    return _COMPOUND.sub(_kept, title)


def _kept(found: re.Match[str]) -> str:
    compound = found[1]
    if not compound or len(compound) > _WHOLE:
        return found[0]
    return f'<span class="whole">{compound}</span>'


def _banner(banner: Banner) -> str:
    return f'<p class="work-notice {escape(banner.kind)}">{escape(banner.words)}</p>'


def _head(record: WorkRecord, year: int | None, preprint: tuple[int, str] | None) -> str:
    place = addresses.rendered(record.venue).text if record.venue else venue(record)
    facts = [type_label(record.type), str(year) if year else "", place]
    facts += [f"preprint {preprint[0]} {preprint[1]}"] if preprint else []
    return f'<p class="work-meta">{"".join(f"<span>{escape(f)}</span>" for f in facts if f)}</p>'


def _body(record: WorkRecord, title: str) -> str:
    lead, rest = tex.split_lead(record.abstract) if record.abstract else ("", "")
    more = _rest(rest, title) + _tags(topics(record))
    return "".join(
        [
            _lead(record, lead),
            f'<div class="work-more">{more}</div>',
            _note("Comments", record.comments),
            _note("Published in", record.journal_ref),
            _unverified(record.unverified),
        ]
    )


def _lead(record: WorkRecord, lead: str) -> str:
    if not lead:
        return '<p class="lead none">No abstract given.</p>'
    by = '<span class="summary-by">Summary by BZPEER</span> '
    ours = record.abstract_by == "bzpeer"
    return f'<p class="lead" dir="auto">{by if ours else ""}{addresses.rendered(lead).html}</p>'


def _rest(rest: str, title: str) -> str:
    if not rest:
        return ""
    of = f'<span class="vh"> of {escape(title)}</span>'
    text = addresses.rendered(rest).html
    return f'<details><summary>Full abstract{of}</summary><p dir="auto">{text}</p></details>'


def _tags(names: Sequence[TopicName]) -> str:
    if not names:
        return '<p class="no-topics">Topics: none given</p>'
    links = "".join(f'<li><a href="/topics/{t.slug}/">{escape(t.name)}</a></li>' for t in names)
    return f'<ul class="tags" aria-label="Topics">{links}</ul>'


def _note(label: str, source: str) -> str:
    return f'<p class="work-note">{label}: {addresses.rendered(source).html}</p>' if source else ""


def unverified_words(fields: Iterable[str]) -> list[str]:
    """What a reader calls the fields that are guesses, in a fixed order."""
    words = {UNVERIFIED_WORDS.get(field, field.replace("_", " ")) for field in fields}
    return sorted(words)


def _unverified(fields: Iterable[str]) -> str:
    words = unverified_words(fields)
    if not words:
        return ""
    return (
        f'<p class="work-note"><mark class="unverified">Unverified: {", ".join(words)}</mark></p>'
    )


def byline(names: Sequence[Name]) -> str:
    """The names as links, in their order; a group and a withheld name have none."""
    # Escaped in one go: a list has hundreds of names, and none holds a NUL, as Postgres sees to.
    texts = escape(_NUL.join([name.text for name in names])).split(_NUL)
    return ", ".join([_name(text, name.slug) for text, name in zip(texts, names)])


def _name(text: str, slug: str) -> str:
    if not slug:
        return f"<i>{text}</i>" if text == WITHHELD else f"<bdi>{text}</bdi>"
    return f'<a href="/researchers/{slug}/"><bdi>{text}</bdi></a>'


def more(people: int) -> str:
    """How many people are left out of a byline."""
    return f' <span class="more-authors">and {people:,} more</span>' if people > 0 else ""


def focused(byline: bytes, public_id: bytes) -> bytes:
    """The byline with the name of this author as bold text instead of a link."""
    before, end, behind = byline.partition(b'-%b/">' % public_id)
    if not end:
        return byline
    name, _, after = behind.partition(b"</a>")
    return b"%b<b>%b</b>%b" % (before[: before.rindex(b"<a ")], name, after)


def bold(name: str) -> bytes:
    """A name as `focused` shows it."""
    return f"<b><bdi>{escape(name)}</bdi></b>".encode()
