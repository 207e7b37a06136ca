"""How numbers and names are written on pages."""

import pytest

from bzpeer.lib.templatetags.bzpeer import counted, name_class, thousands


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (999, "999"), (12345, "12,345")])
def test_thousands(number: int, text: str) -> None:
    assert thousands(number) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 works"), (1, "1 work"), (2, "2 works"), (12345, "12,345 works")]
)
def test_counted(number: int, text: str) -> None:
    assert counted(number, "work,works") == text


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("Xue Lin", "name"),
        ("Nguyễn Thị Hương", "name"),
        ("Ünal O'Brien-Łódź Jr.", "name"),
        ("x" * 22, "name"),
        ("x" * 23, "name long"),
        ("x" * 45, "name very-long"),
        ("محمد", "name other-script"),
        ("山田 太郎", "name other-script"),
        ("Αλέξανδρος Παπαδόπουλος", "name long other-script"),
    ],
)
def test_name_class(name: str, classes: str) -> None:
    assert name_class(name) == classes
