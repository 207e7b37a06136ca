"""The worked example of docs/adding-a-source.md, run as it is printed there."""

import re
from pathlib import Path
from typing import Any

import pytest

from works.sources.base import Source

DOCUMENT = (Path(__file__).parents[2] / "docs" / "adding-a-source.md").read_text()
MODULE, TESTS = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
[LINE] = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "example"}
    for code in (MODULE, TESTS):
        exec(compile(code, "docs/adding-a-source.md", "exec"), names)
    return names


def test_the_printed_line_is_read(printed: dict[str, Any]) -> None:
    [found] = printed["read"](LINE.encode())
    assert (found.external_id, found.doi) == ("2020-17", "10.5555/ex.17")
    source = printed["EXAMPLE"]
    assert isinstance(source, Source)
    assert source.holds(LINE.encode())
    assert source.may_live_in("works.jsonl.zst")


def test_the_printed_tests_pass(printed: dict[str, Any]) -> None:
    printed["test_every_field_has_its_place"]()
    bad_line = printed["test_a_bad_line_is_one_reject"]
    [cases] = bad_line.pytestmark
    for case in cases.args[1]:
        bad_line(*case)


def test_what_it_names_is_there() -> None:
    root = Path(__file__).parents[2]
    for path in re.findall(r"`((?:works|docs|tests)/[\w/.-]+)`", DOCUMENT):
        assert "example" in path or (root / path).exists(), path
    for module, name in re.findall(r"`(\w+)\.(\w+)`", DOCUMENT):
        file = root / "works" / "sources" / f"{module}.py"
        assert f" {name}" in file.read_text(), (module, name)
