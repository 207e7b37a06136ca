"""Formulas that are not simple: what becomes MathML, what stays source, and what never gets in."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tex_cases import judged, lost_letter
from works.domain.tex import render
from works.domain.tex.groups import MAX_NESTING
from works.domain.tex.markup import MAX_MATHML, Budget
from works.domain.tex.mathml import formula
from works.domain.tex.skeleton import MAX_TOKENS

PAREN = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'

SHOWN = [
    (r"\frac{a+b}{2c}",
     "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mn>2</mn><mi>c</mi></mrow></mfrac>",
     "(a+b)/(2c)"),
    (r"\frac12ab \over c",
     "<mfrac><mrow><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>a</mi><mi>b</mi></mrow><mi>c</mi></mfrac>",
     "((1/2)ab)/c"),
    (r"\binom{n}{k}",
     '<mrow><mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo></mrow>',
     "(n choose k)"),
    (r"\sqrt{xy}", "<msqrt><mrow><mi>x</mi><mi>y</mi></mrow></msqrt>", "√(xy)"),
    (r"\sqrt[n]{xy}", "<mroot><mrow><mi>x</mi><mi>y</mi></mrow><mi>n</mi></mroot>", "ⁿ√(xy)"),
    (r"\sum_{i=1}^n x_i",
     "<mrow><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
     "<msub><mi>x</mi><mi>i</mi></msub></mrow>", "∑ᵢ₌₁ⁿ xᵢ"),
    (r"\lim_n\sqrt{xy}",
     '<mrow><munder><mo lspace="0" rspace="0.167em" movablelimits="true">lim</mo><mi>n</mi>'
     "</munder><msqrt><mrow><mi>x</mi><mi>y</mi></mrow></msqrt></mrow>", "limₙ √(xy)"),
    (r"\overline{AB}",
     '<mover accent="true"><mrow><mi>A</mi><mi>B</mi></mrow><mo>¯</mo></mover>', "A̅B̅"),
    (r"\bar{P_5}",
     '<mover accent="true"><msub><mi>P</mi><mn>5</mn></msub><mo stretchy="false">¯</mo></mover>',
     "P̄₅"),
    (r"\underbrace{ab}_{n}",
     '<munder><munder accentunder="true"><mrow><mi>a</mi><mi>b</mi></mrow><mo>⏟</mo></munder>'
     "<mi>n</mi></munder>", "(ab)ₙ"),
    (r"\stackrel{d}{=}", "<mover><mo>=</mo><mi>d</mi></mover>", "=ᵈ"),
    (r"\xrightarrow{f}", "<mover><mo>→</mo><mi>f</mi></mover>", "→ᶠ"),
    (r"\mathbf{x}\sqrt{\mathbb R\mathcal{L}}",
     "<mrow><mi>𝐱</mi><msqrt><mrow><mi>ℝ</mi><mi>ℒ</mi></mrow></msqrt></mrow>", "x√(ℝℒ)"),
    (r"\sqrt{\mathrm{d}x}",
     '<msqrt><mrow><mi mathvariant="normal">d</mi><mi>x</mi></mrow></msqrt>', "√(dx)"),
    (r"\begin{pmatrix}a&b\\&c\\\end{pmatrix}",
     "<mrow><mo>(</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr>"
     "<mtr><mtd><mrow></mrow></mtd><mtd><mi>c</mi></mtd></mtr></mtable><mo>)</mo></mrow>",
     "(a, b; c)"),
    (r"\begin{cases}1&\text{if }x\\0\end{cases}",
     '<mrow><mo>{</mo><mtable><mtr><mtd class="left"><mn>1</mn></mtd><mtd class="left"><mrow>'
     "<mtext>if\u00a0</mtext><mi>x</mi></mrow></mtd></mtr>"
     '<mtr><mtd class="left"><mn>0</mn></mtd></mtr></mtable></mrow>', "{1, if x; 0"),
    (r"\left\lceil\frac{ab}{c}\right.",
     "<mrow><mo>⌈</mo><mfrac><mrow><mi>a</mi><mi>b</mi></mrow><mi>c</mi></mfrac></mrow>", "⌈ab/c"),
    (r"\sqrt{ab}\pmod{n}",
     "<mrow><msqrt><mrow><mi>a</mi><mi>b</mi></mrow></msqrt>"
     f'<mrow><mspace width="0.5em"></mspace>{PAREN[0]}<mo lspace="0" rspace="0.167em">mod</mo>'
     f"<mi>n</mi>{PAREN[1]}</mrow></mrow>", "√(ab) (mod n)"),
    (r"x\not\in\sqrt{2n}",
     "<mrow><mi>x</mi><mo>∉</mo><msqrt><mrow><mn>2</mn><mi>n</mi></mrow></msqrt></mrow>",
     "x ∉ √(2n)"),
    (r"\sqrt{<x}", "<msqrt><mrow><mo>&lt;</mo><mi>x</mi></mrow></msqrt>", "√(<x)"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shown", "plain"), SHOWN)
def test_formulas_of_two_storeys_are_mathml(source: str, shown: str, plain: str) -> None:
    rendered = render(f"a ${source}$ b")
    inside = re.fullmatch(r'a <math alttext="[^"]*">(.*)</math> b', rendered.html)
    assert inside, rendered.html
    assert inside[1] == shown
    assert rendered.text == f"a {plain} b"


def test_the_source_is_the_alternative_text() -> None:
    source = r'\frac{a<b}{"c"}'
    (shown,) = ElementTree.fromstring(f"<p>{render(f'${source}$').html}</p>")
    assert shown.get("alttext") == source


def test_a_formula_set_apart_has_a_box_that_scrolls() -> None:
    opening = '<span class="formula display" role="group" aria-label="Formula" tabindex="0">'
    for source in (
        r"$$\sqrt{ab}$$",
        r"\[\sqrt{ab}\]",
        r"\begin{equation}\sqrt{ab}\end{equation}",
        r"\begin{align*}\sqrt{ab}\end{align*}",
    ):
        assert render(source).html.startswith(f'{opening}<math display="block" alttext=')
    assert render(rf"$\sqrt{{{'ab' * 15}}}$").html.startswith('<span class="formula" role="group"')


SOURCE = [
    r"\AC^{2^{2^{2^2}}}", r"\frac{a+b}", r"\frac{a}{b}^{c}{", "x^a^b", "x_", r"\sqrt{ab",
    r"\left(\frac{ab}{c}", r"\frac{ab}{c}\right)", r"\frac{a & b}{c}", r"\sqrt{ab} \\ c",
    r"\begin{matrix}a\end{pmatrix}", r"\begin{tabular}{c}a\end{tabular}", r"\sqrt{\foo}",
    r"\sqrt{ab}\label{eq:1}", r"\begin{matrix}\sqrt{a&b}\end{matrix}", r"{a \over b \over c+d}",
    r"\sqrt[n{a}b]{", r"\not\sqrt{ab}", r"\pmod\sqrt{ab}", r"\text{a\sqrt{bc}}",
    r"\left\foo\frac{ab}c", r"\xrightarrow f", r"\substack a\sqrt{bc}",
    "x^^{2^{2^{2^2}}}", r"\frac^{a}{b}",
]  # fmt: skip


@pytest.mark.parametrize("source", SOURCE)
def test_what_is_no_formula_or_unknown_stays_source(source: str) -> None:
    assert formula(source, Budget(), display=False) is None
    rendered = render(f"${source}$")
    assert "<math" not in rendered.html
    assert not lost_letter(source, rendered.text)


ATTACKS = [
    r"\frac{\text{<script>alert(1)</script>}}{ab}", r"\sqrt{ab}\tag{<img src onerror=alert(1)>}",
    r"\href{javascript:alert(1)}{\sqrt{ab}}", r"\class{x}{\sqrt{ab}}",
    r"\style{color:red}{\sqrt{ab}}", r"\color{red}\sqrt{ab}", r"\textcolor{red}{\sqrt{ab}}",
    r"\colorbox{x}{\sqrt{ab}}", r"\unicode{x3c}\sqrt{ab}", r"\htmlData{a=b}{\sqrt{ab}}",
    r"\mathchoice{a}{b}{c}\sqrt{de}",
    r"\def\a{\a\a}\a\sqrt{bc}", r"\newcommand{\x}{\sqrt{ab}}\x", r"\sqrt{ab}\verb|<b>|",
    r"\sqrt{<math><mtext><style>ab</style></mtext></math>}", r"\frac{ab}{c}&#x3c;script>",
    r"\text{&#x26;#x3c;img src onerror=x>}\sqrt{ab}", r"\operatorname{<b>}\sqrt{ab}",
    r"\begin{array}{c onclick}\sqrt{ab}\end{array}", r"\sqrt{ab}\rule{1em}{2em}",
    r"\hspace{<b>}\sqrt{ab}", r"\mathbf{<svg onload=x>}\sqrt{ab}", "\\sqrt{a\ue000\ue001b}",
    r'\sqrt{ab"onmouseover="alert(1)}', r"\sqrt{ab'onmouseover='alert(1)}",
    "\\sqrt{\u0338ab\u202e}", r"\xrightarrow{<b>}\sqrt{ab}", r"\left<script>\frac{ab}{c}\right>",
    r"\sqrt[<b>]{ab}", r"\DeclareMathOperator{\x}{<b>}\x\sqrt{ab}", r"\phantom{\sqrt{ab}}",
    r"\sqrt{ab}%</math><b>",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_only_known_elements_come_out(attack: str) -> None:
    for source in (attack, rf"\frac{{{attack}}}{{cd}}", rf"\begin{{cases}}{attack}&x\end{{cases}}"):
        html = render(f"${source}$").html
        faults, seen = judged(html)
        assert not faults
        assert not lost_letter(f"${source}$", seen, in_order=False)
        ElementTree.fromstring(f"<p>{html}</p>")


PIECES = st.sampled_from([
    "a", "x", "12", "3.5", "1,000", "+", "-", "=", "<", ">", "(", ")", "[", "]", "|", "/", ",", "'",
    "{", "}", "^", "_", "&", "%", "~", '"', ".", "é", "漢", "≤", "\u0338", "\ue000", "\ue001",
    "&lt;", r"\frac", r"\frac{", r"\frac12", r"\binom{", r"\sqrt", r"\sqrt[", r"\sqrt{", r"\over ",
    r"\\", r"\choose ", r"\overline{", r"\hat ", r"\vec{", r"\underbrace{", r"\overset{",
    r"\underset{", r"\sum", r"\sum_{", r"\int_", r"\lim", r"\max_{", r"\log ", r"\alpha ", r"\leq ",
    r"\cdot ", r"\mathbb ", r"\mathbb{R}", r"\mathbf{", r"\mathcal{", r"\mathrm{ab}",
    r"\mathrm{d}", r"\rm ",
    r"\text{if }", r"\operatorname{ab}", r"\operatorname*{", r"\left(", r"\right)", r"\left.",
    r"\right\}", r"\big|", r"\,", r"\quad ", r"\!", r"\{", r"\}", r"\not", r"\not=", r"\pmod{",
    r"\begin{pmatrix}", r"\end{pmatrix}", r"\begin{cases}", r"\end{cases}", r"\end{array}",
    r"\begin{array}{lr}", r"\begin{aligned}", r"\end{aligned}", r"\substack{", r"\xrightarrow{",
    r"\foo ", r"\limits", r"\stackrel{", "}{", "}^{", "}_{", "{{", "}}", "ab", "{a}", "{bc}",
])  # fmt: skip


@settings(max_examples=600)
@given(st.lists(PIECES, max_size=14).map("".join), st.booleans())
def test_any_formula_is_well_formed_and_keeps_its_letters(source: str, display: bool) -> None:
    made = formula(source, Budget(), display=display)
    if made is None:
        return
    ElementTree.fromstring(f"<p>{made.html}</p>")
    faults, seen = judged(made.html)
    assert not faults
    assert not lost_letter(source, seen, in_order=False)
    assert not lost_letter(source, made.text, in_order=False)


BOMBS = [
    r"\frac{" * 500 + "1" + "}{2}" * 500, r"\sqrt" * 300 + "x",
    "{" * 300 + r"\sqrt{ab}" + "}" * 300,
    r"\begin{matrix}" + "a&" * MAX_TOKENS + r"\end{matrix}", r"\hat" * 300 + "a",
    r"\left(" * (MAX_NESTING + 1) + r"\frac{ab}{c}" + r"\right)" * (MAX_NESTING + 1),
    r"\frac{ab}{c}" + "x" * MAX_TOKENS, r"\overset" * 200 + "ab", r"\sqrt{ab}^" * 200,
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_what_nests_too_deep_or_is_too_long_never_reaches_the_converter(
    bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("works.domain.tex.mathml.convert_to_element", pytest.fail)
    rendered = render(f"${bomb}$")
    assert "<math" not in rendered.html
    assert not lost_letter(bomb, rendered.text)


def test_a_field_has_only_so_many_characters_of_mathml() -> None:
    one = r"\frac{a+b}{c}"
    html = render(f"${one}$ " * 500).html
    assert html.count("<math") == MAX_MATHML // len(one)
    assert html.count("<math") + html.count('<span class="tex">') == 500
