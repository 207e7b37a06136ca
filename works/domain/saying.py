"""What the holder of a claimed record says of themself, as it is kept with the record's facts."""

import msgspec


class Said(msgspec.Struct, frozen=True):
    """Empty where nobody says anything; then `open` is None.

    `links` are (address, label), `affiliation` is (name, slug), `featured` (work id, title).
    """

    tagline: str = ""
    role: str = ""
    links: tuple[tuple[str, str], ...] = ()
    affiliation: tuple[str, str] | None = None
    open: bool | None = None
    featured: tuple[tuple[int, str], ...] = ()
    names: tuple[str, ...] = ()


SILENT = Said()
