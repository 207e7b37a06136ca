"""Where a work appeared, in one line."""


def journal_ref(venue: str, volume: str, issue: str, pages: str) -> str:
    """Such as "Acta Examplia 12 (3), 45-67"; empty where the venue is: numbers alone say nothing.

    The parts are as the source gives them.
    """
    if not venue.strip():
        return ""
    place = " ".join(filter(None, (venue, volume, f"({issue})" if issue else "")))
    return ", ".join(filter(None, (place, pages)))
