"""Names for rows that nobody finds by trying."""

from secrets import token_hex, token_urlsafe


def new_token() -> str:
    """192 random bits: nobody finds a ticket by trying."""
    return token_urlsafe(24)


def new_mark() -> str:
    """What a claimant puts on a page of theirs: told from any other text on the web."""
    return f"bzpeer-{token_hex(16)}"
