"""Names of people as they are printed: cleaned for showing, folded for matching and for URLs.

One convention for all Latin letters: a letter loses its marks (ü → u, never ue; ø → o; ł → l;
ı → i; æ → ae; ß → ss). The spelling "Mueller" is therefore another name than "Müller"; joining
the two is for the disambiguator, which has more to go by than the name. Other scripts keep
their letters and marks. Names arrive as plain Unicode, without TeX or entities.
"""

import re
from collections.abc import Mapping
from unicodedata import category, normalize

MAX_LENGTH = 300  # characters shown; the longest real name in a million is under 100
_READ = 2_000  # characters read of the raw name: bounds the work that a 1 MB name can cause
_MAX_MARKS = 8  # Vietnamese needs 2 in a row, pointed Hebrew and Tibetan about 6
_SLUG_LENGTH = 60

# Invisible or blank although their categories say letter, mark or symbol: fillers, variation
# selectors, the grapheme joiner, the blank Braille pattern.
_BLANK = frozenset(
    map(chr, [0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0])
) | frozenset(map(chr, [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
_CONTROLS = dict.fromkeys([*range(9), *range(14, 28), 127])
_JOINERS = "\u200c\u200d"
_JOINING = "[\u0600-\u08ff\u0900-\u0dff]"  # Arabic, Syriac, N'Ko … and the scripts of India
_STRAY_JOINER = re.compile(f"(?<!{_JOINING})[{_JOINERS}]|[{_JOINERS}](?!{_JOINING})")

_LETTER = r"[^\W\d_]"
_FOOTNOTE = r"[\d⁰¹²³⁴-⁹]{1,2}"
_STRAY = " ,;:*†‡§¶#|/\\_-–—=+&@!?<>^~"
# What bylines hang on a name: a remark in brackets, whom the person speaks for, the rest of
# the authors, a footnote number glued to the name, the last "and" of the list.
_REMARK = re.compile(
    r"(?<=\S)\s*[(\[](?:[\d\s,*†‡]*|deceased|retired|speaker|corresponding author|editors?|eds?\.?"
    r"|[^()\[\]]*\b(?:universit|institut|laborator)[^()\[\]]*|(?-i:[A-Z]{3,}))[)\]]$",
    re.IGNORECASE,
)
_SPEAKS_FOR = re.compile(
    r"(?<=\S)[\s,;(]+(?:for the\s.*|on behalf of\s.*|et\.? al\b\.?|and others)$", re.IGNORECASE
)
_GLUED = re.compile(
    rf"^{_FOOTNOTE}(?={_LETTER}{{2}})|(?<={_LETTER}{{2}}){_FOOTNOTE}(?:,\s?{_FOOTNOTE})*$"
)
_LAST_AND = re.compile(r"^(?:and|by)\s+(?=\S)", re.IGNORECASE)
_FULL_STOP = re.compile(rf"(?<={_LETTER}{{4}})\.+$")  # not that of an initial, "Jr." or "Ph.D."
# Most names: capitalised words, nothing to clean. (That "clean" leaves them alone is tested.)
_PLAIN = re.compile(r"(?!(?:And|By) |.* (?:For|On|Et|And|By) )(?:[A-Z][a-z]*\.?[ -])*[A-Z][a-z]+")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[\"“”„«][^\"“”„«»]*[\"“”»]")


def clean(raw: str) -> str:
    """The name for showing: visible characters in NFC, without what a byline hung on it.

    At most MAX_LENGTH characters, cut at a word, and 8 combining marks in a row. Empty when
    nothing of a name is there.
    """
    if len(raw) <= MAX_LENGTH and _PLAIN.fullmatch(raw):
        return raw
    text = raw[:_READ].translate(_CONTROLS)
    if not text.isascii():
        text = _visible(text)
    text = _cut(" ".join(text.split()))
    while (shorter := _trimmed(text)) != text:
        text = shorter
    return text


def _visible(text: str) -> str:
    shown = "".join(filter(_is_visible, text))
    # Capped before NFC too, which is quadratic in a run of marks, and after it, because a few
    # characters come apart in NFC.
    return _STRAY_JOINER.sub("", _cap_marks(normalize("NFC", _cap_marks(shown))))


def _is_visible(char: str) -> bool:
    if char in _JOINERS or char.isspace():
        return True
    return category(char) not in ("Cc", "Cf", "Cs", "Co") and char not in _BLANK


def _cap_marks(text: str) -> str:
    kept = []
    run = _MAX_MARKS  # a mark on anything but a letter is dropped
    for char in text:
        if category(char)[0] == "M":
            run += 1
        elif char not in _JOINERS:
            run = 0 if char.isalpha() else _MAX_MARKS
        if run <= _MAX_MARKS or category(char)[0] != "M":
            kept.append(char)
    return "".join(kept)


def _cut(text: str) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    head, space, _ = text[: MAX_LENGTH + 1].rpartition(" ")
    return head if space else text[:MAX_LENGTH]


def _trimmed(text: str) -> str:
    for pattern in (_REMARK, _SPEAKS_FOR, _GLUED, _LAST_AND):
        text = pattern.sub("", text)
    for opening, closing in ("()", "[]", "{}"):
        if text.count(opening) != text.count(closing):
            text = text.replace(opening, " ").replace(closing, " ")
    text = _FULL_STOP.sub("", text.strip(_STRAY).lstrip("."))
    return " ".join(text.split())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Folding

# Dropped: signs of one sound or of none (and Arabic's lengthening stroke).
_APOSTROPHES: dict[int, str] = dict.fromkeys(map(ord, "'’‘‛ʼʻʽʹʺʾʿ`´′″׳״\u0640"), "")
_LATIN: dict[int, str] = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ȷ": "j"}
    | {"ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ƒ": "f", "ə": "e", "ɛ": "e", "ɔ": "o", "ɖ": "d"}
    | {"ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɣ": "g", "ʋ": "v", "ɨ": "i", "ʉ": "u", "ƶ": "z"}
)
_LATIN_MARKS = re.compile("(?<=[a-z\u0180-\u02af])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]+")
_NOT_WORD = re.compile("[^a-z0-9]+")
_IDEOGRAPH = "[\u1100-\u11ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
_IDEOGRAPH_GAP = re.compile(f"(?<={_IDEOGRAPH}) (?={_IDEOGRAPH})")

_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr"} | {
    "ii": "ii", "2nd": "ii", "iii": "iii", "3rd": "iii", "iv": "iv"
}  # fmt: skip
_DEGREES = frozenset({"phd", "ph d", "msc", "m sc", "bsc", "b sc", "dr", "prof"})
_HONORIFICS = frozenset({"dr", "prof", "professor", "mr", "mrs"})
_PARTICLES = _words(
    "van von der den de del della di da do dos das du la le les ter ten zu zur zum al el bin ibn"
    " ben af av"
)


def key(name: str) -> str:
    """The whole name folded for matching: lower case, reading order, words by single spaces.

    "Family, Given" is turned round; hyphens and periods part words, apostrophes do not
    ("Jean-Pierre" = "Jean Pierre", "O'Neil" = "ONeil"); nicknames in brackets or quotes, titles
    and degrees go; suffixes stay (jr, sr, ii, iii, iv). Idempotent, and never empty for a person.
    """
    name = clean(name)
    text = _folded_once(name)
    if not _PLAIN.fullmatch(name):
        # What folding lays bare ("«And Roe", "Roe1,") is cleaned like anything else.
        while (again := _folded_once(text)) != text:
            text = again
    return text


def _folded_once(name: str) -> str:
    words = fold(_in_reading_order(name)).split()
    while len(words) > 2 and words[0] in _HONORIFICS:
        del words[0]
    while (length := _degree_length(words)) and len(words) > length + 1:
        del words[-length:]
    if len(words) > 2:
        words[-1] = _SUFFIXES.get(words[-1], words[-1])
    return " ".join(words)


def _degree_length(words: list[str]) -> int:
    if words[-1:] and words[-1] in _DEGREES:
        return 1
    return 2 if " ".join(words[-2:]) in _DEGREES else 0


def _in_reading_order(name: str) -> str:
    text = clean(name)
    return text if _PLAIN.fullmatch(text) else _turned(_without_asides(text))


def _without_asides(text: str) -> str:
    rest = _ASIDE.sub(" ", text)
    return rest if any(char.isalpha() for char in rest) else text


def _turned(text: str) -> str:
    """Turn "Family, Given, Suffix" into "Given Family Suffix"."""
    first, *others = (part.strip() for part in re.split("[,，、]", text))
    folded = [(part, fold(part)) for part in others if part]
    suffixes = [part for part, word in folded if word in _SUFFIXES]
    given = [part for part, word in folded if word not in _SUFFIXES and word not in _DEGREES]
    names = [*given, first] if len(given) == 1 else [first, *given]
    return " ".join([*names, *suffixes])


def fold(text: str) -> str:
    """Any text as it is matched: lower case, Latin letters without marks, single spaces."""
    text = text.translate(_APOSTROPHES)
    if text.isascii():
        return _NOT_WORD.sub(" ", text.lower()).strip()
    text = normalize("NFKC", text).casefold().translate(_APOSTROPHES | _LATIN)
    text = normalize("NFKC", _LATIN_MARKS.sub("", normalize("NFKD", text)))
    return _IDEOGRAPH_GAP.sub("", " ".join(_letters(text).split()))


def _letters(text: str) -> str:
    kept = " "
    for char in text:
        kind = category(char)
        if kind[0] in "LN" or (kind[0] == "M" and kept[-1] != " "):
            kept += char
        elif kind != "Cf":
            kept += " "
    return kept


def is_full(name_key: str) -> bool:
    """Whether a key tells more than a family name with initials, or a lone word."""
    words = [word for word in name_key.split() if word not in _PARTICLES]
    if len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    long = sum(len(word) > 1 for word in words)
    return long > 1 or (long == 1 and not _has_capitals(name_key))


def _has_capitals(text: str) -> bool:
    return text.upper() != text.lower()


# Who is a person

# What stands in the place of somebody who does not want to be named.
WITHHELD = "name withheld"
_NOBODY = _words(
    "anonymous unknown null none others author authors editor editors et al admin various"
    " ieee acm oecd nasa cern unesco"
) | {WITHHELD}
_NO_PERSON = re.compile(
    r"collaboration|consorti(?:um|a)\b|kollaboration|colabora[cz]|\b(?:"
    # whole words that no family bears
    r"universi\w+|institut\w*|laborator\w+|department|participants|investigators|coauthors"
    r"|(?:working|study) group|task force|et al|on behalf of"
    # what a body is called when it is the last word
    r"|(?:teams?|groups?|projects?|network|committee|initiative|alliance|society|foundation"
    r"|association|experiments?|programme?|survey|organi[sz]ation|agency|partnership|gruppe)$"
    # words that are family names too: only with an article in front or an "of" behind
    r"|(?:school|college|hospital|cent(?:er|re)|council|academy|ministry|faculty|survey|board)"
    r" (?:of|for)\b)"
    r"|\d\d.*[a-z]|^(?:for the|team|groupe|equipe|grupo|equipo|gruppo|arbeitsgruppe)\b"
    r"|^the .*\b(?:study|trial|board|council|cent(?:er|re)|members|lab|authors|commission)$"
)


def is_person(name: str) -> bool:
    """Whether the name can be a person's: no collaboration, institution, remark or bare sign.

    A lone word is a person ("Plato"); a lone initial is not, since it tells nobody apart.
    """
    folded = fold(clean(name))
    if not any(char.isalpha() for char in folded) or "@" in name[:_READ]:
        return False
    if len(folded) == 1 and _has_capitals(folded):
        return False
    return folded not in _NOBODY and not _NO_PERSON.search(folded)


# For addresses and lists

_ROMAN = (
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts"
    " ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya й=y ё=e і=i ї=yi є=ye ґ=g ў=u"
    " ђ=dj ј=j љ=lj њ=nj ћ=c џ=dz ѓ=g ќ=k ѕ=dz"
    " α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f"
    " χ=ch ψ=ps ω=o"
)
_ASCII_LETTERS = str.maketrans(dict(pair.split("=") for pair in _ROMAN.split()))
_MARKS = re.compile("[\u0300-\u036f]+")


def romanised(folded: str) -> str:
    """A folded text with Greek and Cyrillic in Latin letters; other scripts stay as they are."""
    if folded.isascii():
        return folded
    # Letters of the table that carry a mark (й, ё) go first; then the marks of the others.
    text = folded.replace("ου", "ou").replace("ού", "ou").translate(_ASCII_LETTERS)
    return _MARKS.sub("", normalize("NFD", text)).translate(_ASCII_LETTERS)


def slug(name: str) -> str:
    """The name in ASCII for an address: at most 60 of `a-z0-9-`, cut at a hyphen.

    Greek and Cyrillic are romanised; "researcher" when nothing is left.
    """
    ascii_only = romanised(key(name)).encode("ascii", "ignore").decode()
    text = "-".join(_NOT_WORD.sub(" ", ascii_only).split())
    if len(text) > _SLUG_LENGTH:
        head, hyphen, _ = text[: _SLUG_LENGTH + 1].rpartition("-")
        text = head if hyphen else text[:_SLUG_LENGTH]
    return text or "researcher"


def sort_key(name: str) -> str:
    """The name as lists order it: family, given, suffix, romanised where a slug would be.

    Particles in lower case belong to the family ("van der Berg" stands under V, "de la Cruz"
    under D); with a capital they count as a given name, because "Van" in the middle of a
    Vietnamese name is one. Scripts without capitals keep the printed order.
    """
    given, family, suffix = _parts(name)
    words = (fold(" ".join(part)) for part in (family, given, suffix))
    return romanised(" ".join(filter(None, words)))


def _parts(name: str) -> tuple[list[str], list[str], list[str]]:
    words = _in_reading_order(name).split()
    while len(words) > 2 and fold(words[0]) in _HONORIFICS:
        del words[0]
    suffix = [words.pop()] if len(words) > 2 and fold(words[-1]) in _SUFFIXES else []
    if not _has_capitals("".join(words)):
        return [], words, suffix
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    if start < len(words) - 1 and start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1  # "Van den Berg"
    return words[:start], words[start:], suffix


def browse_letter(name: str) -> str:
    """The letter A–Z that a list files the name under, or "#"."""
    first = sort_key(name)[:1].upper()
    return first if "A" <= first <= "Z" else "#"


def initials(name: str) -> str:
    """One or two capitals for a badge: of the given name and of the family."""
    given, family, _ = _parts(name)
    letters = (next(filter(str.isalpha, word), "") for word in (*given[:1], *family[-1:]))
    return "".join(letters).upper()


_BARE_INITIAL = re.compile(r"(?<![\w'’])([^\W\d_])(\.|(?!\w))")


def display(forms: Mapping[str, int]) -> str:
    """The shown name among cleaned forms and how often each is printed, whatever their order.

    The most frequent form without bare initials (of all, if each has some), then the longest,
    then the first in code-point order. Raises ValueError when there is none.
    """
    if not forms:
        raise ValueError("a shown name needs at least one form")
    full = [form for form in forms if not _has_bare_initial(form)]
    return min(full or forms, key=lambda form: (-forms[form], -len(form), form))


def _has_bare_initial(form: str) -> bool:
    return any(
        letter.isupper() or (stop and _has_capitals(letter))
        for letter, stop in _BARE_INITIAL.findall(form)
    )
