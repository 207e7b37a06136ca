"""A work's article: what a list shows of it."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.records import work
from works.domain.addresses import rendered
from works.domain.article import Banner, Name, bold, byline, focused, more, pieces

words = st.text("ab1é-_ <>&$\\x-", max_size=40)


def title(text: str) -> str:
    return pieces(work(title=text), 2024).title_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Achieving Real-Time Speed", 'Achieving <span class="whole">Real-Time</span> Speed'),
        ("Auto-ViT-Acc: a way", '<span class="whole">Auto-ViT-Acc</span>: a way'),
        ("naïve-Bayes", '<span class="whole">naïve-Bayes</span>'),
        ("A Source-Agnostic view", "A Source-Agnostic view"),
        ("1 - 2, -x and y-", "1 - 2, -x and y-"),
        ("<a-b>", '&lt;<span class="whole">a-b</span>&gt;'),
    ],
)
def test_a_short_compound_of_a_title_stays_on_one_line(text: str, html: str) -> None:
    assert title(text) == html


def test_a_formula_of_a_title_stays_as_it_is() -> None:
    html = title(r"On $\\frac{a-b}{c-d}$ and k-means")
    assert html.count("whole") == 1
    assert html.endswith('<span class="whole">k-means</span>')


@given(words)
def test_nothing_else_of_a_title_changes(text: str) -> None:
    plain = re.sub(r'<span class="whole">([^<]*)</span>', r"\1", title(text))
    assert plain == rendered(text).html


@pytest.mark.parametrize("kind", ["retraction", "correction"])
def test_a_banner_stands_first_and_says_its_kind(kind: str) -> None:
    head = pieces(work(), 2024, banner=Banner(kind, "Said <so>")).head_html
    assert head.startswith(
        f'<p class="work-notice {kind}">Said &lt;so&gt;</p><p class="work-meta">'
    )


def test_without_a_notice_there_is_no_banner() -> None:
    assert pieces(work(), 2024).head_html.startswith('<p class="work-meta">')


names = st.lists(
    st.tuples(st.text("ab&<>\"' é", min_size=1, max_size=9), st.booleans()), min_size=1, max_size=15
)


def bylined(given: list[tuple[str, bool]]) -> list[Name]:
    return [
        Name(text, f"slug-{n:02}pid" if person else "") for n, (text, person) in enumerate(given)
    ]


@given(names)
def test_a_byline_is_its_names_in_their_order(given_names: list[tuple[str, bool]]) -> None:
    html = byline(bylined(given_names))
    shown = re.findall(r"<(?:bdi|i)>(.*?)</(?:bdi|i)>", html)
    assert [unescape(text) for text in shown] == [text for text, _ in given_names]
    assert html.count("<a href=") == sum(person for _, person in given_names)


@given(names, st.integers(0, 14))
def test_the_author_of_a_list_is_bold_and_no_link(
    given_names: list[tuple[str, bool]], at: int
) -> None:
    people = bylined(given_names)
    html, focus = byline(people), f"{at:02}pid"
    there = at < len(people) and people[at].is_person and people[at].slug != ""
    changed = focused(html.encode(), focus.encode()).decode()
    assert f'-{focus}/">' not in changed
    assert (bold(people[at].text).decode() in changed) if there else (changed == html)
    assert changed.count("<a href=") == html.count("<a href=") - there
    assert re.sub(r"</?(a|b)\b[^>]*>", "", changed) == re.sub(r"</?(a|b)\b[^>]*>", "", html)


def test_an_address_of_before_is_the_author_still() -> None:
    html = byline([Name("Ann", "ann-old-pid1"), Name("Bo", "bo-pid2")])
    assert focused(html.encode(), b"pid1").startswith(b"<b><bdi>Ann</bdi></b>, <a")


@pytest.mark.parametrize(
    ("people", "words"),
    [(-1, ""), (0, ""), (1, "and 1 more"), (1234, "and 1,234 more")],
)
def test_who_is_left_out_is_counted(people: int, words: str) -> None:
    assert re.sub("<[^>]*>", "", more(people)).strip() == words
