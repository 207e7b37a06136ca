"""What comes back as mail is read for what it says, or refused with the reason (SAFETY 12, 22)."""

import base64
import quopri
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bzpeer.lib.mail_parts import LARGEST, MOST_PARTS, Unreadable
from bzpeer.lib.mail_reports import MOST_RECIPIENTS, for_good, parse, status_in
from tests.factories.returned import TOKENS, bounce, complaint, group, multipart, original

ADA = "ada@example.org"


def refused(raw: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(raw)
    return str(caught.value)


# Delivery reports


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (group(), "5.1.1"),
        (group(action="Failed", status="5.1.1 (bad mailbox)"), "5.1.1"),
        (group(action="failed (bounced)"), "5.1.1"),
        (group(status="5.2.1"), "5.2.1"),
        (group(status="5.4.4"), "5.4.4"),
        (group(status="5.0.0"), "5.0.0"),
        (group(status="5.0.0", said="550 5.1.10 null MX"), "5.1.10"),
        (group("<Ada@Example.org>"), "5.1.1"),
        (group("box-17@mx.inner", original="ADA@example.org"), "5.1.1"),
        # The sender, the mail, the server or the moment is to blame, not the mailbox.
        (group(status="5.7.1"), ""),
        (group(status="5.1.8"), ""),
        (group(status="5.2.2"), ""),
        (group(status="5.3.4"), ""),
        (group(status="5.6.0"), ""),
        (group(status="5.0.0", said="554 5.7.1 listed by 5.1.1.7"), ""),
        (group(status="5.0.0", said="452 4.2.2 mailbox full"), ""),
        (group(status="4.4.7"), ""),
        (group(action="delayed", status="4.4.1"), ""),
        (group(action="delayed"), ""),
        (group(action="delivered", status="2.0.0"), ""),
        (group(action="relayed", status="2.0.0"), ""),
        (group(status="5.1"), ""),
        (group(status=""), ""),
        # The mailbox took it and passed it on; what is dead is another.
        (group("old@elsewhere.example"), ""),
    ],
)
def test_only_what_a_mailbox_is_to_blame_for_is_a_failure_of_it(said: str, status: str) -> None:
    report = parse(bounce(said))
    assert (report.token, report.complaint) == (TOKENS[0], False)
    assert report.failure(ADA) == status
    assert report.failure("bob@example.org") == ""


def test_an_address_behind_which_one_mailbox_lives_is_alive() -> None:
    gone, fine = group(original=ADA), group("two@inner", "delivered", "2.0.0", original=ADA)
    assert parse(bounce(gone, gone)).failure(ADA) == "5.1.1"
    assert parse(bounce(gone, fine)).failure(ADA) == ""
    assert parse(bounce(fine, gone)).failure(ADA) == ""


# Complaints


def test_a_complaint_needs_no_address() -> None:
    report = parse(complaint())
    assert (report.token, report.complaint, report.failure(ADA)) == (TOKENS[0], True, "")


@pytest.mark.parametrize("kind", ["fraud", "virus", "not-spam", "other", "auth-failure", ""])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    assert not parse(complaint(kind=kind)).complaint


# Which mail it is about


@pytest.mark.parametrize("by", ["both", "id", "header"])
def test_the_mail_is_known_by_either_of_two_headers(by: str) -> None:
    assert parse(bounce(by=by)).token == TOKENS[0]
    assert parse(complaint(by=by)).token == TOKENS[0]


@pytest.mark.parametrize(
    "header",
    [
        "Message-ID: <outbox-17@localhost>",
        f"Message-ID: <{TOKENS[0]}@localhost>",
        f"In-Reply-To: <outbox-{TOKENS[0]}@localhost>",
        f"X-BZPEER-Mail: {TOKENS[0]}0",
        f"X-BZPEER-Mail: x{TOKENS[0]}",
        "X-BZPEER-Mail:",
    ],
)
def test_what_only_looks_like_a_token_is_none(header: str) -> None:
    assert parse(multipart("delivery-status", group(), f"{header}\n\nText")).token == ""


def test_a_token_counts_in_the_returned_header_alone() -> None:
    elsewhere = f"{group()}\nX-BZPEER-Mail: {TOKENS[0]}"
    body = f"Subject: x\n\nX-BZPEER-Mail: {TOKENS[0]}\n"
    assert parse(multipart("delivery-status", elsewhere, body)).token == ""
    assert parse(multipart("delivery-status", group(), "")).token == ""


def test_a_report_about_two_mails_is_refused() -> None:
    both = original(TOKENS[0], by="id").replace("Subject:", f"X-BZPEER-Mail: {TOKENS[1]}\nSubject:")
    assert refused(multipart("delivery-status", group(), both)) == "names more than one mail"


# Forms that servers give them


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/global", "MESSAGE/RFC822"])
def test_the_original_comes_in_several_kinds(kind: str) -> None:
    raw = bounce().replace(b"message/rfc822", kind.encode())
    assert parse(raw).token == TOKENS[0]


def test_line_ends_and_the_envelope_line_of_a_pipe_do_not_matter() -> None:
    raw = bounce()
    piped = b"From MAILER-DAEMON Sun Nov 22 04:44:07 2026\n" + raw
    assert parse(raw) == parse(raw.replace(b"\n", b"\r\n")) == parse(piped)


@pytest.mark.parametrize(
    ("name", "encode"), [("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring)]
)
def test_encoded_parts_are_decoded(name: str, encode: object) -> None:
    assert callable(encode)
    coded = encode(original().replace("\n", "\r\n").encode())
    head = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: {name}\n\n".encode()
    plain = f"Content-Type: message/rfc822\n\n{original()}".encode()
    assert parse(bounce().replace(plain, head + coded)).token == TOKENS[0]


def test_an_inner_boundary_that_begins_like_the_outer_ends_nothing() -> None:
    inner = original().replace("Good morning.", "--b01\nContent-Type: text/plain\n\nx\n--b01--")
    assert parse(multipart("delivery-status", group(), inner)).token == TOKENS[0]


# What is no report


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "has no header"),
        (b"\n\nhello", "has no header"),
        (b"\0\xff\xfe" * 9, "has no header"),
        (b"Subject: out of office\n\nBack on Monday.", "is text/plain, not a report"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x--", "is multipart/mixed, not a report"),
        (bounce().replace(b"=delivery-status", b"=disposition-notification"),
         "is neither about a delivery nor about unwanted mail"),
        (bounce().replace(b"boundary=", b"border="), "names no boundary between its parts"),
        (bounce().replace(b"message/delivery-status", b"text/html"),
         "lacks the part that is for machines"),
        (bounce().replace(b'boundary="b0"', b'boundary="b9"'),
         "lacks the part that is for machines"),
        (multipart("delivery-status", "\n\n", original()),
         "says nothing in the part that is for machines"),
        (bounce(*[group()] * (MOST_RECIPIENTS + 1)), "names more than 50 recipients"),
        (multipart("delivery-status", group(), "").replace(
            b"text/plain", b"text/plain\nContent-Transfer-Encoding: base64\nX: y"),
         "has a part that is no base64"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    assert refused(raw) == reason


HOSTILE = {
    "20 MB": (b"a: b\n\n" + b"x" * 20_000_000, "is larger than a megabyte"),
    "parts": (bounce() + b"--b0\n\n" * 100_000, f"has more than {MOST_PARTS} parts"),
    "parts before": (
        bounce().replace(b"--b0\n", b"--b0\n\n" * 100_000, 1),
        f"has more than {MOST_PARTS} parts",
    ),
    "fields": (
        b"".join(b"A%d: b\n" % n for n in range(90_000)) + bounce(),
        "has a header of more than 64 kB",
    ),
    "folds": (b"Subject: a\n" + b" \n" * 400_000 + bounce(), "has a header of more than 64 kB"),
    "parameters": (
        bounce().replace(b"report-type", b";" * 60_000 + b"report-type"),
        "is neither about a delivery nor about unwanted mail",
    ),
    "quotes": (
        bounce().replace(b"report-type", b'a="\\"' * 12_000 + b"; report-type"),
        "is neither about a delivery nor about unwanted mail",
    ),
    "boundary": (
        bounce().replace(b"b0", b"b" * 30_000),
        "lacks the part that is for machines",
    ),
    "blank lines": (
        multipart("delivery-status", " \n" * 200_000, original()),
        "says more than 64 kB for machines",
    ),
    "spaces": (
        multipart("delivery-status", f"a:b\n{' ' * 60_000}x", original()),
        "",
    ),
    "original": (
        multipart("delivery-status", group(), "A: b\n" * 200_000),
        "has a header of more than 64 kB",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_takes_no_more_memory_than_a_few_copies_of_itself(name: str) -> None:
    raw, reason = HOSTILE[name]
    tracemalloc.start()
    try:
        said = "" if not reason and parse(raw) else refused(raw)
        assert tracemalloc.get_traced_memory()[1] < 8 * LARGEST
    finally:
        tracemalloc.stop()
    assert said == reason


def test_mail_in_mail_in_mail_is_not_followed() -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="n"\n\n--n\n' for _ in range(20_000))
    raw = bounce().replace(b"I am sorry to have to tell you.", deep)
    assert parse(raw) == parse(bounce())


NOISE = st.sampled_from(
    (b"\n", b"\r\n", b"--b0", b"--b0--", b"--", b":", b";", b'"', b"Content-Type: ",
     b"message/rfc822", b"multipart/report; boundary=b0", b"report-type*0*=utf-7''x", b"=?x?b?!?=",
     b"\0", b"\xff", b"Content-Transfer-Encoding: base64\n")
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 900), NOISE), max_size=12), st.integers(0, 900))
def test_a_broken_report_is_read_or_refused_and_nothing_else(
    edits: list[tuple[int, bytes]], cut: int
) -> None:
    raw = bounce() if cut % 2 else complaint()
    for at, noise in edits:
        raw = raw[:at] + noise + raw[at:]
    with suppress(Unreadable):
        assert parse(raw[: len(raw) - cut // 9]).token in ("", TOKENS[0])


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    refused(raw)


# Statuses


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 <a@b.c> no such user", "5.1.1"),
        ("550-5.1.1 The account does not exist", "5.1.1"),
        ("554 listed: 5.1.1.7", ""),
        ("554 from 192.5.1.1", ""),
        ("#5.1.0 rejected", "5.1.0"),
        ("version 3.1.1", ""),
        ("", ""),
    ],
)
def test_a_status_is_found_in_what_a_server_says(text: str, status: str) -> None:
    assert status_in(text) == status


@given(st.integers(0, 6), st.integers(0, 9), st.integers(0, 99))
def test_nothing_but_class_five_is_for_good(kind: int, subject: int, detail: int) -> None:
    status = f"{kind}.{subject}.{detail}"
    assert not for_good(status) or (kind == 5 and subject in (0, 1, 2, 4))
