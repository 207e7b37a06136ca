"""The identifiers of works: one form each, whatever the source wrote."""

from datetime import date

import pytest

from tests.factories.records import work
from works.domain.provenance import normal
from works.domain.records import ExternalId
from works.domain.sameness import token
from works.domain.shown import Known, show


@pytest.mark.parametrize(
    ("scheme", "written", "same"),
    [
        ("doi", "https://doi.org/10.5555/A.b(1)", "10.5555/a.b(1)"),
        ("doi", "http://dx.doi.org/10.5555/AB", "10.5555/ab"),
        ("doi", "doi: 10.5555/AB", "10.5555/ab"),
        ("arxiv", "arXiv:2101.00099v12", "2101.00099"),
        ("arxiv", "https://arxiv.org/abs/hep-th/9901002v1", "hep-th/9901002"),
        ("arxiv", "math.GT/0309136", "math/0309136"),
        ("arxiv", "solv-int/9901001", "solv-int/9901001"),
        ("acl", "P19-1001v2", "P19-1001"),
    ],
)
def test_an_identifier_has_one_form(scheme: str, written: str, same: str) -> None:
    assert normal(scheme, written) == same
    assert normal(scheme, same) == same
    assert token(scheme, written) == token(scheme, same)


def test_one_identifier_is_shown_once() -> None:
    ids = (ExternalId("doi", "https://doi.org/10.5555/AB"), ExternalId("doi", "10.5555/ab"))
    shown = show([Known(work(ids=ids, doi="10.5555/AB"), b"")], date(2026, 11, 1))
    assert [(one.scheme, one.value) for one in shown.identifiers] == [("doi", "10.5555/ab")]
