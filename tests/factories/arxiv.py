"""Small records in arXiv's other forms, written for the tests."""

import json

from tests.factories.oai import header

FEED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
    b'xmlns:arxiv="http://arxiv.org/schemas/atom"><id>https://arxiv.org/api/x</id>'
)
PERSON = "<author><name>Jo Doe</name></author>"


def raw(external_id: str = "2401.00001", inner: str | None = None, form: str = "arXivRaw") -> bytes:
    """An OAI record in arXivRaw; `inner` replaces everything behind its id."""
    if inner is None:
        inner = f"<title>On {external_id}</title><authors>Jo Doe</authors>"
    return (
        f"<record>{header(external_id)}<metadata>"
        f'<{form} xmlns="http://arxiv.org/OAI/{form}/"><id>{external_id}</id>{inner}</{form}>'
        f"</metadata></record>"
    ).encode()


def dublin(
    external_id: str = "2401.00001", inner: str | None = None, sets: tuple[str, ...] = ()
) -> bytes:
    """An OAI record in oai_dc; `inner` replaces everything in it."""
    if inner is None:
        inner = f"<dc:title>On {external_id}</dc:title><dc:creator>Doe, Jo</dc:creator>"
    members = "".join(f"<setSpec>{name}</setSpec>" for name in sets)
    head = header(external_id).replace("</header>", f"{members}</header>")
    return (
        f"<record>{head}<metadata>"
        f'<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{inner}</oai_dc:dc>'
        f"</metadata></record>"
    ).encode()


def entry(identifier: str = "2401.00001v1", inner: str | None = None) -> bytes:
    """An entry of an Atom feed; `inner` replaces everything behind its dates."""
    if inner is None:
        inner = f"<title>On {identifier}</title>{PERSON}"
    return (
        f"<entry><id>http://arxiv.org/abs/{identifier}</id>"
        f"<updated>2024-05-06T07:08:09Z</updated><published>2024-01-02T03:04:05Z</published>"
        f"{inner}</entry>"
    ).encode()


def feed(*entries: bytes) -> bytes:
    return FEED + b"\n".join(entries) + b"</feed>"


def snapshot(**changes: object) -> bytes:
    """A line of the snapshot; a change of `...` takes the key away."""
    base = {
        "id": "2401.00001",
        "submitter": "Somebody Else",
        "authors": "Jo Doe",
        "title": "A title",
        "categories": "cs.LG",
        "versions": [{"version": "v1", "created": "Tue, 2 Jan 2024 03:04:05 GMT"}],
        "update_date": "2024-05-06",
        "authors_parsed": [["Doe", "Jo", ""]],
    }
    stated = {key: value for key, value in {**base, **changes}.items() if value is not ...}
    return json.dumps(stated).encode()
