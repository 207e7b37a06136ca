"""A link back: what a page says, whose page it is, and pages that are there to break the reader."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.domain.evidence.linkback import LinkFacts, assess, source_pages
from claims.domain.evidence.mailbox import Place
from claims.domain.evidence.page import MOST_STEPS, Seen, look

RECORD = "https://bzpeer.example/researchers/xue-lin-abc123/"
TOKEN = "bzpeer-0123456789abcdef0123456789abcdef"
MARKED = f"{RECORD}#{TOKEN}"


@pytest.mark.parametrize(
    ("html", "token", "link"),
    [
        (f"<p>My record: {TOKEN}.</p>", True, False),
        (f'<a rel="me" href="{MARKED}">me</a>', True, True),
        (f"<link rel='me' href='{MARKED}'>", True, True),
        (f'<A HREF={MARKED} REL="external ME">x</A>', True, True),
        (f'<a rel="me"\n href="{RECORD}">me</a>', False, True),
        (f'<a rel="me" href="{RECORD[:-1]}">me</a>', False, True),
        (f'<a href="{RECORD}">a record that I read</a>', False, False),
        (f'<a href="{MARKED}">me</a>', True, False),
        (f'<a rel="nofollow ugc me" href="{MARKED}">a comment</a>', False, False),
        (f'<a rel="me" href="{RECORD}x">another</a>', False, False),
        (f'<a rel="me" href="https://evil.example/?{RECORD}">x</a>', False, False),
        (f'<a rel="me" href="{MARKED}0">x</a>', False, False),
        (f"<p>{TOKEN}0</p>", False, False),
        (f"<p>x-{TOKEN}</p>", False, False),
        (f"<!-- {TOKEN} -->", False, False),
        (f'<!-- <a rel="me" href="{MARKED}"> -->', False, False),
        (f"<script>var t = '{TOKEN}'</script>", False, False),
        (f"<textarea>{TOKEN}</textarea>", False, False),
        (f"<title>{TOKEN}</title>", False, False),
        (f'<input value="{TOKEN}">', False, False),
        (f'<p title="><a rel=me href={MARKED}>">', False, False),
        (f'<a rel="me" href="https://x.example/" href="{MARKED}">', False, False),
        (f"<style>{TOKEN}</style><p>{TOKEN}</p>", True, False),
        (f"<p>&#98;{TOKEN[1:]}</p>", True, False),
        ("", False, False),
    ],
)
def test_what_a_page_says(html: str, token: bool, link: bool) -> None:
    assert look(html, RECORD, TOKEN) == Seen(token, link)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        '<a "',
        "<a '",
        "<!--",
        "<script>",
        "<script ",
        "<title",
        "&",
        "<a href=",
        '"',
        "x ",
    ],
)
def test_a_hostile_page_ends_and_shows_nothing(piece: str) -> None:
    assert look(piece * 200_000, RECORD, TOKEN) == Seen()


def test_a_page_of_too_many_pieces_is_read_in_part() -> None:
    long = "<b>" * (MOST_STEPS + 1)
    assert look(f"<p>{TOKEN}</p>{long}", RECORD, TOKEN).token
    assert not look(f"{long}<p>{TOKEN}</p>", RECORD, TOKEN).token


@given(st.text(alphabet="<>a/!-\"'= \nme&;#x", max_size=80))
def test_nothing_but_the_token_is_the_token(html: str) -> None:
    assert look(html, RECORD, TOKEN) == Seen()


UNI = Place(
    name="University of Somewhere",
    domains=("some.edu",),
    near=("somewhere-university.org",),
    last_year=2025,
    others=("Ann Lee", "Xiaoming Lin"),
)
FORMER = Place(name="Former College", domains=("former.edu",), last_year=2012)
FACTS = LinkFacts(
    url="",
    token=TOKEN,
    record_url=RECORD,
    today=date(2026, 11, 1),
    seen=Seen(token=True),
    names=("Xue Lin",),
    places=(UNI, FORMER),
    source_pages=source_pages({"https://xue.example/home/": "dblp"}),
)


@pytest.mark.parametrize(
    ("url", "strength", "reason"),
    [
        ("https://some.edu/people/xue-lin", "strong", "link_strong"),
        ("https://www.some.edu/~xuelin/", "strong", "link_strong"),
        ("https://people.some.edu/lin.xue.html", "strong", "link_strong"),
        ("https://xuelin.some.edu/", "strong", "link_strong"),
        ("https://www.somewhere-university.org/staff/xue-lin/", "strong", "link_strong"),
        ("https://xue.example/home", "strong", "link_strong"),
        ("http://xue.example/home/", "strong", "link_strong"),
        ("https://xue.example/home/other", "supporting", "link_unvouched"),
        ("https://some.edu/~xlin/", "supporting", "link_unnamed"),
        ("https://some.edu/~mallory/", "supporting", "link_unnamed"),
        ("https://some.edu/~mallory/xue-lin-pics/", "supporting", "link_unnamed"),
        ("https://some.edu/profile?name=xuelin", "supporting", "link_unnamed"),
        ("https://some.edu/xuelin?x=1", "supporting", "link_unnamed"),
        ("https://students.some.edu/xuelin", "supporting", "link_unnamed"),
        ("https://some.edu/alumni/xuelin", "supporting", "link_unnamed"),
        ("https://notsome.edu/xuelin", "supporting", "link_unvouched"),
        ("https://some.edu.evil.example/xuelin", "supporting", "link_unvouched"),
        ("https://former.edu/xuelin", "supporting", "link_unvouched"),
        ("https://github.example/xuelin", "supporting", "link_unvouched"),
        (f"https://some.edu/search/{TOKEN}", "none", "link_reflected"),
        ("https://some.edu/search?q=%2562zpeer" + TOKEN[6:], "none", "link_reflected"),
        ("https://[", "supporting", "link_unvouched"),
    ],
)
def test_whose_page_it_is(url: str, strength: str, reason: str) -> None:
    found = assess(msgspec.structs.replace(FACTS, url=url))
    assert (found.strength.value, found.reason) == (strength, reason)


@pytest.mark.parametrize(
    ("changes", "strength", "reason"),
    [
        ({"seen": None}, "none", "link_unread"),
        ({"seen": None, "error": "no answer"}, "none", "link_unreachable"),
        ({"seen": Seen()}, "none", "link_absent"),
        ({"seen": Seen(link=True)}, "supporting", "link_no_token"),
    ],
)
def test_what_was_seen(changes: dict[str, Any], strength: str, reason: str) -> None:
    url = "https://some.edu/people/xue-lin"
    found = assess(msgspec.structs.replace(FACTS, url=url, **changes))
    assert (found.strength.value, found.reason) == (strength, reason)
    assert found.missing


def test_who_vouches() -> None:
    by_domain = assess(msgspec.structs.replace(FACTS, url="https://www.some.edu/xuelin"))
    by_source = assess(msgspec.structs.replace(FACTS, url="https://xue.example/home"))
    assert (by_domain.voucher, by_source.voucher) == ("domain:some.edu", "source:dblp")
    assert by_domain.recheck_after == date(2026, 12, 1)
