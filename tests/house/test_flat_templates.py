"""Our templates are all put together; a tag that prevents it shows here, and not in slow pages."""

from pathlib import Path

import pytest
from django.template import NodeList
from django.template.autoreload import template_changed
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode

from bzpeer.lib.flat import FlatTemplate

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# These extend the admin's own, which are full of tags that are only Django's.
LEFT = {"admin/base_site.html", "admin/index.html"}
NAMES = sorted(
    str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*") if path.is_file()
)


def undecided(nodes: NodeList) -> int:
    kinds = (ExtendsNode, BlockNode, IncludeNode)
    return sum(len(nodes.get_nodes_by_type(kind)) for kind in kinds)


@pytest.mark.parametrize("name", sorted(set(NAMES) - LEFT))
def test_a_template_is_put_together(name: str) -> None:
    template = get_template(name).template  # type: ignore[attr-defined]
    assert isinstance(template, FlatTemplate)
    assert undecided(template.flat.nodelist) == 0


def test_an_edit_shows_without_a_restart_on_the_development_server() -> None:
    before = get_template("base.html").template  # type: ignore[attr-defined]
    assert get_template("base.html").template is before  # type: ignore[attr-defined]
    assert template_changed(None, TEMPLATES / "base.html")
    assert get_template("base.html").template is not before  # type: ignore[attr-defined]
