"""What OpenAlex leaves around an abstract goes; what its authors wrote stays."""

import io

import pytest

from tests.factories.openalex import line
from works.domain.records import WorkRecord
from works.sources.openalex import OPENALEX
from works.sources.openalex_text import bare

LEFT_OVER = [
    ("Abstract Caves are hot.", "Caves are hot."),
    ("Abstract The World Bank lends.", "The World Bank lends."),
    ("Abstract 37 million people", "37 million people"),
    ("Abstract: Caves are", "Caves are"),
    ("ABSTRACT- Caves are", "Caves are"),
    ("SUMMARY Caves are", "Caves are"),
    ("Summary A Scheme", "A Scheme"),
    ("SUMMARY The World Bank", "The World Bank"),
    ("SummaryIn many places", "In many places"),
    ("AbstractAbstractThis paper", "This paper"),
    ("Résumé. Les grottes", "Les grottes"),
    (r"banks&#13;\n lend&#13;\nand&#13; borrow", "banks  lend and  borrow"),
    (r"\n Contains fulltext :\n 55.pdf\n", "Contains fulltext :  55.pdf"),
    ("<div><p>(A) Blood.</p> <p class='x'>(B) Cells.<br/></p></div>", "(A) Blood. (B) Cells."),
]
ITS_OWN = [
    "Abstract interpretation is a theory.",
    "Abstract Interpretation is a theory.",
    "Abstract Meaning Representation is a graph.",
    "Abstract Wiener Spaces",
    "SummaryMixing is a way",
    "AbstractAlgebra is a tool",
    "Summary statistics are",
    "SUMMARY STATISTICS ARE",
    "Abstracts are short.",
    "Abstract-level views",
    r"the macros \name and \nu",
    "a mean of <p> and <p>",
    "Abstract",
    "",
]


@pytest.mark.parametrize(("told", "abstract"), LEFT_OVER)
def test_what_is_left_of_a_page_goes(told: str, abstract: str) -> None:
    assert " ".join(bare(told).split()) == " ".join(abstract.split())


@pytest.mark.parametrize("abstract", ITS_OWN)
def test_what_the_authors_wrote_stays(abstract: str) -> None:
    assert bare(abstract) == abstract


def test_a_work_has_its_abstract_alone() -> None:
    words = ["Abstract", r"Banks&#13;\nlend", "&lt;p&gt;", "much.&lt;/p&gt;"]
    index = {word: [at] for at, word in enumerate(words)}
    [work] = OPENALEX.read(io.BytesIO(line(abstract_inverted_index=index)))
    assert isinstance(work, WorkRecord)
    assert work.abstract.split() == ["Banks", "lend", "much."]
