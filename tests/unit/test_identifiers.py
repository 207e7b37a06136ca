"""Identifiers have one form each, however they are written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from works.domain.identifiers import named, normal, published_doi

SICI = "10.1002/(sici)1099-0526(199711/12)3:2<33::aid-cplx7>3.0.co;2-n"


@pytest.mark.parametrize(
    ("scheme", "written", "one_form"),
    [
        ("doi", "10.5555/AbC.7", "10.5555/abc.7"),
        ("doi", " https://doi.org/10.5555/ABC.7\n", "10.5555/abc.7"),
        ("doi", "http://dx.doi.org/10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "doi.org/10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "doi:10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "DOI: 10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "DOI 10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "info:doi/10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "http://doi.acm.org/10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "https://doi.ieeecomputersociety.org/10.5555/abc.7", "10.5555/abc.7"),
        ("doi", "10.5555/abc.7.", "10.5555/abc.7"),
        ("doi", "10.5555/abc.7,", "10.5555/abc.7"),
        ("doi", "10.5555/abc.7).", "10.5555/abc.7"),
        ("doi", "10.5555/S0304(97)1", "10.5555/s0304(97)1"),
        ("doi", "10.5555/S0304(97)", "10.5555/s0304(97)"),
        ("doi", "https://doi.org/10.5555%2Fabc.7", "10.5555/abc.7"),
        ("doi", "10.5555%252Fabc.7", "10.5555/abc.7"),
        ("doi", SICI.upper(), SICI),
        ("doi", SICI.replace("<", "%3C").replace(">", "%3E"), SICI),
        ("doi", SICI.replace("<", "&lt;").replace(">", "&gt;"), SICI),
        ("doi", "10.5555.1/x", "10.5555.1/x"),
        ("doi", "10.1/x", ""),
        ("doi", "10.5555/a b", ""),
        ("doi", "10.5555/a%00b", ""),
        ("doi", "10.5555/...", ""),
        ("doi", "https://example.org/10.5555/abc", ""),
        ("doi", "10.5555/" + "x" * 600, ""),
        ("arxiv", "2401.00001v12", "2401.00001"),
        ("arxiv", "arXiv:2401.00001", "2401.00001"),
        ("arxiv", "oai:arXiv.org:math/0101001", "math/0101001"),
        ("arxiv", "https://arxiv.org/abs/math.CO/0101001v3", "math/0101001"),
        ("arxiv", "http://arxiv.org/pdf/2401.00001v2.pdf", "2401.00001"),
        ("arxiv", "https://export.arxiv.org/abs/hep-th/9901002", "hep-th/9901002"),
        ("arxiv", "https://doi.org/10.48550/arXiv.2401.00001", "2401.00001"),
        ("arxiv", "10.48550/ARXIV.MATH/0101001", "math/0101001"),
        ("arxiv", "cond-mat.stat-mech/9901002", "cond-mat/9901002"),
        ("arxiv", "https://example.org/?u=arxiv.org/abs/2401.00001", ""),
        ("arxiv", "https://arxiv.org.example/abs/2401.00001", ""),
        ("arxiv", "2401.001", ""),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/00123/", "123"),
        ("pmid", "https://www.ncbi.nlm.nih.gov/pubmed/123", "123"),
        ("pmid", "PMID: 123", "123"),
        ("pmid", "PMC123", ""),
        ("pmid", "0", ""),
        ("pmcid", "https://www.ncbi.nlm.nih.gov/pmc/articles/456", "PMC456"),
        ("pmcid", "https://pmc.ncbi.nlm.nih.gov/articles/PMC456/", "PMC456"),
        ("pmcid", "https://europepmc.org/article/PMC/456", "PMC456"),
        ("pmcid", "pmc456.1", "PMC456"),
        ("pmcid", "PMID:456", ""),
        ("acl", "https://aclanthology.org/P19-1001/", "P19-1001"),
        ("acl", "https://www.aclweb.org/anthology/p19-1001.pdf", "P19-1001"),
        ("acl", "P19-1001v2", "P19-1001"),
        ("acl", "2020.ACL-main.17", "2020.acl-main.17"),
        ("acl", "P19", ""),
        ("ror", "https://ror.org/05GQ02987", "05gq02987"),
        ("ror", "05gq02987", "05gq02987"),
        ("ror", "https://ror.org/15gq02987", ""),
        ("ror", "https://ror.org/05gq02988", ""),
        ("orcid", "https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("orcid", "0000000218250097", "0000-0002-1825-0097"),
        ("orcid", "0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("orcid", "0000-0002-1825-0098", ""),
        ("isbn", " 978-3-16-148410-0 ", "978-3-16-148410-0"),
    ],
)
def test_one_form(scheme: str, written: str, one_form: str) -> None:
    assert normal(scheme, written) == one_form


SCHEMES = ["doi", "arxiv", "pmid", "pmcid", "acl", "ror", "orcid"]
PIECES = ["10.5555/", "10.48550/arXiv.", "doi:", "https://", "doi.org/", "%", "%25", "2F", "&lt;"]
PIECES += ["&amp;", "arxiv:", "2401.00001", "v2", "PMC", "7", "math.CO/0101001", ".", ",", "(", ")"]
PIECES += [" ", "x", "İ", "ß", "\x00", "\u0660", "05gq02987"]


@given(st.sampled_from(SCHEMES), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("doi", "10.5555/%%3235")
@example("doi", "10.5555/doi:10.5555/x")
def test_the_form_of_the_form_is_itself(scheme: str, written: str) -> None:
    once = normal(scheme, written)
    assert normal(scheme, once) == once
    assert once.isprintable()


@given(st.text(max_size=700))
def test_any_text_has_a_form_or_none(text: str) -> None:
    for scheme in SCHEMES:
        assert normal(scheme, normal(scheme, text)) == normal(scheme, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://doi.org/10.48550/arXiv.2401.00001v1", ("arxiv", "2401.00001")),
        ("https://arxiv.org/abs/2401.00001", ("arxiv", "2401.00001")),
        ("https://doi.org/10.5555/X", ("doi", "10.5555/x")),
        ("https://example.org/", None),
    ],
)
def test_what_a_link_names(text: str, expected: tuple[str, str] | None) -> None:
    assert named(text) == expected


def test_arxivs_own_doi_is_not_that_of_a_publication() -> None:
    assert published_doi("10.48550/arXiv.2401.00001") == ""
    assert published_doi("https://doi.org/10.5555/X") == "10.5555/x"
