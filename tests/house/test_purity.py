"""Rules of the house that a reviewer should not have to look for."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("BZPEER_TEST_DATA") or ROOT.parent / "shared" / "data").parent
APPS = ("bzpeer", "works", "graph", "claims", "profiles")
LONGEST_FUNCTION, LONGEST_MODULE, MEDIAN = 50, 400, 10

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> list[Path]:
    """Files that git knows or would add."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    found = (ROOT / name for name in names.split("\0") if name)
    return [path for path in found if path.is_file()]


@cache
def modules() -> dict[Path, ast.Module]:
    """The code of the apps, migrations aside, by its path in the checkout."""
    paths = (path.relative_to(ROOT) for path in tracked() if path.suffix == ".py")
    return {
        path: ast.parse((ROOT / path).read_text())
        for path in paths
        if path.parts[0] in APPS and "migrations" not in path.parts
    }


def functions() -> Iterator[tuple[str, Function]]:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}:{node.lineno} {node.name}", node


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_there_is_code_to_look_at() -> None:
    assert len(modules()) > 50


def test_functions_fit_a_screen() -> None:
    lengths = {place: length(node) for place, node in functions()}
    middle = median(lengths.values())
    long = {place: lines for place, lines in lengths.items() if lines > LONGEST_FUNCTION}
    assert long == {}, f"the median is {middle} lines"
    assert middle < MEDIAN


def test_modules_fit_an_idea() -> None:
    lengths = {str(p): len((ROOT / p).read_text().splitlines()) for p in modules()}
    long = {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE}
    assert long == {}, f"the median is {median(lengths.values())} lines"


def test_nothing_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert [str(p) for p in modules() if drawers & {*p.parts[:-1], p.stem}] == []


def test_imports_stand_at_the_top() -> None:
    inside = [
        f"{place}: {ast.unparse(node)}"
        for place, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_one_module_alone_vouches_for_html() -> None:
    callers = {
        str(path)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in {"mark_safe", "SafeString", "SafeText"}
    }
    assert callers == {"bzpeer/lib/safe.py"}


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_templates_vouch_for_nothing() -> None:
    alive = re.compile(r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off|\bstyle=|\bon[a-z]+=|hx-on|js:")
    templates = [path for path in tracked() if path.suffix == ".html" and "templates" in path.parts]
    assert len(templates) > 20
    found = {str(p): m.group() for p in templates if (m := alive.search(p.read_text()))}
    assert found == {}


def test_no_page_is_kept_by_django() -> None:
    kept = re.compile(r"\b(?:cache_page|UpdateCacheMiddleware|FetchFromCacheMiddleware)\b")
    assert [str(path) for path in modules() if kept.search((ROOT / path).read_text())] == []


# Spelt in pieces, so that this file is none of those that it looks for.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "un" + "pkg.com",
    "jsdelivr" + ".net",
    "cdn" + "js.",
    "raw." + "githubusercontent",
    "fonts." + "google",
    "fonts." + "gstatic",
    "index" + "-url",
    "proxy." + "golang",
)
DOWNLOAD = re.compile(
    r"https?://[^\s\"'<>)]+\.(?:whl|tar\.gz|tgz|zip|deb|rpm|iso|jar|exe|dmg)\b"
    r"|\b(?:curl|wget)\s+\S*https?:"
)


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:4096]:
            yield str(path.relative_to(ROOT)), data.decode(errors="replace")


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_registry(host: str) -> None:
    assert [name for name, text in texts() if host in text.lower()] == []


def test_no_file_names_a_download() -> None:
    found = {name: m.group() for name, text in texts() if (m := DOWNLOAD.search(text))}
    assert found == {}


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"what is shared is not at {SHARED}")
def test_nothing_shared_is_copied() -> None:
    def digest(path: Path) -> bytes:
        return blake2b(path.read_bytes()).digest()

    ours = {digest(path): str(path) for path in tracked() if path.stat().st_size > 100}
    sizes = {path.stat().st_size for path in tracked()}
    theirs = (p for p in SHARED.rglob("*") if p.is_file() and p.stat().st_size in sizes)
    assert {str(p): ours[d] for p in theirs if (d := digest(p)) in ours} == {}
