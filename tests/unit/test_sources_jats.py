"""Publishers' markup as text for our renderer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.sources.jats import MAX_MARKUP, plain

MATH = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">'


def maths(inner: str) -> str:
    return plain(f"{MATH}{inner}</mml:math>")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain  text", "plain text"),
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One.\n\nTwo."),
        ("<p>One.</p> <p>Two.</p>", "One.\n\nTwo."),
        ("<ns4:p>One</ns4:p>", "One"),
        ("<jats:title>Abstract</jats:title><jats:p>We</jats:p>", "We"),
        (
            "<jats:sec><jats:title>Aim</jats:title> <jats:p>x</jats:p></jats:sec>",
            "Aim:\n\nx",
        ),
        ("<jats:title>Why?</jats:title>x", "Why? x"),
        ("A<jats:italic>b</jats:italic><jats:sub>2</jats:sub>", "A<i>b</i><sub>2</sub>"),
        ("<i>b</i><sup>+</sup><jats:sub/>", "<i>b</i><sup>+</sup>"),
        ("<jats:bold>b</jats:bold><scp>Cd</scp> <jats:ext-link x='1'>e</jats:ext-link>", "bCd e"),
        ("a &amp; b &lt; c &#233; &nbsp;d", "a & b < c é d"),
        ("p &lt;0.05 and q&gt;1", "p <0.05 and q>1"),
        ("&lt;p&gt;a &lt;em&gt;b&lt;/em&gt;&lt;/p&gt; x &lt;y&gt;", "a <i>b</i>\n\nx <y>"),
        ("if a <b and c> d", "if a d"),
        ("if a <x and c> d", "if a <x and c> d"),
        ("a<jats:p>b</jats:italic>c", "a\n\nbc"),
        ("<jats:italic>never closed", "<i>never closed</i>"),
        ("a<!-- <jats:p> -->b<?tex hidden?>c", "abc"),
        ("a <!-- b", "a <!-- b"),
        ("<jats:tex-math><![CDATA[a<b&c]]></jats:tex-math>", "$a<b&c$"),
        ("a<br/>b<jats:break/>c", "a\n\nb\n\nc"),
        ("", ""),
    ],
)
def test_markup(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("$$x^2$$", "$x^2$"),
        (r"\(x\)", "$x$"),
        (r"\documentclass{a} \begin{document}$$ \alpha $$ \end{document}", r"$\alpha$"),
        ("$$ $$", ""),
    ],
)
def test_tex_is_preferred_to_mathml(tex: str, text: str) -> None:
    formula = f"<jats:tex-math>{tex}</jats:tex-math>{MATH}<mml:mi>y</mml:mi></mml:math>"
    assert plain(f"<jats:alternatives>{formula}</jats:alternatives>") == text
    assert plain(f"<jats:inline-formula>{formula}</jats:inline-formula>") == text


@pytest.mark.parametrize(
    ("mathml", "text"),
    [
        ("<mml:mi>n</mml:mi> <mml:mo>=</mml:mo>\n<mml:mn>12</mml:mn>", "n=12"),
        ("<mml:msub><mml:mi>x</mml:mi><mml:mn>1</mml:mn></mml:msub>", "x<sub>1</sub>"),
        (
            "<msubsup><mi>A</mi><mi>p</mi><mrow><mi>q</mi><mo>+</mo><mn>1</mn></mrow></msubsup>",
            "A<sub>p</sub><sup>q+1</sup>",
        ),
        ("<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mi>c</mi></mrow></mfrac>", "a/(b+c)"),
        ("<msqrt><mi>a</mi></msqrt>", "√a"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x¯"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a,b)"),
        (
            "<mmultiscripts><mi>C</mi><mprescripts/><none/><mn>13</mn></mmultiscripts>",
            "<sup>13</sup>C",
        ),
        ("<mo>&lt;</mo><mtext>if </mtext><mo>\u2062</mo>", "<if"),
        ('<mi>y</mi><annotation encoding="application/x-tex">y_1</annotation>', "$y_1$"),
        ("<msub/><mfrac><mi>a</mi></mfrac>", "a"),
    ],
)
def test_mathml_in_a_line(mathml: str, text: str) -> None:
    assert maths(mathml) == text


def test_an_alternative_text_in_tex_is_taken() -> None:
    assert plain('<mml:math alttext="$d&lt;1$"><mml:mi>d</mml:mi></mml:math>') == "$d<1$"


def test_a_formula_is_set_off_from_the_words_beside_it() -> None:
    formula = f"{MATH}<mml:mi>n</mml:mi></mml:math>"
    assert plain(f"spaces{formula}related to the {formula}th (<i>p</i>{formula})") == (
        "spaces n related to the nth (<i>p</i>n)"
    )


@pytest.mark.parametrize(
    "bomb",
    [
        "<!--",
        "<?",
        "<![CDATA[",
        "<jats:p>",
        "</jats:p>",
        "<a",
        "<jats:p ",
        "&lt;p",
        "&",
        "<mml:mi>",
    ],
)
def test_bombs_are_read_in_linear_time(bomb: str) -> None:
    assert len(plain(bomb * (MAX_MARKUP // len(bomb)))) <= MAX_MARKUP


def test_what_is_too_long_is_left_as_it_is() -> None:
    markup = "<p>" * MAX_MARKUP
    assert plain(markup) == markup


@given(st.text(alphabet="<>/&;abip jats:mlt-!?[]CDATA", max_size=200))
def test_no_markup_is_an_error(markup: str) -> None:
    plain(markup)


@given(st.text(max_size=100).filter(lambda text: not set(text) & set("<&")))
def test_text_without_markup_stays(text: str) -> None:
    assert plain(text) == " ".join(text.split())
