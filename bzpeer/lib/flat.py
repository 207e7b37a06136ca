"""Templates that are put together when they are loaded, not anew in each request.

A page's `{% extends %}`, `{% block %}` and `{% include %}` name constants, so the tree of its
nodes can be made once, of text, values, conditions and loops only. Django finds the parent, the
blocks and the included templates for each request, which takes a third of a page's rendering.

A tree is put together only if it holds nothing but nodes of the classes in `HOW`: none of them
sets a variable or keeps a state where others see it, so that neither a block nor an include needs
a scope. Whatever else there is, a name that is a variable, a template that includes itself, a
template that is missing, leaves the template to Django as a whole, with its scopes and its errors.

A value that is text or a whole number is written without the questions that Django asks of every
value; they took another quarter of the rest.

Where templates are debugged nothing is put together: an error page tells the line of a template by
the template that is being rendered. Tests see one template rendered for those that are in it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Node, NodeList, Origin, Template
from django.template.base import (
    FilterExpression,
    TextNode,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    CsrfTokenNode,
    ForNode,
    IfNode,
    LoadNode,
    URLNode,
    WithNode,
)
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import cached
from django.utils.safestring import SafeString

TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")
SPEAKS_OF_BLOCK = re.compile(r"\bblock\b")
# What may be said of one: where it begins and ends, and what it stands in place of.
SUPER = "block.super"
ALLOWED = re.compile(r"\{%\s*(end)?block\b|\{\{\s*block\.super\s*\}\}")

PLAIN = (str, SafeString, int)

Definitions = Mapping[str, tuple[BlockNode, ...]]


class LeftToDjangoError(Exception):
    """A template holds what can't be put together and give the same page for certain."""


class FlatTemplate(Template):
    """A template that is rendered from its tree put together.

    Its `nodelist` stays as it was parsed, blocks and all: that, and `_render`, is what an
    `{% extends %}` asks for that is given a template and not its name.
    """

    def __init__(self, parsed: Template, nodes: NodeList) -> None:
        vars(self).update(vars(parsed))
        self.flat = copy(parsed)
        self.flat.nodelist = nodes

    def render(self, context: Context) -> SafeString:
        return self.flat.render(context)


class ValueNode(VariableNode):
    """Django's own node, but quick for the values that nearly all are."""

    def __init__(self, expression: FilterExpression) -> None:
        super().__init__(expression)
        self.keys = keys_of(expression)

    def render(self, context: Context) -> str:
        try:
            found = self.find(context)
        except UnicodeDecodeError:
            return ""
        if type(found) is str:
            return escape(found) if context.autoescape else found
        if type(found) is SafeString:
            return found
        if type(found) is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(found)
        return render_value_in_context(found, context)

    def find(self, context: Context) -> object:
        """The value. Django tries keys first, and a text or number that they lead to is the value.

        Whatever else there is, an attribute, an index, something to call or nothing, Django finds.
        """
        if self.keys:
            found: Any = context
            try:
                for key in self.keys:
                    found = found[key]
            except (KeyError, TypeError, AttributeError, ValueError, IndexError):
                return self.filter_expression.resolve(context)
            if type(found) in PLAIN:
                return found
        return self.filter_expression.resolve(context)


def keys_of(expression: FilterExpression) -> tuple[str, ...]:
    """The parts of a name with dots and nothing else; none for what is said otherwise."""
    name = expression.var
    if expression.filters or not isinstance(name, Variable) or name.translate:
        return ()
    return tuple(name.lookups or ())


class Loader(cached.Loader):
    """Django's cached loader, whose templates are put together.

    Asked with a list of what to skip, even an empty one, it gives a template as it was parsed:
    so asks an `{% extends %}` that is left to Django, and so does this module.
    """

    def __init__(self, engine: Engine, loaders: Sequence[Any]) -> None:
        super().__init__(engine, loaders)
        self.flat_templates: dict[str, Template] = {}

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        if skip is not None or self.engine.debug:
            return super().get_template(template_name, skip)
        found = self.flat_templates.get(template_name)
        if found is None:
            found = put_together(super().get_template(template_name))
            self.flat_templates[template_name] = found
        return found

    def reset(self) -> None:
        super().reset()
        self.flat_templates.clear()


@dataclass(frozen=True)
class Place:
    """Where in a page a node stands; `blocks` has the definitions that are not used up yet."""

    engine: Engine
    including: tuple[Origin, ...]
    extending: tuple[Origin, ...]
    blocks: Definitions = field(default_factory=dict)
    block: str = ""

    def find(self, name: FilterExpression | Node, skip: Iterable[Origin]) -> Template:
        """Load the template of that name, which must be a constant, as it was parsed."""
        # A name in quotes is kept as the text itself; any other is an object to be resolved.
        constant = getattr(name, "var", None)
        if not isinstance(constant, str) or getattr(name, "filters", None):
            raise LeftToDjangoError
        try:
            return self.engine.find_template(constant, skip=list(skip))[0]
        except Exception as error:
            # Whatever is wrong with it, Django says so if and when the template is needed.
            raise LeftToDjangoError from error


def put_together(template: Template) -> Template:
    """Give the template with its tree put together, or the very same one."""
    here = (template.origin,)
    try:
        nodes = tree(template, Place(template.engine, including=here, extending=here))
    except LeftToDjangoError:
        return template
    return FlatTemplate(template, nodes)


def tree(template: Template, place: Place) -> NodeList:
    """Put the nodes of a template together; raises LeftToDjangoError."""
    # Within a block Django has a variable of that name, which is not there when it is dissolved.
    for tag in TAG.findall(template.source):
        if SPEAKS_OF_BLOCK.search(tag) and not ALLOWED.match(tag):
            raise LeftToDjangoError
    return flat(template.nodelist, place)


def flat(nodes: Iterable[Node], place: Place) -> NodeList:
    return NodeList(joined(piece for node in nodes for piece in pieces(node, place)))


def pieces(node: Node, place: Place) -> Iterable[Node]:
    """Give what stands for a node; a node that was parsed is never changed."""
    how = HOW.get(type(node))
    if how is None:
        raise LeftToDjangoError
    return how(node, place)


def joined(nodes: Iterable[Node]) -> Iterator[Node]:
    """Make one text of neighbouring texts."""
    for kind, run in groupby(nodes, type):
        if kind is not TextNode:
            yield from run
        elif text := "".join(node.s for node in run if isinstance(node, TextNode)):
            yield TextNode(text)


def nothing(node: Node, place: Place) -> list[Node]:
    return []


def as_it_is(node: Node, place: Place) -> list[Node]:
    return [node]


def address(node: URLNode, place: Place) -> list[Node]:
    if node.asvar is not None:
        raise LeftToDjangoError
    return [node]


def simple_tag(node: SimpleNode, place: Place) -> list[Node]:
    """A tag that sees the context may look for a `block` there, or leave something."""
    if node.target_var is not None or node.takes_context:
        raise LeftToDjangoError
    return [node]


def value(node: VariableNode, place: Place) -> Iterable[Node]:
    """A value; `block.super` is what the block has in the template that is extended."""
    if node.filter_expression.token != SUPER:
        return [ValueNode(node.filter_expression)]
    if place.block not in place.blocks:
        raise LeftToDjangoError
    return definition(place.block, place) or []


def choice(node: IfNode, place: Place) -> list[Node]:
    changed = copy(node)
    changed.conditions_nodelists = [
        (condition, flat(nodes, place)) for condition, nodes in node.conditions_nodelists
    ]
    return [changed]


def holder(node: Node, place: Place) -> list[Node]:
    """A node that renders its lists of nodes by itself: a loop, `with`, `autoescape`."""
    changed = copy(node)
    for name in node.child_nodelists:
        setattr(changed, name, flat(getattr(node, name), place))
    return [changed]


def extends(node: ExtendsNode, place: Place) -> NodeList:
    """The parent's tree; as with Django, none of a chain is extended twice."""
    parent = place.find(node.parent_name, skip=place.extending)
    blocks = behind(place.blocks, node.nodelist)
    if not parent.nodelist.get_nodes_by_type(ExtendsNode):
        blocks = behind(blocks, parent.nodelist)
    extending = (*place.extending, parent.origin)
    return tree(parent, replace(place, extending=extending, blocks=blocks))


def behind(blocks: Definitions, nodes: NodeList) -> Definitions:
    """Add a template's definitions of blocks behind those of the templates that extend it."""
    more: list[Any] = nodes.get_nodes_by_type(BlockNode)
    return {**blocks, **{one.name: (*blocks.get(one.name, ()), one) for one in more}}


def block(node: BlockNode, place: Place) -> NodeList:
    found = definition(node.name, place)
    if found is None:
        return flat(node.nodelist, replace(place, block=node.name))
    return found


def definition(name: str, place: Place) -> NodeList | None:
    """What the next definition of a block holds, if there is any that is not used up.

    Each is used up while its own nodes are put together, as when Django renders it.
    """
    first, *rest = place.blocks.get(name) or (None,)
    if first is None:
        return None
    blocks = {**place.blocks, name: tuple(rest)}
    return flat(first.nodelist, replace(place, block=name, blocks=blocks))


def include(node: IncludeNode, place: Place) -> Iterable[Node]:
    if node.isolated_context:
        return [node]
    included = place.find(node.template, skip=())
    if included.origin in place.including:
        raise LeftToDjangoError
    including = (*place.including, included.origin)
    nodes = tree(included, Place(place.engine, including, extending=(included.origin,)))
    if node.extra_context:
        return [WithNode(None, None, nodes, extra_context=node.extra_context)]
    return nodes


# By the very class: one that is derived may do otherwise, and keep nodes where we don't look.
# Each of these keeps its nodes in the attributes that Django's own constructors and searches name.
HOW: dict[type[Node], Callable[[Any, Place], Iterable[Node]]] = {
    AutoEscapeControlNode: holder,
    BlockNode: block,
    CommentNode: nothing,
    CsrfTokenNode: as_it_is,
    ExtendsNode: extends,
    ForNode: holder,
    IfNode: choice,
    IncludeNode: include,
    LoadNode: nothing,
    SimpleNode: simple_tag,
    TextNode: as_it_is,
    URLNode: address,
    VariableNode: value,
    WithNode: holder,
}
