"""The fonts and the style sheet: what is sent, how large it is, and under which licence."""

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command
from fontTools.ttLib import TTFont
from pytest_django import Settings

from bzpeer.lib.assets import FONTS, Font, build_fonts
from bzpeer.settings import base

ROOT = Path(__file__).resolve().parents[2]
SHEET = ROOT / "static" / "css" / "site.css"
KB = 1024


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "build" / "assets" / "fonts"
    assert build_fonts(folder) is True
    return folder


def test_fonts_fit_their_budget(fonts: Path) -> None:
    assert sum(file.stat().st_size for file in fonts.glob("*.woff2")) <= 80 * KB


def test_an_unchanged_build_writes_nothing(fonts: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in fonts.iterdir()}
    assert build_fonts(fonts) is False
    assert {file: file.stat().st_mtime_ns for file in fonts.iterdir()} == before


def test_a_build_with_other_settings_is_made_anew(fonts: Path) -> None:
    stamp = fonts / "fonts.stamp"
    current = stamp.read_text()
    stamp.write_text("another digest")
    assert build_fonts(fonts) is True
    assert stamp.read_text() == current


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
def test_the_licence_stands_beside_each_font(fonts: Path, font: Font) -> None:
    licence = (fonts / f"{font.name}-OFL.txt").read_text()
    assert "SIL Open Font License" in licence


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
@pytest.mark.parametrize(
    "text", ["Xue Lin", "Łukasz Żółć", "Ümit Çelik", "Ørsted", "Jiří Šťastný", "25–26 “no” …"]
)
def test_names_of_europe_are_set_in_one_font(fonts: Path, font: Font, text: str) -> None:
    known = TTFont(fonts / f"{font.name}.woff2").getBestCmap()
    assert not {letter for letter in text if ord(letter) not in known}


def test_vietnamese_names_are_set_in_the_display_font(fonts: Path) -> None:
    known = TTFont(fonts / "newsreader.woff2").getBestCmap()
    assert not {letter for letter in "Nguyễn Thị Hương Đặng" if ord(letter) not in known}


def test_the_build_names_files_by_content_and_leaves_out_what_no_page_asks_for(
    fonts: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = fonts.parents[2]
    settings.STATICFILES_DIRS = [ROOT / "static", fonts.parent]
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = base.STORAGES
    call_command("build_assets")
    (sheet,) = tmp_path.glob("css/site.*.css")
    asked = re.findall(r'url\("([^"]*)"\)', sheet.read_text())
    assert len(asked) == len(FONTS)
    assert all((sheet.parent / name).is_file() for name in asked)
    assert (sheet.parent / f"{sheet.name}.br").is_file()
    assert not [*tmp_path.rglob("*.stamp*"), *tmp_path.rglob("htmx-4*")]


def test_the_sheet_fits_its_budget() -> None:
    assert len(brotli.compress(SHEET.read_bytes())) <= 10 * KB


def test_the_sheet_asks_only_for_fonts_that_are_built() -> None:
    asked = set(re.findall(r"url\(([^)]*)\)", SHEET.read_text()))
    assert asked == {f'"../fonts/{font.name}.woff2"' for font in FONTS}


def test_the_sheet_brings_nothing_from_elsewhere() -> None:
    assert not re.search(r"@import|https?:|data:|expression\(", SHEET.read_text())


def test_both_schemes_reduced_motion_print_and_focus_are_cared_for() -> None:
    sheet = SHEET.read_text()
    for part in ("light-dark(", "prefers-reduced-motion", "@media print", ":focus-visible"):
        assert part in sheet
