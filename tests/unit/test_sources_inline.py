"""Inline XML as the renderer's input, and the identifiers that links carry."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from works.domain.tex import render
from works.sources.inline import escaped, renderable
from works.sources.links import arxiv_id, doi


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://doi.org/10.1145/602421.602422", "10.1145/602421.602422"),
        ("http://dx.doi.org/10.1007/BF03036466", "10.1007/BF03036466"),
        ("http://doi.acm.org/10.1145/366663.366672", "10.1145/366663.366672"),
        ("https://doi.org/10.1016/S0304-3975(97)00122-1", "10.1016/S0304-3975(97)00122-1"),
        ("https://doi.org/10.1002/1%3C2::AID%3E3.0", "10.1002/1<2::AID>3.0"),
        (" doi:10.1/x", ""),
        ("DOI: 10.1234/x", "10.1234/x"),
        ("10.1162/tacl_a_00376\n", "10.1162/tacl_a_00376"),
        ("https://example.org/10.1145/1", ""),
        ("https://doi.org/", ""),
        ("10.1234/x 10.1234/y", ""),
    ],
)
def test_the_doi_of_a_text(text: str, found: str) -> None:
    assert doi(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://arxiv.org/abs/2401.00001", "2401.00001"),
        ("http://arxiv.org/abs/0704.0001v2", "0704.0001"),
        ("https://arxiv.org/abs/cs/0001001", "cs/0001001"),
        ("https://arxiv.org/abs/math.CO/0101001v1", "math.CO/0101001"),
        ("https://doi.org/10.48550/arXiv.2401.00001", "2401.00001"),
        ("https://doi.org/10.48550/ARXIV.2401.00001v3", "2401.00001"),
        ("https://doi.org/10.1145/1", ""),
        ("https://arxiv.org.example/abs/2401.00001", ""),
        ("https://arxiv.org/pdf/x", ""),
    ],
)
def test_the_arxiv_id_of_a_link(text: str, found: str) -> None:
    assert arxiv_id(text) == found
