"""What mail servers and mailbox providers send back, as bytes."""

from bzpeer.lib.mail import TOKEN
from tests.factories.accounts import mails

TOKENS = ("0123456789abcdef0123456789abcdef", "f" * 32)


def token_of(number: int = -1) -> str:
    """The token of a mail in the outbox."""
    return str(mails()[number][TOKEN])


def original(token: str = TOKENS[0], *, by: str = "both") -> str:
    """The header of one of our mails; `by` is where its token is left: both, id, header, none."""
    lines = ["From: BZPEER <no-reply@localhost>", "To: ada@example.org", "Subject: Your code"]
    if by in ("both", "id"):
        lines.append(f"Message-ID: <outbox-{token}@localhost>")
    if by in ("both", "header"):
        lines.append(f"X-BZPEER-Mail: {token}")
    return "\n".join([*lines, "", "Good morning.", ""])


def group(
    address: str = "ada@example.org",
    action: str = "failed",
    status: str = "5.1.1",
    *,
    original: str = "",
    said: str = "",
) -> str:
    """What a report says of one recipient; `said` is what the other server said."""
    lines = [f"Final-Recipient: rfc822; {address}", f"Action: {action}", f"Status: {status}"]
    if original:
        lines.insert(0, f"Original-Recipient: rfc822;{original}")
    if said:
        lines.append(f"Diagnostic-Code: smtp; {said}")
    return "\n".join(lines)


def multipart(kind: str, machine: str, returned: str, boundary: str = "b0") -> bytes:
    """A report with its three parts: for people, for machines, and the mail that it is about."""
    parts = [
        "Content-Type: text/plain\n\nI am sorry to have to tell you.\n",
        f"Content-Type: message/{kind}\n\n{machine}\n",
        *([f"Content-Type: message/rfc822\n\n{returned}\n"] if returned else []),
    ]
    body = "".join(f"--{boundary}\n{part}" for part in parts)
    head = (
        "From: MAILER-DAEMON@mx.example\nTo: no-reply@localhost\nSubject: Returned\n"
        f'MIME-Version: 1.0\nContent-Type: multipart/report;\n\treport-type={kind};\n boundary="'
        f'{boundary}"\n'
    )
    return f"{head}\nFor whom cannot read MIME.\n{body}--{boundary}--\n".encode()


def bounce(*groups: str, token: str = TOKENS[0], by: str = "both") -> bytes:
    """A delivery status notification; by default the mailbox is not there."""
    said = "\n\n".join(["Reporting-MTA: dns; mx.example", *(groups or (group(),))])
    return multipart("delivery-status", said, original(token, by=by))


def complaint(token: str = TOKENS[0], *, kind: str = "abuse", by: str = "both") -> bytes:
    """A report of unwanted mail, in which the provider hides who complains."""
    said = f"Feedback-Type: {kind}\nUser-Agent: Example/1.0\nVersion: 1"
    return multipart("feedback-report", said, original(token, by=by))
