"""Works as OpenAlex writes them, written for the tests."""

import json

HOST = "https://openalex.org/"


def authorship(name: str, **changes: object) -> dict[str, object]:
    return {"author": {"id": f"{HOST}A1", "display_name": name}, "raw_author_name": name, **changes}


def body(**changes: object) -> dict[str, object]:
    """A work; a change of `...` takes the key away."""
    base = {"id": f"{HOST}W1", "title": "A title", "authorships": [authorship("Ann Doe")]}
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


def line(**changes: object) -> bytes:
    return json.dumps(body(**changes)).encode()
