"""What readers see for the TeX and the entities that sources send."""

import pytest

from works.domain.tex import Rendered, render, render_name, split_lead

TEXT = [
    ("Plain words.", "Plain words."),
    (r"tokens\textemdash discrete units", "tokens—discrete units"),
    ("Generative Models -- From Vision", "Generative Models – From Vision"),
    ("Navier--Stokes, pages 10--20", "Navier–Stokes, pages 10–20"),
    ("wait---what", "wait—what"),
    ("the --option and f --> g", "the --option and f --&gt; g"),
    ("a kind of C-- code", "a kind of C-- code"),
    ("it --in part-- holds", "it –in part– holds"),
    ("``one'' and `two' don't", "“one” and ‘two’ don't"),
    ("use `code` here", "use `code` here"),
    ("John Doe's `odd' and dogs'", "John Doe's ‘odd’ and dogs'"),
    (r"25\% of A\&B, \#1, a\_b, \$5, \{x\}", "25% of A&amp;B, #1, a_b, $5, {x}"),
    ("50% of all", "50% of all"),
    ("A&B", "A&amp;B"),
    ("$5 and $10", "$5 and $10"),
    ("US$ 750 billion and $1.2M or less", "US$ 750 billion and $1.2M or less"),
    (r"cost is $5, or \$6, and so on$", "cost is $5, or $6, and so on$"),
    ("x<y and y>z", "x&lt;y and y&gt;z"),
    ("p<0.05", "p&lt;0.05"),
    ("Fig.~3 shows ~2.5 and 5~10", "Fig.\u00a03 shows ~2.5 and 5~10"),
    ("see http://a.example/~b", "see http://a.example/~b"),
    ("two  spaces\n  and\ta line\r\n", "two spaces and a line"),
    (r"a\\ b\newline c\quad d", "a b c d"),
    (r"10\,GHz", "10\u202fGHz"),
    (r"\alpha-helix, \copyright 2019 and \ldots , n", "α-helix, © 2019 and …, n"),
    (r"360{\deg} and 4\deg C", "360° and 4° C"),
    ("sets {0,1} and {DNA} of ^{10} and 2^{10|n}", "sets {0,1} and DNA of ^{10} and 2^{10|n}"),
    (r"the \foo{bar}{baz} and \qux", r"the \foo{bar}{baz} and \qux"),
    ("see {that it always holds, and (more) why}", "see that it always holds, and (more) why"),
    ("{d(I): I is an odd number} {x | x is not so odd}",
     "{d(I): I is an odd number} {x | x is not so odd}"),
    (r"\textcolor{red}{two, (three)} \color[HTML]{FF0000}words", "two, (three) words"),
    (r"\href{https://a.example}{\textcolor{blue!50}{here}}", "https://a.example (here)"),
    (r"{\color{red} so} \textcolor words \color{\x}", r"so \textcolor words \color{\x}"),
    (r"\keywords{Trees, graphs}", "Keywords: Trees, graphs"),
    (r"unclosed \emph{word and {more", r"unclosed \emph{word and {more"),
    (r"unclosed {\em word", r"unclosed {\em word"),
    ("one } too many", "one } too many"),
    (r"see \cite{Smith10} or \cite[p. 3]{Doe}", "see [Smith10] or [p. 3, Doe]"),
    (r"code at \url{https://a.example/~b_c%20}", "code at https://a.example/~b_c%20"),
    (r"\href{https://a.example}{our page}", "https://a.example (our page)"),
    (r"word\footnote{A note.}", "word (A note.)"),
    (r"\begin{itemize} \item one \item two \end{itemize}", "• one • two"),
    (r"the opponent\'s moves and \"call-it\"", "the opponent's moves and \"call-it\""),
    (r"\c{opyright}2019, \r{ho}=0.2", "©2019, ρ=0.2"),
    ("&#233;t&eacute; &amp; &notit; &nosuch;", "été &amp; &amp;notit; &amp;nosuch;"),
    ("统计学习 and العربية", "统计学习 and العربية"),
    ("a\x00b\x1bc\ud800d\u202ee\u2066f", "abcdef"),
    ("<jats:p>One.</jats:p> <br> <I class=x>", None),
    ("\u0338x", "&#824;x"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shown"), TEXT)
def test_text_reads_as_its_author_meant(source: str, shown: str | None) -> None:
    escaped = source.replace("<", "&lt;").replace(">", "&gt;")
    assert render(source).html == (escaped if shown is None else shown)


STYLED = [
    (r"\emph{a \textbf{b} c}", "<em>a <strong>b</strong> c</em>"),
    (r"{\em one} {\bf two} {\tt three} {\sc four}",
     "<em>one</em> <strong>two</strong> <code>three</code> four"),
    (r"{\bf\em x} {a \it b}", "<strong><em>x</em></strong> a <em>b</em>"),
    (r"\textit {E. coli}", "<em>E. coli</em>"),
    (r"1\textsuperscript{st}", "1<sup>st</sup>"),
    (r"\verb|a_b|", "<code>a_b</code>"),
    ("&lt;i&gt;E. coli&lt;/i&gt;", "<em>E. coli</em>"),
    ("&amp;lt;i&amp;gt;E. coli&amp;lt;/i&amp;gt;", "<em>E. coli</em>"),
    ("<B>x<SUB>2</SUB></B>", "<strong>x<sub>2</sub></strong>"),
    ("<i>a <b>x</i>", "&lt;i&gt;a &lt;b&gt;x&lt;/i&gt;"),
    (r"\emph{<i>x}</i>", "<em>&lt;i&gt;x</em>&lt;/i&gt;"),
    ("up to 10^{-3} cm^{-3}", "up to 10<sup>−3</sup> cm<sup>−3</sup>"),
    (r"\emph{H}_{2}^{+} and a\_{b} \foo_{c}",
     r"<em>H</em><sub>2</sub><sup>+</sup> and a_b \foo<sub>c</sub>"),
    ('<i onclick="x">y</i>', '&lt;i onclick="x"&gt;y&lt;/i&gt;'),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shown"), STYLED)
def test_styles_become_elements(source: str, shown: str) -> None:
    assert render(source).html == shown


def test_line_ends_in_letters_are_spaces_and_hide_no_second_escape() -> None:
    assert render(r"For $\\alpha$.\n It holds.\n").text == "For α. It holds."
    assert split_lead(r"It holds.\n So it does.\n") == ("It holds.", "So it does.")
    assert render(r"\n{x} \nu $\n$").text == r"\n{x} ν \n"


def test_backslashes_that_were_all_escaped_twice_count_once() -> None:
    assert render(r"Odd $\\gamma$ of Fr\\'ed").text == "Odd γ of Fréd"
    assert render(r"Bj\\\"orkman").text == "Björkman"
    assert render(r"one \\ two").text == "one two"


MATHS = [
    ("H$_2$O", "H<sub>2</sub>O", "H₂O"),
    (r"$5\%$", "5%", "5%"),
    (r"5$\times$", "5×", "5×"),
    (r"$\sim 10$", "∼10", "∼10"),
    ("$10^{-3}$", "10<sup>−3</sup>", "10⁻³"),
    (r"90$^\circ$", "90°", "90°"),
    ("$p$<$0.05$", "~p~&lt;0.05", "p<0.05"),
    ("p$<$0.001", "p&lt;0.001", "p<0.001"),
    ("$k$-means", "~k~-means", "k-means"),
    ("$ n = 1 $", "~n = 1~", "n = 1"),
    (r"$O(n\log n)$", "~O(n log n)~", "O(n log n)"),
    (r"$\log\log n$", "~log log n~", "log log n"),
    (r"$|\log x|$", "~|log x|~", "|log x|"),
    (r"$-x$ and $n-1$", "~−x~ and ~n − 1~", "−x and n − 1"),
    ("$1,000$ or $x,y$", "1,000 or ~x, y~", "1,000 or x, y"),
    (r"$f:X\to Y$", "~f: X → Y~", "f: X → Y"),
    (r"\(x\) and \[y\] and $$z$$", "~x~ and ~y~ and ~z~", "x and y and z"),
    (r"$\mathbb{R}^n$", "~ℝ<sup>n</sup>~", "ℝⁿ"),
    (r"$\mathbb R$, ${\cal O}(n)$", "~ℝ~, ~𝒪(n)~", "ℝ, 𝒪(n)"),
    (r"$\mathbf{x}$", "~<strong>x</strong>~", "x"),
    (r"$\mathrm{poly}(n)$", "~poly(n)~", "poly(n)"),
    (r"$x \text{ if } y$", "~x if y~", "x if y"),
    (r"$\hat{x}$, $\tilde O(n)$", "~x̂~, ~Õ(n)~", "x̂, Õ(n)"),
    (r"$\frac{1}{2}$", "1/2", "1/2"),
    (r"$\frac{1}{2}n$", "~(1/2)n~", "(1/2)n"),
    (r"$n^{\frac12}$", "~n<sup>1/2</sup>~", "n^(1/2)"),
    (r"${a \over b}$", "~a/b~", "a/b"),
    (r"$\sqrt{x}+\sqrt{2}$", "~√x + √2~", "√x + √2"),
    ("$f'(x)$", "~f′(x)~", "f′(x)"),
    ("$2^{2^{k}}$", "~2<sup>2<sup>k</sup></sup>~", "2^(2ᵏ)"),
    (r"$x\not\in A$", "~x ∉ A~", "x ∉ A"),
    (r"$\left\{1,\ldots,n\right\}$", "~{1, …, n}~", "{1, …, n}"),
    (r"of \mathbb{R} and \sqrt{n}", "of ~ℝ~ and ~√n~", "of ℝ and √n"),
    (r"$a &lt; b$", "~a &lt; b~", "a < b"),
    (r"$\AC^0$", r"<code>\AC^0</code>", r"\AC^0"),
    ("$x^a^b$", "<code>x^a^b</code>", "x^a^b"),
    (r"\not\left(x", r"\not(x", r"\not(x"),
    (r"\frac{1 is not closed", r"\frac{1 is not closed", r"\frac{1 is not closed"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shown", "plain"), MATHS)
def test_simple_maths_is_unicode_and_unknown_maths_its_source(
    source: str, shown: str, plain: str
) -> None:
    """`~` stands for the mark of maths, to keep the table readable."""
    opened = iter(['<span class="tex">', "</span>"] * 4)
    expected = "".join(next(opened) if c == "~" else c for c in shown)
    assert render(source) == Rendered(expected, plain)


NAMES = [
    (r"Erd\H{o}s", "Erdős"), (r"Erd{\H o}s, P.~", "Erdős, P."), (r"Mart\'\i nez", "Martínez"),
    (r"Mart{\'\i}nez", "Martínez"), (r"{\'A}lvarez", "Álvarez"), (r"\L{}ukasz", "Łukasz"),
    (r"\O rsted", "Ørsted"), (r"{\AA}str\"om", "Åström"), (r"Fran\c{c}ois", "François"),
    (r"Fr\\'ed\\'eric Lagouti\\`ere", "Frédéric Lagoutière"),
    (r"Simi\'c \v Zi\v{z}ek", "Simić Žižek"), (r"Nguy\~{\^e}n", "Nguyễn"),
    (r"Goł\k{e}biowski", "Gołębiowski"), (r"Stra\ss e", "Straße"),
    ("O'Neil--Smith", "O'Neil--Smith"),
    ("Jos&eacute;  <b>", "José <b>"), ("Smith$^1$", "Smith¹"), ("{van der} {B}erg", "van der Berg"),
    (r"Ko\'s", "Koś"), ("A.~B.\u00a0C", "A. B. C"), ("山田", "山田"), ("a\x00\u202eb", "ab"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "name"), NAMES)
def test_names_are_plain_text(source: str, name: str) -> None:
    assert render_name(source) == name


LEADS = [
    ("One two. Three four.", "One two.", "Three four."),
    ("Only one sentence", "Only one sentence", ""),
    ("Works, e.g. Smith et al. Show it. Then more.", "Works, e.g. Smith et al. Show it.",
     "Then more."),
    ("As J. R. Smith said in Fig. 2. We go.", "As J. R. Smith said in Fig. 2.", "We go."),
    ("It gains 3.5 points vs. Others do. End.", "It gains 3.5 points vs. Others do.", "End."),
    ("Is it so? Yes!", "Is it so?", "Yes!"),
    (r"Let $x. Y$ be \emph{a. B} here. Next.", r"Let $x. Y$ be \emph{a. B} here.", "Next."),
    ("It tends to $x.$ Then more.", "It tends to $x.$", "Then more."),
    ("He said ``go.'' Then left.", "He said ``go.''", "Then left."),
    ("We cost $5. We pay $6. Fine.", "We cost $5.", "We pay $6. Fine."),
    (r"See Eq.~\ref{a}. \emph{So} it is.", r"See Eq.~\ref{a}.", r"\emph{So} it is."),
    ("Seen <i>E. Coli</i> here. More.", "Seen <i>E. Coli</i> here.", "More."),
    ("一句。两句。", "一句。", "两句。"),
    ("  One\n two.\n  Three.", "One two.", "Three."),
    ("", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "lead", "rest"), LEADS)
def test_the_lead_is_the_first_sentence(source: str, lead: str, rest: str) -> None:
    assert split_lead(source) == (lead, rest)
