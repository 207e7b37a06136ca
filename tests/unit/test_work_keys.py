"""Which reports are of one work: those that vouch for one identifier, however it is written."""

from datetime import date

import pytest

from tests.factories.records import work
from works.domain.provenance import normal, work_key
from works.domain.records import ExternalId
from works.domain.shown import Known, show


@pytest.mark.parametrize(
    ("scheme", "written", "same"),
    [
        ("doi", "https://doi.org/10.5555/A.b(1)", "10.5555/a.b(1)"),
        ("doi", "http://dx.doi.org/10.5555/AB", "10.5555/ab"),
        ("doi", "doi: 10.5555/AB", "10.5555/ab"),
        ("arxiv", "arXiv:2101.00099v12", "2101.00099"),
        ("arxiv", "https://arxiv.org/abs/hep-th/9901002v1", "hep-th/9901002"),
        ("arxiv", "math.GT/0309136", "math.GT/0309136"),
        ("arxiv", "solv-int/9901001", "solv-int/9901001"),
        ("acl", "P19-1001v2", "P19-1001v2"),
    ],
)
def test_an_identifier_has_one_form(scheme: str, written: str, same: str) -> None:
    assert normal(scheme, written) == same
    assert normal(scheme, same) == same
    ids = [(ExternalId(scheme, value),) for value in (written, same)]
    assert work_key(work(ids=ids[0])) == work_key(work(ids=ids[1]))


def test_the_doi_of_the_publication_joins_where_nothing_stronger_does() -> None:
    doi = (ExternalId("doi", "10.5555/AB"),)
    assert work_key(work(ids=(), doi="10.5555/ab")) == work_key(work(ids=doi))
    assert work_key(work(number=1, doi="10.5555/ab")) == "arxiv:2401.00001"


@pytest.mark.parametrize(
    "guess", [{"ids": (ExternalId("doi", "10.5555/ab"),)}, {"doi": "10.5555/ab"}]
)
def test_a_guessed_identifier_joins_nothing(guess: dict[str, object]) -> None:
    given = {"ids": (), "unverified": frozenset(guess)} | guess
    assert work_key(work(number=1, **given)) == "arxiv:2401.00001"
    assert work_key(work(number=1, source="dblp", **given)) == "dblp:2401.00001"


def test_one_identifier_is_shown_once() -> None:
    ids = (ExternalId("doi", "https://doi.org/10.5555/AB"), ExternalId("doi", "10.5555/ab"))
    shown = show([Known(work(ids=ids, doi="10.5555/AB"), b"")], date(2026, 11, 1))
    assert [(one.scheme, one.value) for one in shown.identifiers] == [("doi", "10.5555/ab")]
