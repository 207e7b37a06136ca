"""The web fonts, cut from the type foundries' variable fonts to what our pages set."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

STAMP = "fonts.stamp"

# Latin with its European extensions, pinyin and Vietnamese, punctuation, signs, and such arrows
# and mathematics as the fonts have. Everything else, also a letter with a combining accent of
# its own, is set in the reader's own fonts.
CHARACTERS = (
    (0x0020, 0x01B0),
    (0x01CD, 0x01DC),
    (0x0218, 0x021B),
    (0x02B9, 0x02DD),
    (0x1EA0, 0x1EF9),
    (0x2000, 0x206F),
    (0x2070, 0x20CF),
    (0x2100, 0x214F),
    (0x2190, 0x22FF),
    (0x25A0, 0x25FF),
)
FEATURES = ("kern", "liga", "locl", "pnum", "rvrn", "tnum")


@dataclass(frozen=True, slots=True)
class Font:
    """A variable font of a package and how much of each axis is kept.

    `axes` maps an axis to the one place it is pinned to, or to the range that stays variable.
    """

    name: str
    package: str
    file: str
    axes: Mapping[str, float | tuple[float, float]]

    @property
    def folder(self) -> Path:
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"The font package {self.package} is not installed.")
        return Path(spec.origin).parent


# One weight of the serif is all that the pages set, and it halves the file.
FONTS = (
    Font(
        "newsreader",
        "fontpkg_newsreader",
        "Newsreader[opsz,wght].ttf",
        {"opsz": 24, "wght": 500},
    ),
    Font(
        "instrument-sans",
        "fontpkg_instrument_sans",
        "InstrumentSans[wdth,wght].ttf",
        {"wdth": 100, "wght": (400, 650)},
    ),
)


def build_fonts(target: Path) -> bool:
    """Write the fonts as WOFF2 with their licences into the folder, unless they are current.

    Returns whether anything was written. Raises ModuleNotFoundError if a font package is missing.
    """
    digest = _digest()
    stamp = target / STAMP
    if stamp.exists() and stamp.read_text() == digest:
        return False
    target.mkdir(parents=True, exist_ok=True)
    for font in FONTS:
        (target / f"{font.name}.woff2").write_bytes(_cut(font))
        licence = (font.folder / "LICENSE").read_bytes()
        (target / f"{font.name}-OFL.txt").write_bytes(licence)
    # Last, so that a build that was stopped half-way is done again.
    stamp.write_text(digest)
    return True


def _digest() -> str:
    """Name the inputs and the settings: the same string means the same fonts come out."""
    settings = json.dumps(
        [CHARACTERS, FEATURES, version("fonttools"), [asdict(font) for font in FONTS]]
    )
    inputs = [(font.folder / "files" / font.file).read_bytes() for font in FONTS]
    return hashlib.sha256(b"".join([settings.encode(), *inputs])).hexdigest()


def _cut(font: Font) -> bytes:
    ttf = TTFont(font.folder / "files" / font.file)
    options = Options(layout_features=list(FEATURES), hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[c for low, high in CHARACTERS for c in range(low, high + 1)])
    subsetter.subset(ttf)
    instancer.instantiateVariableFont(ttf, dict(font.axes), inplace=True)
    ttf.flavor = "woff2"
    out = BytesIO()
    ttf.save(out)
    return out.getvalue()
