"""Finding the files that a person names. `works.sources.compressed` opens them."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read; `named` where the person named it itself and not the folder around it."""

    path: Path
    named: bool


def find(paths: Sequence[str]) -> list[FoundFile]:
    """The files that paths, folders and glob patterns mean, each once, folders in sorted order.

    Links to folders are not followed inside folders. Raises FileNotFoundError with the path
    that leads nowhere.
    """
    found: dict[Path, bool] = {}
    for text in paths:
        for path in _matches(text):
            for file in _files_of(path):
                found[file] = found.get(file, False) or file == path
    return [FoundFile(path, named) for path, named in found.items()]


def _matches(text: str) -> list[Path]:
    exact = Path(text)
    if _kind(exact):
        return [exact]
    if sound := [path for path in sorted(_globbed(exact)) if _kind(path)]:
        return sound
    raise FileNotFoundError(errno.ENOENT, "no such file or folder", text)


def _globbed(pattern: Path) -> list[Path]:
    """What matches the pattern; unlike the module glob, "**" does not follow links in circles."""
    root = Path(pattern.anchor)
    try:
        return list(root.glob(str(pattern.relative_to(root))))
    except ValueError:
        return []


def _files_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, inner, names in os.walk(path):
        inner.sort()
        yield from (Path(folder, name) for name in sorted(names) if Path(folder, name).is_file())


def _kind(path: Path) -> int:
    """The file type where it is one that can be read (file, folder, pipe), else 0."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except (OSError, ValueError):
        return 0
    return kind if kind in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFIFO) else 0
