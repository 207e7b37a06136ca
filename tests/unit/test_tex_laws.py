"""Laws of the renderer: nothing alive, no letter lost, plain text untouched, bounded work."""

import html
import re
import unicodedata
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tex_cases import judged, letters, lost_letter
from works.domain.tex import MAX_LENGTH, Rendered, render, render_name, split_lead
from works.domain.tex.markup import Budget, TooMuch, clean, with_line_ends
from works.domain.tex.prose import events, name_events
from works.domain.tex.symbols import ACCENTS, MATHS, TEXT_SYMBOLS

ATTACKS = [
    "<script>alert(1)</script>", "<ScRiPt >alert(1)</sCrIpT >", "<script src=//a.example>",
    "<img src=x onerror=alert(1)>", "<img/src=x/onerror=alert(1)//", "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<math><mtext><style><img src onerror=alert(1)></style></mtext></math>",
    "<math href='javascript:alert(1)'>x</math>", "<body onload=alert(1)>", "<iframe srcdoc='<b>'>",
    "<object data='javascript:alert(1)'>", "<embed src='data:text/html,x'>", "<base href=//a>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", "<link rel=stylesheet href=x>",
    "<style>@import 'x'</style>", "<style>*{background:url(javascript:alert(1))}</style>",
    "<i style='x:expression(alert(1))'>x</i>", "<i onmouseover=alert(1)>x</i>",
    "<i/onclick=x>y</i>", "<em\nonclick=x>y</em>", "<b id=x>y</b>", "<strong class=tex>y</strong>",
    "<sub hidden>y</sub>", "<span class=tex>x</span>", "<a href='javascript:alert(1)'>x</a>",
    "<a hx-get='/x'>x</a>", "<i hx-get=/x hx-trigger=load>x</i>", "<div data-hx-post=/x>",
    "<form action=x><input>", "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>", "<marquee onstart=x>",
    "<noscript><p title='</noscript><img src onerror=alert(1)>'>", "<template><b>x</template>",
    "<xmp><img src onerror=x></xmp>", "<plaintext>", "<textarea><b>", "<title></title><b>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>", "<![CDATA[<b>]]>", "<?xml version='1'?>",
    "<!DOCTYPE html>", "</script><script>alert(1)", "--><script>alert(1)</script>", "]]><b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;", "&#60;img src=x onerror=alert(1)&#62;",
    "&#x3c;svg onload=x&#x3e;", "&lt;i onclick=x&gt;y&lt;/i&gt;",
    "<scr\x00ipt>alert(1)</scr\x00ipt>", "<\x00i onclick=x>", "\u202e<script>\u202c",
    "<\ud800script>", "＜script＞alert(1)＜/script＞", "<ſcript>alert(1)</ſcript>",
    "<i>\u0338</i>\u0338<b>", "<\u0338i>", r"\href{javascript:alert(1)}{click}",
    r"\url{javascript:alert(1)}", r"\href{x}{<img onerror=x>}",
    r"\url{'><script>alert(1)</script>}", r"\emph{<script>alert(1)</script>}", r"\emph{<i>}x</i>",
    r"$\text{<script>alert(1)</script>}$", r"$<img onerror=alert(1)>$", r"$\class{x}{y}$",
    r"$\href{javascript:alert(1)}{x}$", r"$\style{color:red}{x}$", r"$\tag{<img onerror=x>}$",
    r"$x_{<script>}^{</script>}$", r"$\unicode{x3c}script\unicode{x3e}$", r"$\htmlData{a=b}{x}$",
    r"\textless script\textgreater alert(1)", r"\verb|<script>|", r"$\mathrm{<b onclick=x>}$",
    r"\begin{equation}<script>\end{equation}", r"\def\a{<script>}\a", r"\input{/etc/passwd}",
    r"\newcommand{\x}{<b>}\x", r"\cite{<svg onload=x>}", r"\catcode`\<=13 <", r"\sqrt{<script>}",
    r"{\it <i>x} y</i>", "<sup><sub></sup></sub>", "<i><b></i></b>", "</i></b></span></code>",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_comes_alive(attack: str) -> None:
    for source in (
        attack,
        f"a {attack} b",
        f"${attack}$",
        rf"\emph{{{attack}}}",
        f"<i>{attack}</i>",
    ):
        rendered = render(source)
        faults, seen = judged(rendered.html)
        assert not faults
        assert says_the_same(rendered, seen)


def says_the_same(rendered: Rendered, seen: str) -> bool:
    """Both forms have the same letters; a line of maths puts some elsewhere or adds "choose"."""
    if "<math" not in rendered.html:
        return letters(seen) == letters(rendered.text)
    return not Counter(letters(seen)) - Counter(letters(rendered.text))


MACROS = sorted({*TEXT_SYMBOLS, *list(MATHS)} - {"F", "R", "N", "Z", "Q"})
FRAGMENTS = st.sampled_from([
    "\\", "$", "$$", "{", "}", "<", ">", "&", "~", "`", "'", "''", "``", "-", "--", "---", "^", "_",
    "%", "[", "]", "(", ")", ".", ",", "|", "#", "/", "=", "+", "*", "!", "?", ";", " ", "\n",
    r"\(", r"\)", r"\[", r"\]", r"\{", r"\}", r"\$", r"\%", "\\\\", r"\ ", r"\,", "<i>", "</i>",
    "<b>", "</b>", "<sub>", "</sub>", "<SUP>", "</SUP>", "<script>", "<i x=y>", "<!--", "-->",
    "&lt;", "&gt;", "&amp;lt;", "&amp;", "&eacute;", "&#233;", "&nosuch;", "&#36;", "&#92;",
    r"\emph{", r"\textbf{", r"\texttt{", r"\textsuperscript{", r"{\em ", r"{\bf ", r"\it ",
    r"\cite{", r"\cite[p]{", r"\url{", r"\footnote{", r"\textcolor{red}{", r"\color{x}",
    r"\keywords{", r"\foo{", r"\foo", r"\npc ", r"\n ",
    r"\def",
    r"\verb|", r"\begin{itemize}", r"\item ", r"\end{itemize}", r"\frac", r"\frac{", r"\sqrt",
    r"\sqrt[3]{", r"\binom{", r"\over ", r"\mathbb ", r"\mathbb{R}", r"\mathcal{", r"\mathrm{",
    r"\text{", r"\hat ", r"\hat{", r"\not", "_{", "^{", r"\left(", r"\right.", r"\circ", r"\pmod{",
    r"\deg", "word", "two words", "x", "n", "12", "5.", "é", "ß", "漢字", "عربي", "\u0301",
    "\u0338", "\u202e", "\ud800", "\x00", "\u00a0", "ﬁ", "İ", "𝒪",
    *(rf"\{sign}" for sign in ACCENTS),
    *(rf"\{sign}{{" for sign in ACCENTS), *(rf"\{name} " for name in MACROS[::7]),
])  # fmt: skip
MIXTURES = st.lists(FRAGMENTS | st.text(max_size=4), max_size=30).map("".join)


@settings(max_examples=400)
@given(MIXTURES)
def test_any_mixture_is_well_formed_and_reads_the_same_twice(source: str) -> None:
    rendered = render(source)
    faults, seen = judged(rendered.html)
    assert not faults
    assert says_the_same(rendered, seen)
    assert unicodedata.is_normalized("NFC", rendered.html)
    assert unicodedata.is_normalized("NFC", rendered.text)
    unwanted = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]|  |^ | $")
    assert not unwanted.search(rendered.html + "|" + rendered.text)
    assert render(source) == rendered


@settings(max_examples=400)
@given(MIXTURES)
def test_no_mixture_loses_a_letter(source: str) -> None:
    rendered = render(source)
    in_order = "<math" not in rendered.html
    assert lost_letter(source, judged(rendered.html)[1], in_order=in_order) == ""
    assert lost_letter(source, rendered.text, in_order=in_order) == ""


@settings(max_examples=200)
@given(MIXTURES)
def test_a_name_loses_no_letter(source: str) -> None:
    assert lost_letter(source, render_name(source)) == ""


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\\$&<{}~`'-")))
def test_plain_text_is_only_escaped(word: str) -> None:
    plain = unicodedata.normalize("NFC", word)
    sentence = f"{plain} {plain}".strip()
    assert html.unescape(render(sentence).html) == unicodedata.normalize("NFC", sentence)
    assert "<" not in render(sentence).html


@settings(max_examples=200)
@given(MIXTURES)
def test_lead_and_rest_are_the_whole_source(source: str) -> None:
    lead, rest = split_lead(source)
    assert "".join((lead + rest).split()) == "".join(with_line_ends(source).split())
    assert lead or not rest


def test_an_unknown_macro_keeps_its_name_and_its_braces() -> None:
    assert render(r"\foo{bar}{b{a}z} \def\a{\a\a}").text == r"\foo{bar}{baz} \def\a{\a\a}"


@pytest.mark.parametrize("name", MACROS)
def test_every_symbol_shows_something(name: str) -> None:
    assert render(rf"a\{name} ").text.strip() != "a"


HOSTILE = [
    "<a ", "<", "$", "$$", "{", "}", "{}", "\\", "\\frac", "&", "&lt;", "&#", "`", "'", "-", "- ",
    "--a ", "~", "<i>", "</i>", "<i></i>", r"\emph{", r"{\em ", r"\(", r"\[", r"\(\)",
    r"\begin{equation}", r"\'", r"\'{", r"\'{a", r"\'\'", r"\$", r"$\$", r"\\$", "$x", "$ x", "$a_",
    "$ $$", r"\url{", r"\url{a", r"\href{a}{", r"\verb|", r"\verb|a", r"\cite[", r"\cite[a]{",
    r"\def\a{\a\a}\a", r"\hat", r"\mathbb{", r"\sqrt{", "_", "^", "$x^", r"$\frac{",
    "a\u0301\u0323", "\u0301\u0323", "(", "<b>{", "</b>}", "http://a ", " ", ". ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_work_grows_no_faster_than_the_source(unit: str) -> None:
    once, twice, four_times = (_steps(unit * n) for n in (500, 1_000, 2_000))
    assert four_times - twice <= 2 * (twice - once) + 50


def _steps(source: str) -> int:
    """The steps that `source` takes with no limit on them, or up to where its nesting ends it."""
    used = 0
    for read in (events, name_events):
        budget = Budget(limit=10**9)
        with suppress(TooMuch):
            read(clean(source), budget)
        used += budget.used
    return used


BOMBS = [
    "$x$ " * 24_000, "{" * 500 + "x" + "}" * 500, r"\frac{" * 500 + "1", "$" * 50_000 + "a",
    r"\emph{" * 100 + "x" + "}" * 100, r"\%" * 30_000, "&lt;i&gt;" * 200,
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_what_asks_for_too_much_is_shown_as_it_is(bomb: str) -> None:
    cleaned = clean(bomb)
    rendered = render(bomb)
    assert rendered.text == cleaned
    assert rendered.html == html.escape(cleaned, quote=False)


def test_a_field_of_more_characters_than_a_field_has_is_shown_as_it_is() -> None:
    source = r"\emph{x} " + "y" * MAX_LENGTH
    assert render(source) == (source, source)
    assert render("y" * MAX_LENGTH).html == "y" * MAX_LENGTH
    assert render_name(source) == source


def test_a_tower_of_accents_is_cut() -> None:
    assert len(render("a" + "\u0316\u0301" * 10_000).text) < 40
    assert len(render("a" + ("\u0316" * 29 + "{}") * 50).text) < 40


@pytest.mark.parametrize("tail", ["", "a", r"\a"])
def test_a_long_run_of_backslashes_is_read_once(tail: str) -> None:
    source = "\\" * 99_000 + tail
    assert len(render(source).text) <= len(source)
