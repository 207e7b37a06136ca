"""Mail addresses are not repeated in public: the report keeps them, robots do not get them."""

import re

from works.domain import tex

MASK = "[e-mail address]"

# Every part is bounded and a match begins only where a word does, so that the search takes linear
# time. A list before the sign is one local part ("{ann,bo}@"); a domain alone, right behind the
# end of a mark, has its local part inside it ("<code>ann</code>@").
_PART = r"[\w.+%-]{1,64}"
_LIST = rf"[\[({{]{_PART}(?:[,|/] ?{_PART}){{0,20}}[\])}}]"
_DOMAIN = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?:[a-z]{2,24}|[A-Z]{2,24})(?!\w)"
_ADDRESS = re.compile(
    rf"(?:mailto:)?(?:{_LIST}|(?<![\w.+%-]){_PART}(?:[,|]{_PART}){{0,8}}|(?<=>)) ?[@＠]{_DOMAIN}"
)
_EMPTY = re.compile(r"[<(\[{] *[>)\]}]")


def rendered(source: str) -> tex.Rendered:
    """`tex.render` for the public: both forms without the addresses in them."""
    html, text = tex.render(source)
    return tex.Rendered(masked(html), masked(text))


def masked(text: str) -> str:
    """Plain text or escaped HTML with a word in the place of each mail address."""
    return _ADDRESS.sub(MASK, text) if "@" in text or "＠" in text else text


def without(text: str) -> str:
    """A name or an affiliation without the mail addresses that hang on it."""
    rest = masked(text)
    if rest == text:
        return text
    return " ".join(_EMPTY.sub(" ", rest.replace(MASK, " ")).split()).strip(" ,;:")
