"""Who may do what in a conversation, and how plain text becomes paragraphs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain import conversations as rules
from claims.domain import messages
from claims.domain.conversations import Room, Seat, Written
from claims.domain.transitions import Refusal

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ADA, BOB, CY, EVE = 1, 2, 3, 9
PAIR = Room((Seat(ADA), Seat(BOB)))
CLOSED = Room((Seat(ADA), Seat(BOB)), open=False, closed_by=ADA)
LEFT = Room((Seat(ADA), Seat(BOB), Seat(CY, left=True)))
DELETED = Room((Seat(ADA), Seat(None)))
SWITCHED_OFF = Room((Seat(ADA), Seat(BOB)), switched_off=frozenset({BOB}))
FULL = Room(tuple(Seat(user) for user in range(1, rules.MOST_PEOPLE + 1)))


def code(found: Refusal | None) -> str:
    return found.code if found else "may"


@pytest.mark.parametrize(
    ("room", "user", "expected"),
    [
        (PAIR, ADA, "may"),
        (PAIR, EVE, "not_here"),
        (CLOSED, ADA, "closed"),
        (CLOSED, EVE, "not_here"),
        (LEFT, ADA, "may"),
        (LEFT, CY, "not_here"),
        (DELETED, ADA, "alone"),
        (SWITCHED_OFF, ADA, "alone"),
        (SWITCHED_OFF, BOB, "not_here"),
    ],
)
def test_who_may_write(room: Room, user: int, expected: str) -> None:
    assert code(rules.write_refusal(room, user)) == expected


@pytest.mark.parametrize(
    ("room", "user", "close", "reopen", "leave"),
    [
        (PAIR, ADA, "may", "open_already", "may"),
        (PAIR, EVE, "not_here", "not_here", "not_here"),
        (CLOSED, ADA, "closed", "may", "may"),
        (CLOSED, BOB, "closed", "not_closer", "may"),
        (LEFT, CY, "not_here", "not_here", "not_here"),
        (DELETED, ADA, "may", "open_already", "may"),
    ],
)
def test_who_may_close_open_again_and_leave(
    room: Room, user: int, close: str, reopen: str, leave: str
) -> None:
    refusals = (rules.close_refusal, rules.reopen_refusal, rules.leave_refusal)
    assert [code(one(room, user)) for one in refusals] == [close, reopen, leave]


def test_nobody_opens_a_conversation_again_in_which_nobody_else_is_left() -> None:
    room = Room((Seat(ADA), Seat(BOB, left=True)), open=False, closed_by=ADA)
    assert code(rules.reopen_refusal(room, ADA)) == "alone"


@pytest.mark.parametrize(
    ("room", "message", "user", "later", "expected"),
    [
        (PAIR, Written(ADA, NOW), ADA, 0, "may"),
        (PAIR, Written(ADA, NOW), ADA, 300, "may"),
        (PAIR, Written(ADA, NOW), ADA, 301, "too_late"),
        (PAIR, Written(ADA, NOW), BOB, 1, "not_author"),
        (PAIR, Written(None, NOW), ADA, 1, "not_author"),
        (PAIR, Written(ADA, NOW, reported=True), ADA, 1, "reported"),
        (CLOSED, Written(ADA, NOW), ADA, 1, "closed"),
        (LEFT, Written(CY, NOW), CY, 1, "not_here"),
    ],
)
def test_who_may_change_a_message(
    room: Room, message: Written, user: int, later: int, expected: str
) -> None:
    now = NOW + timedelta(seconds=later)
    assert code(rules.edit_refusal(room, message, user, now)) == expected


@pytest.mark.parametrize(
    ("room", "user", "person", "expected"),
    [
        (PAIR, ADA, CY, "may"),
        (PAIR, EVE, CY, "not_here"),
        (PAIR, ADA, BOB, "here_already"),
        (LEFT, ADA, CY, "here_already"),
        (CLOSED, ADA, CY, "closed"),
        (FULL, ADA, EVE, "full"),
    ],
)
def test_who_may_be_proposed(room: Room, user: int, person: int, expected: str) -> None:
    assert code(rules.add_refusal(room, user, person)) == expected


@given(st.sets(st.sampled_from([ADA, BOB, CY, EVE])))
def test_a_person_joins_only_when_everybody_agrees(agreed: set[int]) -> None:
    assert rules.asked(PAIR, agreed) == (agreed >= {ADA, BOB})
    assert rules.joins(PAIR, agreed, CY) == (agreed >= {ADA, BOB, CY})
    assert not rules.joins(CLOSED, agreed, CY)
    assert not rules.joins(FULL, agreed | FULL.here() | {EVE}, EVE)


@pytest.mark.parametrize(
    ("body", "expected"),
    [("", "empty"), ("x", "may"), ("x" * 10_000, "may"), ("x" * 10_001, "too_long")],
)
def test_how_long_a_message_is(body: str, expected: str) -> None:
    assert code(rules.body_refusal(body)) == expected


@given(st.integers(-3, 1_000))
def test_a_page_waits_longer_and_never_longer_than_a_minute(quiet: int) -> None:
    assert 3 <= rules.delay(quiet) <= rules.delay(quiet + 1) <= 60
    assert rules.delay(0) == 3 < rules.delay(1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("so $x^2$ it is", '<p>so <span class="tex">x<sup>2</sup></span> it is</p>'),
        ("see https://x.org/a_b~c--d?e=1&f=2 !", "<p>see https://x.org/a_b~c--d?e=1&amp;f=2 !</p>"),
        ("$$a\n= b$$\nnext", '<p><span class="tex">a = b</span><br>next</p>'),
        ("$$ never\nclosed", "<p>$$ never<br>closed</p>"),
        ("<b>x</b> & y<z", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y&lt;z</p>"),
        ("$x<y$ and $y>z$",
         '<p><span class="tex">x &lt; y</span> and <span class="tex">y &gt; z</span></p>'),
        ("write to ann@some.edu", "<p>write to ann@some.edu</p>"),
        ('<img src=x onerror="alert(1)">', '<p>&lt;img src=x onerror="alert(1)"&gt;</p>'),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("50% of genes", "<p>50% of genes</p>"),
    ],
)  # fmt: skip
def test_plain_text_as_paragraphs(body: str, expected: str) -> None:
    assert messages.html(body) == expected


@given(st.text(st.sampled_from("<>&\"'ab $\\{}^_/=:\nhtps."), max_size=200))
def test_no_tag_of_the_writer_comes_through(body: str) -> None:
    made = messages.html(f"<a href=x>{body}<script>")
    assert "<a" not in made
    assert "<script" not in made


@given(st.text(st.sampled_from("$\\[]ab\n"), max_size=60))
def test_lines_are_the_text_again(body: str) -> None:
    assert "\n".join(messages.lines(body)) == body


@given(st.text("ab \n", max_size=80))
def test_no_word_is_lost(body: str) -> None:
    shown = messages.html(body)
    for tag in ("<p>", "</p>", "<br>"):
        shown = shown.replace(tag, " ")
    assert shown.split() == body.split()
