"""What happened to accounts and records, written once and never changed."""

from typing import Any

from django.http import HttpRequest

from bzpeer.lib.models import AuditEvent
from bzpeer.lib.requests import client_ip


def record(
    kind: str, request: HttpRequest | None = None, user_id: int | None = None, **detail: Any
) -> None:
    """Write one event in the caller's transaction; `detail` holds no address, name or secret."""
    AuditEvent.objects.create(
        kind=kind, user_id=user_id, ip=client_ip(request) if request else None, detail=detail
    )
