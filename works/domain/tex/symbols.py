"""What the macros of TeX stand for: accents, letters, symbols, alphabets, wrappers."""

from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Literal

Kind = Literal["ord", "op", "bin", "rel", "open", "close", "punct", "sign", "space", "frac"]

# Combining characters for the accents of text; those named by a letter need a brace or a space.
ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "t": "\u0361",
}

# Letters swallow the space that ends their name ("\o re" is one word).
LETTERS = {
    "ss": "ß", "SS": "ẞ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ",
    "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "i": "ı", "j": "ȷ", "ij": "ĳ", "IJ": "Ĳ",
}  # fmt: skip

DASHES = {"textemdash": "—", "textendash": "–"}

# Control symbols of text: a backslash and one character that is no letter and no accent.
ESCAPES = {
    "%": "%", "&": "&", "#": "#", "_": "_", "$": "$", "{": "{", "}": "}", "|": "‖",
    " ": " ", ";": " ", ":": " ", ",": "\u202f", "!": "", "/": "", "-": "", "\\": " ", "@": "",
}  # fmt: skip

TEXT_SYMBOLS = {
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|",
    "textless": "<", "textgreater": ">", "textquotesingle": "'", "textquoteleft": "‘",
    "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”", "lq": "‘",
    "rq": "’", "guillemotleft": "«", "guillemotright": "»", "textunderscore": "_",
    "textbraceleft": "{", "textbraceright": "}", "textdollar": "$", "textregistered": "®",
    "textcopyright": "©", "copyright": "©", "texttrademark": "™", "textdegree": "°",
    "textmu": "µ", "textpm": "±", "texttimes": "×", "texteuro": "€", "euro": "€", "EUR": "€",
    "pounds": "£", "textsterling": "£", "textbullet": "•", "textellipsis": "…", "S": "§",
    "textsection": "§", "P": "¶", "textdaggerdbl": "‡", "textdagger": "†", "TeX": "TeX",
    "textperiodcentered": "·", "textordfeminine": "ª", "textordmasculine": "º",
    "LaTeX": "LaTeX", "BibTeX": "BibTeX", "slash": "/", "eg": "e.g.", "ie": "i.e.",
    "etal": "et al.", "item": " • ", "lbrace": "{", "rbrace": "}", "textvisiblespace": "␣",
}  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a table that is easier to read without quotes and commas."""
    return text.split()


FUNCTIONS = {
    name: name
    for name in words(
        "arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det diag dim dist exp gcd"
        " hom inf ker lcm lg lim ln log max min mod poly polylog rank sec sgn sign sin sinh sup"
        " tan tanh tr Pr Var Cov Tr"
    )
} | {"limsup": "lim sup", "liminf": "lim inf", "bmod": "mod"}


def _pairs(table: str) -> dict[str, str]:
    parts = words(table)
    return dict(zip(parts[::2], parts[1::2], strict=True))


_ORDINARY = _pairs(
    "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε eps ε zeta ζ eta η theta θ vartheta ϑ"
    " iota ι kappa κ varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ"
    " sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ"
    " Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Chi Χ Psi Ψ Omega Ω varGamma Γ"
    " varDelta Δ varTheta Θ varLambda Λ varPi Π varSigma Σ varPhi Φ varPsi Ψ varOmega Ω"
    " ell ℓ hbar ℏ hslash ℏ Re ℜ Im ℑ aleph ℵ beth ℶ wp ℘ imath ı jmath ȷ partial ∂ nabla ∇"
    " infty ∞ emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥"
    " angle ∠ triangle △ triangledown ▽ Box □ square □ Diamond ◇ diamondsuit ♢ heartsuit ♡"
    " clubsuit ♣ spadesuit ♠ sharp ♯ flat ♭ natural ♮ prime ′ backslash \\ degree ° mho ℧"
    " ldots … dots … dotsc … dotsb … cdots ⋯ vdots ⋮ ddots ⋱ checkmark ✓ complement ∁"
    " F 𝔽 R ℝ RR ℝ N ℕ NN ℕ Z ℤ ZZ ℤ Q ℚ QQ ℚ CC ℂ surd √ blacksquare ■ lozenge ◊ bigstar ★"
)
_BINARY = _pairs(
    "pm ± mp ∓ times × div ÷ cdot · ast ∗ star ⋆ circ ∘ bullet • cap ∩ cup ∪ uplus ⊎ sqcap ⊓"
    " sqcup ⊔ vee ∨ lor ∨ wedge ∧ land ∧ setminus ∖ smallsetminus ∖ oplus ⊕ ominus ⊖ otimes ⊗"
    " oslash ⊘ odot ⊙ dagger † dag † ddagger ‡ ddag ‡ wr ≀ amalg ⨿ diamond ⋄ ltimes ⋉ rtimes ⋊"
    " bowtie ⋈ boxplus ⊞ boxtimes ⊠ circledast ⊛ intercal ⊺ bigcirc ◯ barwedge ⊼ veebar ⊻"
    " triangleleft ◁ triangleright ▷"
)
_RELATION = _pairs(
    "le ≤ leq ≤ ge ≥ geq ≥ leqslant ⩽ geqslant ⩾ ne ≠ neq ≠ lt < gt > ll ≪ gg ≫ sim ∼ simeq ≃"
    " approx ≈ approxeq ≊ cong ≅ equiv ≡ asymp ≍ propto ∝ lesssim ≲ gtrsim ≳ lessgtr ≶"
    " prec ≺ succ ≻ preceq ⪯ succeq ⪰ in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇"
    " subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ sqsubset ⊏ sqsubseteq ⊑ sqsupseteq ⊒ mid ∣ nmid ∤"
    " parallel ∥ perp ⊥ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ Vdash ⊩ doteq ≐ triangleq ≜ coloneqq ≔"
    " to → gets ← rightarrow → leftarrow ← Rightarrow ⇒ Leftarrow ⇐ leftrightarrow ↔"
    " Leftrightarrow ⇔ iff ⟺ implies ⟹ impliedby ⟸ mapsto ↦ longmapsto ⟼ longrightarrow ⟶"
    " longleftarrow ⟵ Longrightarrow ⟹ Longleftarrow ⟸ longleftrightarrow ⟷ hookrightarrow ↪"
    " hookleftarrow ↩ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ nearrow ↗"
    " searrow ↘ swarrow ↙ nwarrow ↖ leadsto ⇝ rightsquigarrow ⇝ rightharpoonup ⇀"
    " rightleftharpoons ⇌"
    " twoheadrightarrow ↠ rightarrowtail ↣ upharpoonright ↾ restriction ↾ because ∵ therefore ∴"
    " textless < textgreater > nleq ≰ ngeq ≱ nless ≮ ngtr ≯ lll ⋘ ggg ⋙ trianglelefteq ⊴"
    " trianglerighteq ⊵ nsupseteq ⊉ varsubsetneq ⊊ precsim ≾ succsim ≿ preccurlyeq ≼ succcurlyeq ≽"
    " nrightarrow ↛ nvdash ⊬ nvDash ⊭ nparallel ∦ multimap ⊸ lhd ⊲ rhd ⊳ unlhd ⊴ unrhd ⊵"
)
_BIG = _pairs(
    "sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigsqcup ⨆ bigvee ⋁"
    " bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ biguplus ⨄"
)
_OPEN = _pairs("langle ⟨ lfloor ⌊ lceil ⌈ lbrace { lbrack [ llbracket ⟦ llangle ⟪ { {")
_CLOSE = _pairs("rangle ⟩ rfloor ⌋ rceil ⌉ rbrace } rbrack ] rrbracket ⟧ rrangle ⟫ } }")
_SIGN = _pairs(
    "vert | lvert | rvert | Vert ‖ lVert ‖ rVert ‖ | ‖ % % # # & & _ _ $ $ S § P ¶ pounds £"
)

MATHS: dict[str, tuple[Kind, str]] = {
    **{name: ("ord", sign) for name, sign in _ORDINARY.items()},
    **{name: ("bin", sign) for name, sign in _BINARY.items()},
    **{name: ("rel", sign) for name, sign in _RELATION.items()},
    **{name: ("op", sign) for name, sign in _BIG.items()},
    **{name: ("op", word) for name, word in FUNCTIONS.items()},
    **{name: ("open", sign) for name, sign in _OPEN.items()},
    **{name: ("close", sign) for name, sign in _CLOSE.items()},
    **{name: ("sign", sign) for name, sign in _SIGN.items()},
    "colon": ("punct", ":"),
    "AA": ("ord", "Å"),
    "o": ("ord", "ø"),
    "O": ("ord", "Ø"),
    "i": ("ord", "ı"),
    "ss": ("ord", "ß"),
    "dotsm": ("ord", "⋯"),
    "dotso": ("ord", "…"),
}

# A single character of maths that is neither a letter nor a digit.
MATHS_CHARACTERS: dict[str, tuple[Kind, str]] = {
    "-": ("bin", "−"), "+": ("bin", "+"), "*": ("bin", "∗"), "=": ("rel", "="),
    "<": ("rel", "<"), ">": ("rel", ">"), "(": ("open", "("), "[": ("open", "["),
    ")": ("close", ")"), "]": ("close", "]"), "!": ("close", "!"), ",": ("punct", ","),
    ";": ("punct", ";"), ":": ("punct", ":"), "~": ("space", " "), "/": ("sign", "/"),
    "|": ("sign", "|"), "#": ("sign", "#"),
}  # fmt: skip

MATHS_SPACES = {
    ",": "\u202f", ":": " ", ";": " ", " ": " ", "quad": " ", "qquad": " ", "!": "", "/": "",
    "thinspace": "\u202f", "enspace": " ",
}  # fmt: skip

MATHS_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0305", "breve": "\u0306", "dot": "\u0307",
    "ddot": "\u0308", "mathring": "\u030a", "check": "\u030c", "acute": "\u0301",
    "grave": "\u0300", "vec": "\u20d7", "overrightarrow": "\u20d7", "underline": "\u0332",
}  # fmt: skip

_BLACKBOARD = "𝕒𝕓𝕔𝕕𝕖𝕗𝕘𝕙𝕚𝕛𝕜𝕝𝕞𝕟𝕠𝕡𝕢𝕣𝕤𝕥𝕦𝕧𝕨𝕩𝕪𝕫𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ"
_FRAKTUR = "𝔞𝔟𝔠𝔡𝔢𝔣𝔤𝔥𝔦𝔧𝔨𝔩𝔪𝔫𝔬𝔭𝔮𝔯𝔰𝔱𝔲𝔳𝔴𝔵𝔶𝔷𝔄𝔅ℭ𝔇𝔈𝔉𝔊ℌℑ𝔍𝔎𝔏𝔐𝔑𝔒𝔓𝔔ℜ𝔖𝔗𝔘𝔙𝔚𝔛𝔜ℨ"
_SCRIPT = "𝒜ℬ𝒞𝒟ℰℱ𝒢ℋℐ𝒥𝒦ℒℳ𝒩𝒪𝒫𝒬ℛ𝒮𝒯𝒰𝒱𝒲𝒳𝒴𝒵"

Style = Literal["", "bb", "frak", "cal", "bf"]
ALPHABETS: dict[Style, dict[str, str]] = {
    "": {},
    "bf": {},
    "bb": {**dict(zip(ascii_letters, _BLACKBOARD, strict=True)), "1": "𝟙"},
    "frak": dict(zip(ascii_letters, _FRAKTUR, strict=True)),
    "cal": dict(zip(ascii_uppercase, _SCRIPT, strict=True)),
}
STYLED: dict[str, Style] = {
    "mathbb": "bb", "Bbb": "bb", "mathds": "bb", "mathbbm": "bb", "mathfrak": "frak",
    "mathcal": "cal", "mathscr": "cal", "mathbf": "bf", "boldsymbol": "bf", "bm": "bf",
    "mathrm": "", "mathsf": "", "mathtt": "", "mathit": "", "mathnormal": "", "mathop": "",
    "mathbin": "", "mathrel": "", "mathopen": "", "mathclose": "", "mathord": "",
    "ensuremath": "", "smash": "", "mathsc": "", "bb": "bb",
}  # fmt: skip
DECLARED: dict[str, Style] = {
    "cal": "cal", "frak": "frak", "bf": "bf", "rm": "", "sf": "", "it": "", "tt": "", "sl": "",
    "sc": "", "em": "", "displaystyle": "", "textstyle": "", "scriptstyle": "",
    "scriptscriptstyle": "", "small": "", "boldmath": "bf",
}  # fmt: skip
WORDS = frozenset(
    words(
        "text mbox hbox textrm textit textbf textsf textsc texttt textnormal textup emph"
        " textsl operatorname"
    )
)
SIZES = frozenset(
    words(
        "left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr Biggl Biggr"
        " limits nolimits"
    )
)

# Macros of text that wrap one argument, and the tag or the words that take their place.
TAGGED = {
    "emph": "em", "textit": "em", "textsl": "em", "textbf": "strong", "texttt": "code",
    "textsuperscript": "sup", "textsubscript": "sub",
}  # fmt: skip
PARENTHESES = {
    "footnote": (" (", ")"),
    "keywords": ("Keywords: ", ""),
    **dict.fromkeys(
        words("cite citep citet citeauthor citeyear Cite autocite parencite textcite ref eqref"),
        ("[", "]"),
    ),
    **dict.fromkeys(
        words("textrm textsf textsc textup textnormal textmd text mbox hbox underline uline ul"),
        ("", ""),
    ),
}

# Styles that last to the end of their group.
LASTING = {
    "em": "em", "it": "em", "sl": "em", "itshape": "em", "slshape": "em", "bf": "strong",
    "bfseries": "strong", "tt": "code", "ttfamily": "code", "rm": "", "sf": "", "sc": "",
    "scshape": "", "sffamily": "", "rmfamily": "", "upshape": "", "normalfont": "", "cal": "",
    "small": "", "large": "", "Large": "", "footnotesize": "", "normalsize": "", "boldmath": "",
}  # fmt: skip

SILENT = SIZES | frozenset(
    words(
        "noindent protect xspace displaystyle textstyle scriptstyle centering hfill"
        " smallskip medskip bigskip allowbreak nobreak ignorespaces leavevmode unboldmath"
    )
)
BREAKS = frozenset(words("newline linebreak par quad qquad enspace thinspace space and"))

TEXT_ENVIRONMENTS = frozenset(
    words("itemize enumerate description center quote quotation abstract document flushleft")
)
MATHS_ENVIRONMENTS = frozenset(
    name + star
    for name in words("equation align eqnarray displaymath math gather multline")
    for star in ("", "*")
)

# What MathML needs beside the tables above.

BOLD = {
    **dict(zip(ascii_uppercase + ascii_lowercase, map(chr, range(0x1D400, 0x1D434)), strict=True)),
    **dict(zip("0123456789", map(chr, range(0x1D7CE, 0x1D7D8)), strict=True)),
    **dict(zip("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ", map(chr, range(0x1D6A8, 0x1D6B9)), strict=True)),
    **dict(zip("ΣΤΥΦΧΨΩ", map(chr, range(0x1D6BA, 0x1D6C1)), strict=True)),
    **dict(zip("αβγδεζηθικλμνξοπρςστυφχψω", map(chr, range(0x1D6C2, 0x1D6DB)), strict=True)),
}
# Big signs and words that carry what is over and under them straight above and below.
LIMITS = frozenset("∑∏∐⋃⋂⨆⋁⋀⨁⨂⨀⨄") | frozenset(
    ("argmax", "argmin", "det", "gcd", "inf", "lim", "lim inf", "lim sup", "max", "min", "sup")
)
# The macros whose word, though written letter by letter, is the name of something.
UPRIGHT = frozenset(words("mathrm mathsf mathtt mathit mathnormal mathop"))
MATHS_WIDTHS = {
    ",": "0.167em", "thinspace": "0.167em", ":": "0.222em", ">": "0.222em", ";": "0.278em",
    " ": "0.25em", "enspace": "0.5em", "quad": "1em", "qquad": "2em",
}  # fmt: skip
OVER = {
    "hat": "^", "tilde": "~", "bar": "¯", "breve": "˘", "dot": "˙", "ddot": "¨", "mathring": "˚",
    "check": "ˇ", "acute": "´", "grave": "`", "vec": "→", "widehat": "^", "widetilde": "~",
    "overline": "¯", "overrightarrow": "→", "overleftarrow": "←", "overleftrightarrow": "↔",
    "overbrace": "⏞",
}  # fmt: skip
UNDER = {"underline": "_", "underbar": "_", "underbrace": "⏟"}
STRETCHED = frozenset(
    words(
        "widehat widetilde overline overrightarrow overleftarrow overleftrightarrow overbrace"
        " underline underbar underbrace"
    )
)
ARROWS = _pairs(
    "xrightarrow → xleftarrow ← xleftrightarrow ↔ xRightarrow ⇒ xLeftarrow ⇐ xmapsto ↦"
    " xhookrightarrow ↪ xhookleftarrow ↩"
)
# Environments of rows and cells: the alignment of their columns and the fences around them.
TABLES = {
    "matrix": ("c", "", ""), "smallmatrix": ("c", "", ""), "pmatrix": ("c", "(", ")"),
    "bmatrix": ("c", "[", "]"), "Bmatrix": ("c", "{", "}"), "vmatrix": ("c", "|", "|"),
    "Vmatrix": ("c", "‖", "‖"), "array": ("c", "", ""), "cases": ("l", "{", ""),
    **dict.fromkeys(words("aligned align align* split alignat"), ("rl", "", "")),
    **dict.fromkeys(words("eqnarray eqnarray*"), ("rcl", "", "")),
    **dict.fromkeys(words("gather gather* gathered multline multline*"), ("c", "", "")),
}  # fmt: skip
PLAIN_ENVIRONMENTS = frozenset(words("equation equation* displaymath displaymath* math math*"))

SUPERSCRIPTS = str.maketrans(
    "0123456789+−=()" + ascii_lowercase.replace("q", "") + "*∗†‡′°",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾" + "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ" + "**†‡′°",
)
SUBSCRIPTS = str.maketrans("0123456789+−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
