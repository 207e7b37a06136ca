"""Templates put together give what Django gives, or the error that Django gives."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Engine, Library, NodeList, Template, TemplateDoesNotExist
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.test.signals import template_rendered
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bzpeer.lib.flat import FlatTemplate
from bzpeer.lib.safe import trusted

FLAT, DJANGO = "bzpeer.lib.flat.Loader", "django.template.loaders.cached.Loader"
Sources = dict[str, str]
register = Library()


@register.simple_tag
def loud(word: str) -> str:
    return f"{word}!"


@register.simple_tag(takes_context=True)
def leave(context: Context, name: str) -> str:
    context[name] = "left here"
    return name


@register.simple_block_tag
def shout(content: str) -> str:
    return content.upper()


def engine(loader: str, *folders: Sources, debug: bool = False) -> Engine:
    loaders = [(loader, [("django.template.loaders.locmem.Loader", one) for one in folders])]
    return Engine(loaders=loaders, libraries={"tags": __name__}, debug=debug)


def outcome(found: Engine, name: str, values: dict[str, Any]) -> str:
    """What a page says, or how it fails; twice, for the second time finds everything loaded."""
    once, again = (said(found, name, values) for _ in range(2))
    assert once == again
    return once


def said(found: Engine, name: str, values: dict[str, Any]) -> str:
    try:
        return str(found.get_template(name).render(Context(dict(values))))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def nodes(found: NodeList) -> set[type]:
    kinds = (ExtendsNode, BlockNode, IncludeNode)
    return {kind for kind in kinds if found.get_nodes_by_type(kind)}


VALUES = {"yes": True, "no": False, "x": "<b>", "many": ["a", "b"], "none": [], "block": "mine"}

WHOLE = {
    "one parent": {"page": "{% extends 'base' %}{% block a %}A{{ x }}{% endblock %}"},
    "a block that nobody overrides": {"page": "{% extends 'base' %}"},
    "several levels": {
        "page": "{% extends 'middle' %}{% block inner %}page{% endblock %}",
        "middle": "{% extends 'base' %}{% block b %}<{% block inner %}{% endblock %}>"
        "{% endblock %}",
    },
    "text before the parent": {"page": "first {% extends 'base' %} and never"},
    "blocks under conditions": {
        "page": "{% extends 'up' %}{% block c %}C{% endblock %}{% block d %}D{% endblock %}",
        "up": "{% if yes %}{% block c %}c{% endblock %}{% else %}{% block d %}d{% endblock %}"
        "{% endif %}{% if no %}{% elif x %}{% block e %}e{% endblock %}{% endif %}",
    },
    "a block in a loop": {
        "page": "{% extends 'up' %}{% block c %}{{ forloop.counter }}{{ one }}{% endblock %}",
        "up": "{% for one in many %}{% block c %}{% endblock %}{% empty %}none{% endfor %}"
        "{% for one in none %}{% empty %}{% include 'bit' %}{% endfor %}",
    },
    "what a block stands in place of": {
        "page": "{% extends 'middle' %}{% block b %}{{ block.super }}{{block.super}}{% endblock %}",
        "middle": "{% extends 'base' %}{% block b %}m{{ block.super }}{% endblock %}",
    },
    "nothing to stand in place of": {
        "page": "{% extends 'up' %}{% block c %}C{% endblock %}",
        "up": "{% block c %}({% block d %}{{ block.super }}){% endblock %}{% endblock %}",
    },
    "blocks that hold each other": {
        "page": "{% extends 'up' %}"
        "{% block c %}1{% block d %}2{{ block.super }}{% endblock %}{% endblock %}",
        "up": "{% block d %}3{% block c %}4{% endblock %}{% endblock %}",
    },
    "a block outside of the blocks of a child": {
        "page": "{% extends 'base' %}{% if no %}{% block a %}still{% endblock %}{% endif %}"
    },
    "escaping": {
        "page": "{% extends 'up' %}{% block c %}{{ x }}{{ block.super }}{% endblock %}",
        "up": "{% autoescape off %}{% block c %}{{ x }}{% endblock %}{% endautoescape %}{{ x }}",
    },
    "an include": {"page": "{% include 'bit' %}{% if yes %}-{% include 'bit' %}{% endif %}"},
    "an include with values": {
        "page": "{% include 'bit' with x=many.0 y=x %}{% include 'bit' %}{{ y }}{{ x }}"
    },
    "an include within an include with values": {
        "page": "{% with x='w' %}{% include 'more' with y=x %}{% endwith %}{{ y }}",
        "more": "{% include 'bit' with x=y %}{{ x }}",
    },
    "an include that extends": {
        "page": "{% extends 'base' %}{% block a %}{% include 'other' %}{% endblock %}",
        "other": "{% extends 'base' %}{% block b %}other{% endblock %}",
    },
    "an include with blocks of the same name": {
        "page": "{% extends 'base' %}{% block a %}page{% include 'part' %}{% endblock %}",
        "part": "{% block a %}part{% endblock %}",
    },
    "addresses beside it": {
        "page": "{% include 'deep/one' %}",
        "deep/one": "{% extends './two' %}{% block c %}{% include '../bit' %}{% endblock %}",
        "deep/two": "{% block c %}{% endblock %}",
    },
    "remarks": {"page": "a{# b #}{% comment %}{{ c }}{% endcomment %}{% load tags %}d"},
    "tags": {"page": "{% load tags %}{% block a %}{% loud x %}{% url 'home' %}{% endblock %}"},
    "an include that sees no variables": {
        "page": "{% include 'bit' only %}{% include 'bit' with x=1 only %}"
    },
}

LEFT = {
    "a parent by a variable": {"page": "{% extends base %}{% block a %}A{% endblock %}"},
    "a parent through a filter": {
        "page": "{% extends 'b'|add:'ase' %}{% block a %}A{% endblock %}"
    },
    "a parent without a name": {"page": "{% extends '' %}"},
    "a parent that is missing": {"page": "{% extends 'gone' %}"},
    "a parent that is broken": {"page": "{% extends 'broken' %}", "broken": "{% if %}"},
    "parents in a ring": {"page": "{% extends 'ring' %}", "ring": "{% extends 'page' %}"},
    "an include by a variable": {"page": "{% include bit %}{% include 'bit' %}"},
    "an include through a filter": {"page": "{% include 'bit'|add:'ter' %}", "bitter": "bitter"},
    "an include that is missing": {"page": "a{% include 'gone' %}"},
    "an include that is missing and not asked for": {
        "page": "a{% if no %}{% include 'gone' %}{% endif %}"
    },
    "an include that is broken": {"page": "a{% include 'broken' %}", "broken": "{% nonsense %}"},
    "an include that is broken and not asked for": {
        "page": "a{% if no %}{% include 'broken' %}{% endif %}",
        "broken": "{% nonsense %}",
    },
    "an include without a name": {"page": "{% include '' %}"},
    "itself": {"page": "{{ many.0 }}{% if many %}{% include 'page' with many=none %}{% endif %}"},
    "each other": {
        "page": "{% if many %}{% include 'pong' with many=none %}{% endif %}",
        "pong": "pong{% include 'page' %}",
    },
    "a parent that includes its child": {
        "page": "{% extends 'up' %}{% block c %}C{% endblock %}",
        "up": "{% if many %}{% block c %}{% endblock %}"
        "{% include 'page' with many=none %}{% endif %}",
    },
    "the name of a block": {
        "page": "{% extends 'base' %}{% block a %}{{ block.name }}{% endblock %}{{ block }}"
    },
    "a question to a block": {
        "page": "{% extends 'base' %}{% block a %}{% if block.super %}A{% endif %}{% endblock %}"
    },
    "a block's text through a filter": {
        "page": "{% extends 'base' %}{% block b %}{{ block.super|upper }}{% endblock %}"
    },
    "an include that speaks of the block around": {
        "page": "{% extends 'base' %}{% block b %}{% include 'part' %}{% endblock %}",
        "part": "{{ block.super }}.{{ block.name }}",
    },
    "an include that speaks of what its block stands in place of": {
        "page": "{% extends 'base' %}{% block b %}{% include 'part' %}{% endblock %}",
        "part": "({{ block.super }})",
    },
    "a block without a parent that wants its text": {
        "page": "{% block a %}{{ block.super }}{% endblock %}"
    },
    "block.super outside of a block": {
        "page": "{% extends 'up' %}",
        "up": "({{ block.super }}){% block a %}a{% endblock %}",
    },
    "a variable set in a block": {
        "page": "{% block a %}{% firstof 'a' as y %}{{ y }}{% endblock %}({{ y }})"
    },
    "a variable set in an include": {
        "page": "{% include 'set' %}({{ y }})",
        "set": "{% now 'Y' as y %}{{ y|length }}",
    },
    "a state of its own in an include": {
        "page": "{% for one in many %}{% include 'turn' %}{% endfor %}",
        "turn": "{% cycle 'a' 'b' %}",
    },
    "a block where we don't look": {
        "page": "{% extends 'up' %}{% block c %}page{% endblock %}",
        "up": "{% filter upper %}{% block c %}up{% endblock %}{% endfilter %}",
    },
    "a block in a tag of a kind like one that we know": {
        "page": "{% extends 'up' %}{% block c %}page{% endblock %}",
        "up": "{% load tags %}{% shout %}{% block c %}up{% endblock %}{% endshout %}",
    },
    "a tag that sees all variables": {
        "page": "{% load tags %}{% block a %}{% leave 'y' %}{{ y }}{% endblock %}({{ y }})"
    },
    "a tag's value that is kept": {
        "page": "{% load tags %}{% block a %}{% loud x as y %}{{ y }}{% endblock %}({{ y }})"
    },
    "an address that is kept": {
        "page": "{% block a %}{% url 'home' as y %}{{ y }}{% endblock %}({{ y }})"
    },
}

COMMON = {
    "base": "<{% block a %}a{% endblock %}|{% block b %}b{{ x }}{% endblock %}>",
    "bit": "bit:{{ x }}{{ y }};",
}
NAMES = {"base": "base", "bit": "bit"}


def cases(table: dict[str, Sources]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sources", table.values(), ids=table)


@cases(WHOLE | LEFT)
@pytest.mark.parametrize("values", [VALUES | NAMES, {}], ids=["values", "none"])
def test_the_page_is_the_same(sources: Sources, values: dict[str, Any]) -> None:
    expected = outcome(engine(DJANGO, COMMON | sources), "page", values)
    assert outcome(engine(FLAT, COMMON | sources), "page", values) == expected


@cases(WHOLE)
def test_what_is_constant_is_put_together(sources: Sources) -> None:
    page = engine(FLAT, COMMON | sources).get_template("page")
    assert isinstance(page, FlatTemplate)
    assert nodes(page.flat.nodelist) <= {IncludeNode}
    assert page.render(Context(VALUES))


@cases(LEFT)
def test_everything_else_is_left_to_django(sources: Sources) -> None:
    found = engine(FLAT, COMMON | sources)
    page = found.template_loaders[0].get_template("page")
    assert type(page) is Template


# Sets of templates as nobody would write them

ODD = (
    "{{ block.name }}", "{% firstof 'a' as y %}", "{% cycle 'a' 'b' %}", "{% include bit %}",
    "{% include 'gone' %}", "{% filter upper %}{% block e %}e{% endblock %}{% endfilter %}",
)  # fmt: skip
PLAIN = ("text", " ", "{{ x }}", "{{ y }}", "{{ one }}{{ forloop.counter }}", "{{ block.super }}")
AROUND = (
    "{% if yes %}@{% else %}-{% endif %}", "{% if no %}-{% elif x %}@{% endif %}",
    "{% for one in many %}@{% endfor %}", "{% for one in none %}-{% empty %}@{% endfor %}",
    "{% with y=x %}@{% endwith %}", "{% autoescape off %}@{% endautoescape %}",
)  # fmt: skip
INCLUDES = ("{% include 'NAME' %}", "{% include 'NAME' with y=one %}", "{% include 'NAME' only %}")
LAST = 3


@st.composite
def bodies(
    draw: st.DrawFn, number: int, free: list[str], plain: tuple[str, ...], depth: int
) -> str:
    """What stands in a template or a part of it; no block has a name that another one has."""
    found = []
    for kind in draw(st.lists(st.sampled_from("tabi"), max_size=3)):
        inside = bodies(number, free, plain, depth - 1) if depth else st.sampled_from(plain)
        if kind == "a":
            found.append(draw(st.sampled_from(AROUND)).replace("@", draw(inside)))
        elif kind == "b" and free:
            name = free.pop(draw(st.integers(0, len(free) - 1)))
            found.append(f"{{% block {name} %}}{draw(inside)}{{% endblock %}}")
        elif kind == "i" and number < LAST:
            later = f"t{draw(st.integers(number + 1, LAST))}"
            found.append(draw(st.sampled_from(INCLUDES)).replace("NAME", later))
        else:
            found.append(draw(st.sampled_from(plain)))
    return "".join(found)


@st.composite
def template_sets(draw: st.DrawFn) -> Sources:
    """Templates that extend and include those after them; half of the sets are without oddities."""
    plain = PLAIN + draw(st.sampled_from(((), ODD)))
    found = {"leaf": "leaf{{ x }}"}
    for number in range(LAST + 1):
        body = draw(bodies(number, list("abcd"), plain, depth=2))
        if number < LAST and draw(st.booleans()):
            body = f"{{% extends 't{draw(st.integers(number + 1, LAST))}' %}}{body}"
        found[f"t{number}"] = body
    return found


@given(template_sets(), st.sampled_from([VALUES | {"bit": "leaf"}, {"many": ["&"], "no": True}]))
def test_any_set_of_templates_gives_the_same_pages(
    sources: Sources, values: dict[str, Any]
) -> None:
    expected, ours = engine(DJANGO, sources), engine(FLAT, sources)
    for name in sources:
        assert outcome(ours, name, values) == outcome(expected, name, values)


# Values


class Odd:
    def __str__(self) -> str:
        return "<odd>"

    def undecodable(self) -> str:
        return b"\xff".decode()


class Marked(str):
    """Text of a kind of its own that says what stands for it."""

    def __html__(self) -> str:
        return f"<i>{self}</i>"


WRITTEN = (
    "a", "<&\"'>", "", trusted("<b>"), Marked("<u>"), gettext_lazy("<lazy>"), Odd(), None, True,
    0, -7, 1234567, 10**30, 1234.5, Decimal("1234.50"), date(2026, 11, 2), time(9, 5),
    datetime(2026, 11, 2, 9, 5, tzinfo=UTC), ["<", 1234], {"a": "<"}, print,
)  # fmt: skip
VALUE = {
    "page": "{{ x }}{{ x|default:'<' }}{{ gone }}{% autoescape off %}{{ x }}{% endautoescape %}"
    "{{ x.undecodable }}{{ x|length }}{{ x|upper }}"
}


@pytest.mark.parametrize("value", WRITTEN, ids=[repr(one)[:20] for one in WRITTEN])
@pytest.mark.parametrize("localised", [None, True, False])
@pytest.mark.parametrize("grouped", [False, True])
def test_a_value_is_written_as_django_writes_it(
    value: object, localised: bool | None, grouped: bool, settings: Settings
) -> None:
    settings.USE_THOUSAND_SEPARATOR = grouped
    texts = []
    for loader in (FLAT, DJANGO):
        page = engine(loader, VALUE).get_template("page")
        assert isinstance(page, FlatTemplate) is (loader == FLAT)
        for escaped in (True, False):
            context = Context({"x": value}, autoescape=escaped, use_l10n=localised)
            texts.append(page.render(context))
    assert texts[:2] == texts[2:]


# The loader


def test_what_was_parsed_is_never_changed() -> None:
    sources = COMMON | WHOLE["what a block stands in place of"]
    ours, untouched = engine(FLAT, sources), engine(DJANGO, sources)
    for _ in range(2):
        for name in sources:
            ours.get_template(name).render(Context(VALUES))
    for name in sources:
        kept, _ = ours.find_template(name, skip=[])
        assert shape(kept.nodelist) == shape(untouched.get_template(name).nodelist)


def shape(found: NodeList) -> str:
    return repr([(node, node.get_nodes_by_type(BlockNode)) for node in found])


def test_a_template_that_extends_itself_finds_the_next_of_that_name() -> None:
    near = {"page": "{% extends 'page' %}{% block a %}near {{ block.super }}{% endblock %}"}
    far = {"page": "({% block a %}far{% endblock %})"}
    page = engine(FLAT, near, far).get_template("page")
    assert isinstance(page, FlatTemplate)
    assert page.render(Context()) == "(near far)"


def test_what_is_left_may_extend_what_is_put_together() -> None:
    sources = COMMON | {"page": "{% extends up %}{% block a %}A{% endblock %}"}
    ours = engine(FLAT, sources)
    base = ours.get_template("base")
    assert isinstance(base, FlatTemplate)
    assert base.render(Context()) == "<a|b>"
    for up in ("base", base):
        assert ours.get_template("page").render(Context({"up": up})) == "<A|b>"
    assert base.render(Context()) == "<a|b>"


def test_a_change_shows_once_the_loader_is_reset() -> None:
    sources = {"page": "{% extends 'base' %}", "base": "old"}
    ours = engine(FLAT, sources)
    assert ours.get_template("page").render(Context()) == "old"
    sources["base"] = "new"
    assert ours.get_template("page").render(Context()) == "old"
    for loader in ours.template_loaders:
        loader.reset()
    assert ours.get_template("page").render(Context()) == "new"


def test_an_error_page_tells_the_line_of_the_template_it_is_in() -> None:
    sources = {"page": "{% extends 'base' %}", "base": "a\n{{ x.fail }}\nb"}

    class Broken:
        def fail(self) -> None:
            raise LookupError("it broke")

    page = engine(FLAT, sources, debug=True).get_template("page")
    with pytest.raises(LookupError) as raised:
        page.render(Context({"x": Broken()}))
    told = raised.value.template_debug  # type: ignore[attr-defined]
    assert (told["name"], told["line"], told["during"]) == ("base", 2, "{{ x.fail }}")


def test_a_missing_template_is_named() -> None:
    ours = engine(FLAT, {"page": "{% include 'gone' %}"})
    with pytest.raises(TemplateDoesNotExist, match=r"^gone$"):
        ours.get_template("page").render(Context())
    with pytest.raises(TemplateDoesNotExist, match=r"^none$"):
        ours.get_template("none")


def test_whoever_watches_is_told_of_the_page_and_its_values() -> None:
    ours, seen = engine(FLAT, COMMON | {"page": "{% extends 'base' %}"}), []

    def watch(template: Template, context: Context, **_: object) -> None:
        seen.append((template.name, context["x"]))

    template_rendered.connect(watch)
    try:
        ours.get_template("page").render(Context({"x": 1}))
    finally:
        template_rendered.disconnect(watch)
    assert seen == [("page", 1)]


def test_many_at_once_get_the_same_page() -> None:
    sources = COMMON | WHOLE["what a block stands in place of"]
    expected = engine(DJANGO, sources).render_to_string("page", VALUES)
    ours = engine(FLAT, sources)

    def ask(_: int) -> str:
        for loader in ours.template_loaders:
            loader.reset()
        return ours.render_to_string("page", VALUES)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(200))) == {expected}
