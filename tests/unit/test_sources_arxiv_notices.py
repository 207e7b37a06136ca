"""Which of arXiv's papers are withdrawn, in each of its formats."""

import io
from collections.abc import Callable

import pytest

from tests.factories.arxiv import dublin, entry, feed, raw, snapshot
from tests.factories.oai import AUTHORS, answer, record
from works.domain.records import Notice, WorkRecord
from works.sources.arxiv_atom import ARXIV_ATOM
from works.sources.arxiv_notices import noted
from works.sources.arxiv_oai import ARXIV_OAI
from works.sources.arxiv_snapshot import ARXIV_SNAPSHOT
from works.sources.base import Source

GONE = "This paper has been withdrawn by the author"


@pytest.mark.parametrize(
    "comments",
    [
        GONE,
        f"12 pages, 3 figures. {GONE} due to an error in Lemma 2",
        "9 pages The article is withdrawn because of a gap",
        "this  manuscript\nhas been temporarily withdrawn",
        "The submission is now withdrawn",
        "This paper is being withdrawn",
        "Paper has been withdrawn",
        "Withdrawn",
        "withdrawn. The proof fails.",
        "Withdrawn: see the new paper",
        "Withdrawn -- a gap in the proof",
        "Withdrawn due to a gap",
        "Manuscript withdrawn, as the result is known",
        "Results in doubt. Article withdrawn by authors.",
        "4 pages, Paper withdrawn by the coauthor",
        "arXiv admin note: submission has been withdrawn by arXiv administrators",
        f"{GONE} from arXiv",
    ],
)
def test_words_that_can_mean_nothing_else(comments: str) -> None:
    found = noted(WorkRecord("arxiv", "x", "1", comments=comments))
    assert found.notices == (Notice("withdrawal"),)


@pytest.mark.parametrize(
    "comments",
    [
        "",
        "12 pages",
        "I would like to withdraw this paper",
        "need to withdraw for corrections",
        "Accepted, but withdrawn from XConf 2017",
        "Withdrawn from XConf 2017",
        "This paper has been withdrawn by the authors from XConf",
        "This paper has been withdrawn from XConf",
        "The first version of this paper has been withdrawn",
        "In an earlier version the paper was withdrawn",
        "Accepted at XConf 2013, Paper ID 23, Withdrawn",
        "One author has withdrawn",
        "guaranteed minimum withdrawal benefits",
    ],
)
def test_words_that_can_mean_something_else(comments: str) -> None:
    assert noted(WorkRecord("arxiv", "x", "1", comments=comments)).notices == ()


@pytest.mark.parametrize(
    ("abstract", "withdrawn"),
    [
        (f"  {GONE}.", True),
        ("Withdrawn due to extensions.", True),
        ("We study funds. This paper has been withdrawn.", False),
        ("Withdrawal guarantees pay.", False),
    ],
)
def test_an_abstract_says_so_in_front(abstract: str, withdrawn: bool) -> None:
    found = noted(WorkRecord("arxiv", "x", "1", abstract=abstract))
    assert bool(found.notices) is withdrawn


def of(source: Source, data: bytes) -> WorkRecord:
    [found] = source.read(io.BytesIO(data))
    assert isinstance(found, WorkRecord), found
    return found


RAW = f"<title>T</title><authors>Jo Doe</authors><comments>{GONE}</comments>"
DUBLIN = "<dc:title>T</dc:title><dc:creator>D, J</dc:creator><dc:description>A</dc:description>"
ATOM = (
    "<title>T</title><author><name>Jo Doe</name></author>"
    f'<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">{GONE}</arxiv:comment>'
)


@pytest.mark.parametrize(
    ("source", "make"),
    [
        (
            ARXIV_OAI,
            lambda: answer(record(inner=f"{AUTHORS}<title>T</title><comments>{GONE}</comments>")),
        ),
        (ARXIV_OAI, lambda: answer(raw(inner=RAW))),
        (ARXIV_OAI, lambda: answer(raw(inner=RAW, form="arXivOld"))),
        (
            ARXIV_OAI,
            lambda: answer(
                dublin(inner=f"{DUBLIN}<dc:description>Comment: {GONE}</dc:description>")
            ),
        ),
        (ARXIV_ATOM, lambda: feed(entry(inner=ATOM))),
        (ARXIV_SNAPSHOT, lambda: snapshot(comments=GONE)),
    ],
    ids=["arXiv", "arXivRaw", "arXivOld", "oai_dc", "Atom", "snapshot"],
)
def test_every_format_says_it(source: Source, make: Callable[[], bytes]) -> None:
    assert of(source, make()).notices == (Notice("withdrawal"),)


def version(number: int, kind: str) -> str:
    flag = f"<source_type>{kind}</source_type>" if kind else ""
    date = f"Tue, {number} Jan 2024 03:04:05 GMT"
    return f'<version version="v{number}"><date>{date}</date><size>0kb</size>{flag}</version>'


@pytest.mark.parametrize(
    ("kinds", "notices"),
    [
        (("", "I"), (Notice("withdrawal", "2024-01-02"),)),
        (("D", "AI"), (Notice("withdrawal", "2024-01-02"),)),
        (("I",), (Notice("withdrawal", "2024-01-01"),)),
        (("", "I", ""), ()),
        (("", "D"), ()),
    ],
)
def test_a_last_version_without_files_is_a_withdrawal(
    kinds: tuple[str, ...], notices: tuple[Notice, ...]
) -> None:
    versions = "".join(version(number, kind) for number, kind in enumerate(kinds, start=1))
    inner = f"{versions}<title>T</title><authors>Jo Doe</authors>"
    assert of(ARXIV_OAI, answer(raw(inner=inner))).notices == notices
