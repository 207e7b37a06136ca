"""Our own files in pages: addresses are looked up when a template is compiled, once a process."""

from django import template
from django.template.base import Parser, TextNode, Token
from django.templatetags.static import static
from django.utils.html import escape
from django_htmx.jinja import htmx_script

register = template.Library()


@register.tag
def asset(parser: Parser, token: Token) -> TextNode:
    """Write the address of a file: `{% asset 'css/site.css' %}`."""
    _, path = token.split_contents()
    return TextNode(escape(static(path.strip("'\""))))


@register.tag
def htmx(parser: Parser, token: Token) -> TextNode:
    """Write the element that loads HTMX."""
    return TextNode(htmx_script())
