"""What the holder of a claimed record says of themself, as it is kept with the record's facts."""

import msgspec


class Said(msgspec.Struct, frozen=True):
    """Empty where nobody says anything; then `open` is None.

    `links` are (address, label), `affiliation` is (name, slug), `featured` (work id, title).
    `begun` counts the collaborations that began here, where all in them wish to show it.
    """

    tagline: str = ""
    role: str = ""
    links: tuple[tuple[str, str], ...] = ()
    affiliation: tuple[str, str] | None = None
    open: bool | None = None
    featured: tuple[tuple[int, str], ...] = ()
    names: tuple[str, ...] = ()
    begun: int = 0


SILENT = Said()
