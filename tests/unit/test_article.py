"""A work's article: what a list shows of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.records import work
from works.domain.addresses import rendered
from works.domain.article import Banner, pieces

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
