"""The rules of a harvest: what an answer means, and where the next request goes."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import oai
from works.domain.harvest import following
from works.domain.harvest.answers import (
    LONGEST_BACKOFF_S,
    LONGEST_WAIT_S,
    backoff,
    http_verdict,
    plain,
    redirected,
    retry_after,
)
from works.domain.harvest.cursors import CROSSREF, OPENALEX
from works.domain.harvest.oai import ARXIV, FORMATS, subject
from works.domain.harvest.values import (
    Later,
    Moved,
    Nothing,
    Page,
    Place,
    Protocol,
    Refusal,
    Reply,
    Scope,
    Stale,
    Verdict,
)

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
BASE = "https://example.org/oai"
SHARED = Path(os.environ.get("BZPEER_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
FIRST, SECOND = Place(), Place(token="a token")


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> Reply:
    data = body.encode() if isinstance(body, str) else body
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, data)


def asked(protocol: Protocol, scope: Scope, place: Place, contact: str = "") -> dict[str, str]:
    """The query of the next request."""
    query = parse_qs(urlsplit(protocol.address(scope, place, contact)).query)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


# HTTP


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999999999", LONGEST_WAIT_S),
        ("Mon, 06 May 2024 12:02:00 GMT", 120.0),
        ("Monday, 06-May-24 12:02:00 GMT", 120.0),
        ("Mon, 06 May 2024 12:02:00 -0000", 120.0),
        ("Mon, 06 May 2024 11:00:00 GMT", 0.0),
        ("Fri, 06 May 2044 12:00:00 GMT", LONGEST_WAIT_S),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 400, None),
        ("Mon, 99 May 2024 12:02:00 GMT", None),
        ("Mon, 06 May 99999999999 12:02:00 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_retry_after_is_never_a_failure_and_never_too_long(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT_S


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (reply("busy", 503, retry_after="9"), Later),
        (reply("", 429), Later),
        (reply("", 500), Later),
        (reply("", 408), Later),
        (reply("", 302, location="/x"), Moved),
        (reply("<!DOCTYPE html><p>Maintenance"), Later),
        (reply("\n<HTML>"), Later),
    ],
)
def test_what_the_form_of_an_answer_says(given: Reply, kind: type[Verdict]) -> None:
    assert isinstance(http_verdict(given, NOW), kind)


def test_a_server_s_wish_to_be_left_alone_is_kept() -> None:
    assert http_verdict(reply("", 503, retry_after="9"), NOW) == Later("the server answers 503", 9)


def test_an_answer_worth_reading_has_no_verdict_yet() -> None:
    assert http_verdict(reply(oai.answer()), NOW) is None
    assert http_verdict(reply("{}", 404), NOW) is None


def test_waits_grow_to_a_limit() -> None:
    waits = [backoff(failures) for failures in range(1, 40)]
    assert waits[:3] == [5, 10, 20]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_BACKOFF_S


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/elsewhere?a=b", "https://example.org/elsewhere?a=b"),
        ("https://example.org/x", "https://example.org/x"),
        ("http://example.org/oai", ""),
        ("https://example.org:8443/oai", ""),
        ("https://other.example/oai", ""),
        ("//169.254.169.254/", ""),
        ("http://127.0.0.1/", ""),
        ("file:///etc/passwd", ""),
        ("https://user@example.org/oai", ""),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_a_redirect_stays_with_its_server(location: str, target: str) -> None:
    assert redirected(BASE, location) == target


def test_a_redirect_may_turn_to_https() -> None:
    assert redirected("http://a.example/x", "https://a.example/y") == "https://a.example/y"


def test_a_stranger_s_words_fit_on_a_line() -> None:
    assert plain("a\n\tb\x00\x1b[31m" + "c" * 999)[:8] == "a b [31m"
    assert len(plain("x" * 999)) == 200


# Places


def test_a_page_moves_on_and_what_it_saw_last_is_known() -> None:
    page = Page(2, "t2", dates=("2024-01-01", "2024-01-02"))
    place = following.onward(Place(since="2023-12-31", setbacks=2), page, NOW)
    assert place == Place("t2", "", "2023-12-31", "2024-01-02", ordered=True, setbacks=0)
    assert following.onward(place, Page(0, "t3"), NOW).latest == "2024-01-02"


def test_a_datestamp_of_the_future_hides_nothing() -> None:
    place = following.onward(Place(), Page(1, "", dates=("9999-12-31",)), NOW)
    assert place.latest == "2024-05-06"
    assert following.again(place) == Place(since="2024-05-06")


def test_a_stale_token_leads_back_to_the_day_that_was_reached() -> None:
    place = Place("t", "", "2024-01-01", "2024-03-01")
    assert following.back(place) == Place("", "", "2024-03-01", "2024-03-01", setbacks=1)


@pytest.mark.parametrize(
    "dates", [("2024-01-02", "2024-01-01"), ("2023-06-01",)], ids=["within", "between"]
)
def test_without_order_a_stale_token_leads_back_to_the_beginning(dates: tuple[str, ...]) -> None:
    seen = Place("t", "", "2023-01-01", "2024-01-01")
    place = following.onward(seen, Page(2, "t2", dates=dates), NOW)
    back = following.back(place)
    assert back is not None
    assert back.since == "2023-01-01"


def test_a_server_that_refuses_all_its_tokens_is_given_up() -> None:
    place: Place | None = Place("t", "", "2024-01-01", "2024-01-01")
    steps = 0
    while place:
        place, steps = following.back(place), steps + 1
    assert steps == following.SETBACKS + 1


def test_the_same_token_again_is_a_circle() -> None:
    assert following.goes_round(Place("t"), Page(5, "t"))
    assert not following.goes_round(Place("t"), Page(5, "u"))
    assert not following.goes_round(Place(""), Page(5, ""))


@pytest.mark.parametrize(
    ("end", "later", "expired"),
    [
        ("2024-05-06T13:00:00Z", timedelta(minutes=59), False),
        ("2024-05-06T13:00:00Z", timedelta(minutes=60), True),
        ("2024-05-06T13:00:00", timedelta(minutes=60), True),
        ("2024-05-06T15:00:00+02:00", timedelta(minutes=60), True),
        ("2024-05-06T11:00:00Z", timedelta(days=9), False),  # over when it came: a wrong clock
        ("tomorrow", timedelta(days=9), False),
        ("", timedelta(days=9), False),
    ],
)
def test_a_token_ends_when_its_server_said(end: str, later: timedelta, expired: bool) -> None:
    place = following.onward(Place(), Page(1, "t", end), NOW)
    assert following.is_expired(place, NOW + later) == expired


DAYS = st.dates(datetime(2020, 1, 1).date(), datetime(2024, 5, 6).date()).map(str)


@given(st.lists(st.lists(DAYS, max_size=4), min_size=1, max_size=6), DAYS)
def test_going_back_never_leaves_out_a_record(pages: list[list[str]], since: str) -> None:
    """Whatever comes in whatever order: a list that begins where we go back to has all that a list
    in the order of datestamps would still bring."""
    place, listed = following.start(since), [max(d, since) for page in pages for d in page]
    at = 0
    for number, page in enumerate(pages):
        at += len(page)
        dates = tuple(listed[at - len(page) : at])
        place = following.onward(place, Page(len(page), f"t{number}", dates=dates), NOW)
    back = following.back(place)
    assert back is not None
    if listed == sorted(listed):
        assert all(day <= back.since for day in listed)
    else:
        assert back.since == since


# OAI-PMH

CS = Scope("arxiv", BASE, subject("cs"), "2024-01-01", "2024-02-01")


def test_the_first_request_names_the_set_and_its_days() -> None:
    assert asked(ARXIV, CS, following.start("2024-01-01")) == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "set": "cs",
        "from": "2024-01-01",
        "until": "2024-02-01",
    }


def test_the_richest_format_is_asked_for() -> None:
    assert FORMATS == ["arXivRaw", "arXiv", "arXivOld", "oai_dc"]


def test_a_token_is_asked_for_alone() -> None:
    token = "a&b=c|d é+"
    assert asked(ARXIV, CS, Place(token)) == {"verb": "ListRecords", "resumptionToken": token}


def oai_page(token: str = "", *records: bytes) -> bytes:
    return oai.answer(*(records or [oai.record()])).replace(
        b"</ListRecords>", f"{token}</ListRecords>".encode()
    )


@pytest.mark.parametrize(
    ("element", "token", "expires"),
    [
        ("<resumptionToken>abc</resumptionToken>", "abc", ""),
        ("<resumptionToken>\n a&amp;b&#x3d;1 \n</resumptionToken>", "a&b=1", ""),
        ("<oai:resumptionToken cursor='0'>x</oai:resumptionToken>", "x", ""),
        ("<resumptionToken expirationDate='2024-01-01T00:00:00Z'>x</resumptionToken>",
         "x", "2024-01-01T00:00:00Z"),
        ('<resumptionToken cursor="1" expires="soon" >x</resumptionToken >', "x", "soon"),
        ("<resumptionToken/>", "", ""),
        ("<resumptionToken completeListSize='2' />", "", ""),
        ("<resumptionToken></resumptionToken>", "", ""),
        ("<resumptionToken>  </resumptionToken>", "", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_the_way_on_is_read(element: str, token: str, expires: str) -> None:
    found = ARXIV.read(reply(oai_page(element)), FIRST)
    assert found == Page(1, token, expires, ("2024-05-06",))


def test_a_token_within_a_record_is_none() -> None:
    inner = f"<title>t</title>{oai.AUTHORS}<resumptionToken>no</resumptionToken>"
    found = ARXIV.read(reply(oai_page("", oai.record(inner=inner))), FIRST)
    assert found == Page(1, dates=("2024-05-06",))


def test_a_token_that_cannot_be_read_is_not_the_end() -> None:
    broken = "<resumptionToken><![CDATA[abc]]></resumptionToken>"
    assert isinstance(ARXIV.read(reply(oai_page(broken)), FIRST), Later)


def test_an_empty_page_with_a_token_goes_on() -> None:
    body = oai.answer().replace(
        b"</ListRecords>", b"<resumptionToken>x</resumptionToken></ListRecords>"
    )
    assert ARXIV.read(reply(body), SECOND) == Page(0, "x")


@given(st.integers(0, 10_000))
def test_an_answer_that_broke_off_is_never_taken_for_the_last(cut: int) -> None:
    body = oai_page("<resumptionToken>abc</resumptionToken>", oai.record(), oai.deletion("2401.1"))
    whole = len(body.rstrip())
    assert isinstance(ARXIV.read(reply(body[: min(cut, whole - 1)]), SECOND), Later)


def error(code: str) -> bytes:
    return (
        b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><request/>'
        b"<error code='%s'>no &lt;such&gt; thing</error></OAI-PMH>\n<!-- end -->" % code.encode()
    )


@pytest.mark.parametrize(
    ("code", "place", "status", "verdict"),
    [
        ("noRecordsMatch", FIRST, 200, Nothing()),
        ("noRecordsMatch", SECOND, 404, Nothing()),
        ("badResumptionToken", SECOND, 200, Stale("badResumptionToken: no <such> thing")),
        ("badResumptionToken", SECOND, 400, Stale("badResumptionToken: no <such> thing")),
        ("badResumptionToken", FIRST, 200, Refusal("badResumptionToken: no <such> thing")),
        ("badArgument", SECOND, 200, Stale("badArgument: no <such> thing")),
        ("badArgument", FIRST, 200, Refusal("badArgument: no <such> thing")),
        ("noSetHierarchy", SECOND, 200, Refusal("noSetHierarchy: no <such> thing")),
        ("cannotDisseminateFormat", FIRST, 200,
         Refusal("cannotDisseminateFormat: no <such> thing")),
        ("noSetHierarchy", FIRST, 200, Refusal("noSetHierarchy: no <such> thing")),
    ],
)  # fmt: skip
def test_errors_of_the_protocol(code: str, place: Place, status: int, verdict: Verdict) -> None:
    assert ARXIV.read(reply(error(code), status), place) == verdict


@pytest.mark.parametrize("body", ["", "{}", "plain text", "<rss/>", "\0\0\0", "<OAI-PMHX>"])
def test_what_is_no_oai_is_asked_for_again(body: str) -> None:
    assert isinstance(ARXIV.read(reply(body), FIRST), Later)


def test_a_status_that_refuses_is_believed_where_the_body_says_nothing() -> None:
    assert isinstance(ARXIV.read(reply("no", 403), SECOND), Refusal)
    assert isinstance(ARXIV.read(reply("no", 404), FIRST), Refusal)
    assert isinstance(ARXIV.read(reply("no", 410), SECOND), Stale)


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here")
def test_arxiv_s_own_answers() -> None:
    folder = SHARED / "arxiv-oai" / "responses"
    found = {path.stem: ARXIV.read(reply(path.read_bytes()), SECOND)
             for path in folder.glob("*.xml")}  # fmt: skip
    pages = {name: page.records for name, page in found.items() if isinstance(page, Page)}
    assert pages["ListRecords_arXivRaw_01"] == pages["ListRecords_oai_dc_01"] == 501
    assert pages["ListRecords_arXiv_set_cs"] == 3
    assert isinstance(found["error_cannotDisseminateFormat"], Refusal)
    assert isinstance(found["error_badResumptionToken"], Stale)


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here")
def test_other_servers_answers_are_read_without_a_failure() -> None:
    bodies = [path.read_bytes() for path in (SHARED / "oai-protocol").rglob("*.xml")]
    found = {type(ARXIV.read(reply(body), SECOND)) for body in bodies}
    assert found >= {Page, Nothing, Stale, Later}


# Cursors

LIST = Scope("openalex", "https://example.org/works", (("filter", "a:b,c:d|e"),))


def test_openalex_is_asked_with_a_cursor_and_told_who_asks() -> None:
    assert asked(OPENALEX, LIST, FIRST, "me@example.org") == {
        "filter": "a:b,c:d|e",
        "per-page": "200",
        "cursor": "*",
        "mailto": "me@example.org",
    }
    assert asked(OPENALEX, LIST, Place("x=="))["cursor"] == "x=="
    assert "mailto" not in asked(OPENALEX, LIST, FIRST)


def test_crossref_is_asked_in_the_order_of_its_index_dates() -> None:
    scope = Scope("crossref", BASE, (("filter", "prefix:10.1"), ("query", "bees")), until="2024-02")
    query = asked(CROSSREF, scope, following.start("2024-01-01"))
    assert query["filter"] == "prefix:10.1,from-index-date:2024-01-01,until-index-date:2024-02"
    assert (query["query"], query["sort"], query["order"]) == ("bees", "indexed", "asc")
    plain_list = Scope("crossref", BASE, (("query", "bees"),))
    assert "filter" not in asked(CROSSREF, plain_list, FIRST)


ITEM = '{"DOI":"10.1/a","indexed":{"date-time":"2024-03-04T05:06:07Z"}}'


@pytest.mark.parametrize(
    ("protocol", "body", "page"),
    [
        (OPENALEX, '{"meta":{"next_cursor":"n"},"results":[{},{}]}', Page(2, "n")),
        (OPENALEX, '{"meta":{"next_cursor":null},"results":[{}]}', Page(1)),
        (OPENALEX, '{"meta":{"next_cursor":"n"},"results":[]}', Page(0)),
        (OPENALEX, '{"results":[]}', Page(0)),
        (CROSSREF, f'{{"message":{{"next-cursor":"n","items":[{ITEM},{{}}]}}}}',
         Page(2, "n", dates=("2024-03-04",))),
        (CROSSREF, '{"message":{"items":[{"indexed":7},{"indexed":{"date-time":[]}},7]}}', Page(3)),
        (CROSSREF, '{"message":{"next-cursor":"n","items":[]}}', Page(0)),
    ],
)  # fmt: skip
def test_lists_behind_cursors(protocol: Protocol, body: str, page: Page) -> None:
    assert protocol.read(reply(body), SECOND) == page


@pytest.mark.parametrize("protocol", [OPENALEX, CROSSREF])
@pytest.mark.parametrize(
    ("body", "status", "place", "kind"),
    [
        ('{"results":[{"id":"W1"}', 200, FIRST, Later),
        ("", 200, FIRST, Later),
        ("[" * 100_000, 200, FIRST, Refusal),
        ('{"id":"W1"}', 200, FIRST, Refusal),
        ("[]", 200, FIRST, Refusal),
        ('{"error":"x","message":"bad filter"}', 400, FIRST, Refusal),
        ('{"error":"x","message":"bad cursor"}', 400, SECOND, Stale),
        ("", 404, SECOND, Stale),
        ('{"message":"no key"}', 403, SECOND, Refusal),
    ],
)
def test_answers_that_are_no_list(
    protocol: Protocol, body: str, status: int, place: Place, kind: type[Verdict]
) -> None:
    assert isinstance(protocol.read(reply(body, status), place), kind)


@pytest.mark.parametrize(
    "body", ['{"message":"not so"}', '{"message":[{"type":"x","message":"not so"}]}']
)
def test_a_refusal_repeats_the_server_s_own_words(body: str) -> None:
    verdict = CROSSREF.read(reply(body, 400), FIRST)
    assert verdict == Refusal("the server answers 400: not so")
