"""An abstract as OpenAlex has it, without what is left of the page that it was taken from.

OpenAlex keeps the words of an abstract in their order, and with them the heading above it, the
tags of its paragraphs and line ends in letters ("&#13;\\n").
"""

import re

_LINE_END = re.compile(r"&#13;(?:\\n)?|\\n(?![A-Za-z])")
_IS_PAGE = re.compile(r"</(?:p|div)>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|div|span|br)(?: [^<>]{0,200})?/?>", re.IGNORECASE)
_NAMED = "abstract|summary|résumé|resumen|resumo|zusammenfassung"
# "Abstract interpretation" begins no heading, and neither do "Abstract Meaning Representation" and
# its like: a heading is followed by a sentence, which hardly begins with two capital letters.
_TERMS = "Algebra|Argumentation|Data|Interpretation|Machine|Meaning|State|Syntax"
_FIRST = "An?|As|For|From|In|On|Our|The|These|This|To|We|With"
_HEADING = re.compile(
    rf"(?:(?i:{_NAMED})\s?(?:[:.–—]|-(?=\s))"
    r"|(?:ABSTRACT|SUMMARY)(?=\s+\S+\s+[^\sA-Z])"
    rf"|(?:Abstract|Summary)(?=\s+(?!{_TERMS})[A-Z0-9]\S*\s+[^\sA-Z])"
    rf"|(?:ABSTRACT\s|SUMMARY\s|(?:Abstract|Summary)+)(?=\s*(?:{_FIRST})\s))\s*"
)


def bare(abstract: str) -> str:
    """The abstract alone; without a heading that is all there is."""
    text = _LINE_END.sub(" ", abstract)
    if _IS_PAGE.search(text):
        text = _TAG.sub(" ", text)
    text = text.strip()
    heading = _HEADING.match(text)
    return text[heading.end() :] if heading else text
