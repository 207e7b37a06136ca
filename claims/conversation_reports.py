"""Messages that were reported: what staff may read of conversations, and only through a report."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from bzpeer.lib import audit
from claims.conversation_rooms import conversation_url, locked, tell
from claims.domain import conversations as rules
from claims.domain.transitions import Refusal
from claims.models import AbuseReport, Message


def message_path(message: Message) -> str:
    """Where a message is changed and reported, and what its report is about."""
    return f"/messages/{message.public_id}/"


def reported_message(report: AbuseReport) -> Message | None:
    """The message of a report; None where it is about something else, or is gone."""
    known = report.about.removeprefix("/messages/").removesuffix("/")
    return Message.objects.filter(public_id=known).select_related("conversation").first()
