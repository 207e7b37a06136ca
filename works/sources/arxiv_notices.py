"""Which of arXiv's records are of withdrawn papers.

arXiv keeps a withdrawn paper's record: the withdrawal is a last version without files, which only
`arXivRaw` marks as such, and a sentence that the author or arXiv writes into the comments or in
front of the abstract. Only sentences that can mean nothing else count: neither a wish to withdraw,
nor a paper withdrawn from a conference, nor an earlier version.
"""

import re
from collections.abc import Sequence

import msgspec

from works.domain.records import Notice, Version, WorkRecord

# Of the letters in a version's `source_type`, the one for files that are to be ignored.
IGNORED = "I"

_WHAT = r"(?:paper|article|manuscript|(?:pre|e-?)print|submission|work|note|report|thesis)"
_GONE = (
    r"(?:withdrawn|withdrawed|retracted)\b"
    r"(?!(?:\s+by\s[^.;]{0,60}?)?\s+from\b(?!\s+(?:the\s+)?arxiv))"
)
_STATED = (
    rf"(?:(?<!version of )(?:this|the|our)\s+{_WHAT}|(?:\A|(?<=[.;:] )){_WHAT})"
    rf"\s+(?:has|have|is)\s+(?:been\s+|being\s+)?(?:now\s+|already\s+|temporarily\s+)?{_GONE}"
)
_ALONE = (
    rf"\A(?:{_WHAT}\s+)?{_GONE}"
    r"(?=\s*(?:\Z|[.,:;(]|--?)|\s+(?:by|due|because|since|as|for|pending)\b)"
)
_BY_AUTHORS = rf"\b{_WHAT}\s+withdrawn\s+by\s+(?:the\s+)?(?:co-?)?authors?\b"
_SENTENCE = re.compile(rf"{_STATED}|{_ALONE}|{_BY_AUTHORS}", re.IGNORECASE)
_ADMINISTRATORS = "withdrawn by arxiv admin"
# As much of an abstract as the sentence in front of it takes.
_FRONT = 200


def noted(record: WorkRecord, ignored: Sequence[Version] = ()) -> WorkRecord:
    """The record with a notice if its paper is withdrawn; `ignored` are the versions without files.

    The withdrawal has a date only where it is the last version.
    """
    last = record.versions[-1:]
    if last and last[0] in ignored:
        notice = Notice("withdrawal", last[0].date)
    elif _says_so(record.comments, record.abstract):
        notice = Notice("withdrawal")
    else:
        return record
    return msgspec.structs.replace(record, notices=(notice,))


def _says_so(comments: str, abstract: str) -> bool:
    comments = " ".join(comments.split())
    if _SENTENCE.search(comments) or _ADMINISTRATORS in comments.lower():
        return True
    return _SENTENCE.match(" ".join(abstract[:_FRONT].split())) is not None
