"""Mail is a row before it is a mail: it is kept with what caused it, or not at all."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from bzpeer.lib.mail_reports import HEADER, MESSAGE_ID
from bzpeer.lib.models import OutboxEvent

KIND = "mail"
# In the payload: by what an answer names the mail, and whether somebody asked for it just now.
TOKEN, ASKED = "token", "asked"


class CodeMail(EmailMultiAlternatives):
    """A code that somebody asked for, to show that a mailbox is theirs.

    It goes to mailboxes that mail came back from as well: it is how they are trusted again.
    """


class OutboxBackend(BaseEmailBackend):
    """Django's way in: whatever sends a mail writes an event in its own transaction."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Raises BadHeaderError for a line break in a header, ValueError for an attachment."""
        events = [
            OutboxEvent(kind=KIND, payload=pack(message))
            for message in email_messages
            if message.recipients()
        ]
        OutboxEvent.objects.bulk_create(events)
        return len(events)


def pack(message: EmailMessage) -> dict[str, Any]:
    """A mail as JSON; refuses what could not be sent while the sender can still be told."""
    if message.attachments:
        raise ValueError("mail with attachments is not sent")
    message.message()
    html = [str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"]
    return {
        "subject": str(message.subject),
        "text": str(message.body),
        "html": html[0] if html else "",
        "from": str(message.from_email),
        "to": list(message.to),
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "reply_to": list(message.reply_to),
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        TOKEN: uuid4().hex,
        ASKED: isinstance(message, CodeMail),
    }


def unpack(payload: dict[str, Any], number: int) -> EmailMultiAlternatives:
    """The mail of event `number`; the same event sent again has the same Message-ID.

    It is named by 122 random bits that nobody but its recipient sees: who could not have got the
    mail can report nothing about it. A number could be guessed.
    """
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    token = payload.get(TOKEN, "")
    named = {"Message-ID": MESSAGE_ID.format(token=token or number, host=host)}
    message = EmailMultiAlternatives(
        subject=payload["subject"],
        body=payload["text"],
        from_email=payload["from"],
        to=payload["to"],
        cc=payload["cc"],
        bcc=payload["bcc"],
        reply_to=payload["reply_to"],
        headers={**named, **({HEADER: token} if token else {}), **payload["headers"]},
    )
    if payload["html"]:
        message.attach_alternative(payload["html"], "text/html")
    return message
