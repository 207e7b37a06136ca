"""Institutions as ROR writes them, in the database, and named by bylines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from works import registry
from works.affiliating import affiliate
from works.domain.institutions import InstitutionRecord, NameForm
from works.ingest import Counts
from works.models import Institution, Work

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
Named = Sequence[tuple[str, str, str]]


def ror(number: int) -> str:
    """A sound ROR id of its own for each number below a billion."""
    signs = "".join(CROCKFORD[number // 32**place % 32] for place in range(5, -1, -1))
    return next(
        f"0{signs}{digits:02}" for digits in range(2, 99) if (number * 100 + digits) % 97 == 1
    )


def organisation(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A record of ROR; a change of `...` takes the key away."""
    name = f"North University {number}"
    base = {
        "admin": {"last_modified": {"date": "2024-05-06", "schema_version": "2.0"}},
        "domains": ["north.example"],
        "established": 1911,
        "external_ids": [{"type": "grid", "all": ["grid.1.2"], "preferred": None}],
        "id": f"https://ror.org/{ror(number)}",
        "links": [{"type": "website", "value": "https://www.north.example/"}],
        "locations": [
            {
                "geonames_id": 1,
                "geonames_details": {
                    "country_code": "NO", "country_name": "Norway", "name": "Tromsø"
                },
            }
        ],
        "names": [
            {"lang": "en", "types": ["label", "ror_display"], "value": name},
            {"lang": None, "types": ["acronym"], "value": f"NU{number}"},
        ],
        "relationships": [],
        "status": "active",
        "types": ["education"],
    }  # fmt: skip
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


def dump(*organisations: Mapping[str, object]) -> bytes:
    return json.dumps(organisations, indent=2).encode()


def record(number: int = 1, name: str = "North University", **fields: Any) -> InstitutionRecord:
    given: dict[str, Any] = {
        "scheme": "ror",
        "value": ror(number),
        "record_date": "2024-05-06",
        "status": "active",
        "names": (NameForm(name, "display", "en"),),
    }
    return InstitutionRecord(**given | fields)


def register(*records: InstitutionRecord) -> Counts:
    return registry.take(records)


def institution(number: int = 1) -> Institution:
    return Institution.objects.get(value=ror(number))


def name_on(work: Work, *places: Named, gone: Work | None = None) -> None:
    """Let the byline of a work name these institutions: one list for each of its people.

    `gone` is a work that ends with it.
    """
    work_id = work.pk
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in STAGE:
            cursor.execute(statement)
        cursor.execute("INSERT INTO stage_work (work_id) VALUES (%s)", [work_id])
        if gone:
            cursor.execute("INSERT INTO stage_gone VALUES (%s)", [gone.pk])
        for position, named in enumerate(places, start=1):
            cursor.execute(
                "INSERT INTO stage_byline (work_id, position, institutions) VALUES (%s, %s, %s)",
                [work_id, position, json.dumps(named)],
            )
        affiliate(cursor)
        cursor.execute("DROP TABLE stage_work, stage_byline, stage_gone")


# The part of the merge's own tables that is asked for.
STAGE = (
    "DROP TABLE IF EXISTS stage_work, stage_byline, stage_gone",
    "CREATE TEMP TABLE stage_gone (old_id bigint)",
    "CREATE TEMP TABLE stage_work (work_id bigint)",
    "CREATE TEMP TABLE stage_byline (work_id bigint, position integer, institutions text)",
)
