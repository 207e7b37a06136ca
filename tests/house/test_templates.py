"""What a template may hold: nothing alive, nothing from elsewhere, no token for the signed out."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import Context, Engine, engines
from django.template.base import Lexer, Token, TokenType
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from bzpeer.lib.safe import trusted

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
# Pages of these folders are never stored, so that they may hold forms for anyone.
NO_STORE = {"account", "mfa", "socialaccount"}
# Forms on pages that nobody keeps, for whoever has the link.
OPEN_FORMS = {"claims/correct.html", "claims/confirm.html", "claims/invite.html"}
APPS = ("bzpeer", "works", "graph", "claims", "profiles")

FORBIDDEN = {
    "inline style": r"\sstyle\s*=|<style",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "event handler": r"\son[a-z]+\s*=|\shx-on",
    "script address": r"javascript:|hx-(vals|headers|request)\s*=\s*[\"']\s*(js|javascript):",
    "trigger filter": r"hx-trigger\s*=\s*[\"'][^\"']*\[",
    "inherited boost": r"hx-boost|hx-inherit",
    "escaping switched off": r"\|\s*safe(seq)?\b|autoescape\s+off",
    "elsewhere": r"(src|href|action|hx-(get|post))\s*=\s*[\"']?(https?:)?//",
    "data address": r"[\"'(]data:",
}


def each_template() -> pytest.MarkDecorator:
    names = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
    return pytest.mark.parametrize("path", TEMPLATES, ids=names)


def tokens(path: Path) -> list[Token]:
    return Lexer(path.read_text()).tokenize()


def unguarded_tokens(path: Path) -> Iterator[int]:
    """The lines of `csrf_token` that a signed-out reader would get."""
    guards: list[bool] = []
    for token in tokens(path):
        if token.token_type != TokenType.BLOCK:
            continue
        words = token.contents.split()
        if words[0] == "if":
            guards.append(words[1] == "signed_in" and "or" not in words)
        elif words[0] in {"elif", "else"} and guards:
            guards[-1] = False
        elif words[0] == "endif":
            guards.pop()
        elif words[0] == "csrf_token" and not any(guards):
            yield token.lineno or 0


class Links(HTMLParser):
    """The literal addresses of our own site that a template leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "action"} and value and value.startswith("/"):
                self.found.add(re.split(r"[?#]", value)[0])


def links(path: Path) -> set[str]:
    found = Links()
    found.feed(path.read_text())
    return {address for address in found.found if "{" not in address}


@each_template()
@pytest.mark.parametrize("rule", FORBIDDEN)
def test_a_template_holds_nothing_alive_or_foreign(path: Path, rule: str) -> None:
    assert not re.search(FORBIDDEN[rule], path.read_text(), re.IGNORECASE)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("inline style", '<p style="x">'),
        ("inline script", "<script>x</script>"),
        ("event handler", '<p onclick="x">'),
        ("event handler", '<p hx-on:click="x">'),
        ("script address", '<a href="javascript:x">'),
        ("trigger filter", '<p hx-trigger="click[x]">'),
        ("escaping switched off", "{{ x|safe }}"),
        ("elsewhere", '<img src="//cdn.example/x.png">'),
        ("data address", '<img src="data:x">'),
    ],
)
def test_the_rules_see_what_they_forbid(rule: str, text: str) -> None:
    assert re.search(FORBIDDEN[rule], text, re.IGNORECASE)


@each_template()
def test_only_the_signed_in_get_a_form_token(path: Path) -> None:
    name = path.relative_to(ROOT / "templates")
    if name.parts[0] in NO_STORE or "account" in path.stem or str(name) in OPEN_FORMS:
        return
    assert list(unguarded_tokens(path)) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("{% csrf_token %}", [1]),
        ("{% if signed_in %}{% csrf_token %}{% endif %}", []),
        ("{% if signed_in %}\n{% else %}{% csrf_token %}{% endif %}", [2]),
        ("{% if signed_in %}{% if x %}{% csrf_token %}{% endif %}{% endif %}", []),
        ("{% if signed_in %}{% endif %}{% csrf_token %}", [1]),
        ("{% if not signed_in %}{% csrf_token %}{% endif %}", [1]),
    ],
)
def test_the_search_for_tokens_knows_branches(
    tmp_path: Path, source: str, lines: list[int]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(source)
    assert list(unguarded_tokens(page)) == lines


@each_template()
def test_every_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))


@each_template()
def test_no_template_leads_to_a_dead_address(path: Path) -> None:
    dead = set()
    for address in links(path):
        try:
            resolve(address)
        except Resolver404:
            dead.add(address)
    assert dead == set()


@each_template()
def test_people_read_researcher_and_not_author(path: Path) -> None:
    """But for the sentences that are given word for word, and the authors that a guess names."""
    given = (
        "Claiming links this public author record to a researcher profile",
        "Claim this author entity first",
        "take over an author record",
    )
    read = re.sub(r"\{[%{].*?[%}]\}|<[^>]*>|more-authors", " ", path.read_text())
    for sentence in given:
        read = read.replace(sentence, "")
    assert not re.search(r"(?<!co-)\bauthors?\b", read)


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_the_pages_for_failures_need_nothing(name: str) -> None:
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    page = engine.get_template(name).render(Context())
    assert "Please try again" in page
    assert "hx-" not in page


def test_the_follow_button_is_a_link_for_strangers_and_a_form_for_members() -> None:
    template = get_template("profiles/fragments/follow.html")
    follow = {"url": "/researchers/x-abc123/follow/", "count": 1234, "following": False}
    request = RequestFactory().get("/")
    stranger = template.render({"follow": follow, "signed_in": False})
    member = template.render({"follow": follow, "signed_in": True}, request)
    assert "csrfmiddlewaretoken" not in stranger
    assert '<a class="btn solid" href="/researchers/x-abc123/follow/">' in stranger
    assert "1,234" in stranger
    assert "csrfmiddlewaretoken" in member
    assert 'value="follow"' in member


def test_only_one_module_marks_html_as_safe() -> None:
    marks = re.compile(r"mark_safe|SafeString\(|SafeText|format_html|__html__")
    found = {
        str(module.relative_to(ROOT))
        for app in APPS
        for module in (ROOT / app).rglob("*.py")
        if marks.search(module.read_text())
    }
    assert found == {"bzpeer/lib/safe.py"}


def test_trusted_html_is_left_as_it_is() -> None:
    template = engines["django"].from_string("{{ html }}{{ text }}")
    page = template.render({"html": trusted("<b>x</b>"), "text": "<b>x</b>"})
    assert page == "<b>x</b>&lt;b&gt;x&lt;/b&gt;"
