"""Inline XML as the renderer's input."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from works.domain.tex import render
from works.sources.inline import escaped, renderable


@pytest.mark.parametrize(
    ("inner", "html"),
    [
        (
            "<fixed-case>A</fixed-case>rabic <i>in <b>vivo</b></i> x",
            "Arabic <em>in <strong>vivo</strong></em> x",
        ),
        ("H<sub>2</sub>O and <sup>3</sup>", "H<sub>2</sub>O and <sup>3</sup>"),
        ("if <tex-math>x &lt; y_1</tex-math>.", render("if $x < y_1$.").html),
        ("<tt>ls</tt> <ref href='x'>R</ref>!", "ls R!"),
        ("<url>http://a.org/~b_c</url>.", "http://a.org/~b_c."),
        ("<url>http://a.org/{~}</url>.", "http://a.org/{~}."),
        ("$5 or $6, {a} &lt;b&gt;c&lt;/b&gt;", "$5 or $6, {a} &lt;b&gt;c&lt;/b&gt;"),
        ("&lt;script&gt;<script>x</script>", "&lt;script&gt;x"),
        ("a<tex-math> </tex-math>b", "ab"),
    ],
)
def test_inline_elements_reach_the_page(inner: str, html: str) -> None:
    assert render(renderable(fromstring(f"<title>{inner}</title>"))).html == html


def test_a_formula_with_a_dollar_inside_stays_one_formula() -> None:
    element = fromstring(r"<title>a <tex-math>\text{$x$}</tex-math> b</title>")
    assert renderable(element) == r"a \(\text{$x$}\) b"


def test_nothing_is_nothing() -> None:
    assert renderable(None) == ""


def test_what_is_too_long_for_any_field_is_not_made_longer() -> None:
    element = fromstring(f"<title>{chr(92) * 100_001}</title>")
    assert len(renderable(element)) == 100_001


PIECES = ["\\", "$", "{", "}", "~", "<", ">", "/", "_", "^", "%", "#", "(", ")", "[", "]", " "]
PIECES += ["i", "b", "sub", "alpha", "begin{equation}", "url", "x", "5", ",", "é", "文"]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
@example("<b>x</b> \\(a\\) ${textbf{x}}$")
def test_plain_text_comes_back_from_the_renderer_as_it_was(text: str) -> None:
    assert render(escaped(text)).text == " ".join(text.split())
