"""Small OAI-PMH answers in the format arXiv, written for the tests."""

from collections.abc import Iterable, Iterator

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    b'<request verb="ListRecords" metadataPrefix="arXiv">http://localhost/oai</request>'
    b"<ListRecords>"
)
TAIL = b"</ListRecords></OAI-PMH>"
AUTHORS = "<authors><author><keyname>Doe</keyname><forenames>Jo</forenames></author></authors>"


def header(external_id: str, date: str = "2024-05-06", status: str = "") -> str:
    attribute = f' status="{status}"' if status else ""
    return (
        f"<header{attribute}><identifier>oai:arXiv.org:{external_id}</identifier>"
        f"<datestamp>{date}</datestamp></header>"
    )


def record(
    external_id: str = "2401.00001", inner: str | None = None, date: str = "2024-05-06"
) -> bytes:
    """A record; `inner` replaces everything behind its id."""
    if inner is None:
        inner = f"<created>2024-01-02</created>{AUTHORS}<title>On {external_id}</title>"
    return (
        f"<record>{header(external_id, date)}<metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{external_id}</id>{inner}</arXiv>'
        f"</metadata></record>"
    ).encode("utf-8", "surrogatepass")


def deletion(external_id: str, date: str = "2024-05-06") -> bytes:
    return f"<record>{header(external_id, date, 'deleted')}</record>".encode()


def answer(*records: bytes) -> bytes:
    return HEAD + b"\n".join(records) + TAIL


class Pieces:
    """A stream out of pieces that are made as they are read, so that it takes no memory."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._ahead = b""
        self.reads = 0

    def read(self, size: int, /) -> bytes:
        self.reads += 1
        parts, length = [self._ahead], len(self._ahead)
        while length < size and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            length += len(piece)
        data = b"".join(parts)
        self._ahead = data[size:]
        return data[:size]
