"""Bytes that no honest client sends get an answer, and never a crash."""

from collections.abc import Callable
from itertools import product

import pytest
from django.core.wsgi import get_wsgi_application
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bzpeer.lib.charsets import refuse_charsets
from bzpeer.lib.requests import MAX_URL_PART
from profiles.models import User

PATHS = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/search/",
         "/accounts/login/code/", "/accounts/2fa/passkeys/login/",
         "/researchers/", "/static/css/site.css", "/accounts/password/reset/key/1-x/",
         "/institutions/north-05gq02987/", "/moderation/imports/", "/moderation/",
         "/invitations/", "/moderation/reports/", "/settings/collaboration/", "/moderation/events/",
         "/moderation/works/", "/moderation/mail/", "/topics/", "/moderation/suppressions/",
         "/notifications/unsubscribe/x/", "/topics/arxiv-cs-lg/follow/", "/explore/path/",
         "/conversations/", "/conversations/x/new/", "/messages/x/",
         "/collaborate/", "/institutions/north-05gq02987/correct/",
         "/topics/arxiv-cs-lg/correct/")  # fmt: skip
BAD = ("%00", "%ff", "%ed%a0%80", "%c3%28", "%F0%80%80%80", "a%00b", "%c0%80", "%fe%fe%ff%ff")
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"


def finish(response: HttpResponseBase) -> None:
    """Read a file to its end, which closes it."""
    if isinstance(response, StreamingHttpResponse):
        list(response)


@pytest.fixture
def site(client: Client, db: None) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(("path", "bad"), list(product(PATHS, BAD)))
def test_bad_bytes_in_an_address(site: Client, path: str, bad: str) -> None:
    for query in (f"q={bad}", f"{bad}=1", f"next=/{bad}", f"a=1&page={bad}"):
        response = site.generic("GET", path, QUERY_STRING=query)
        finish(response)
        if path.startswith("/static/"):
            assert response.status_code < 500
        else:
            assert response.status_code == 400
            assert "no sense to us" in response.content.decode()


@pytest.mark.parametrize(("path", "bad"), list(product(PATHS, BAD)))
def test_bad_bytes_in_a_path(site: Client, path: str, bad: str) -> None:
    response = site.get(f"{path}{bad}")
    assert 300 <= response.status_code < 500
    if "%00" in bad:
        assert response.status_code == 400 or path.startswith("/static/")


@pytest.mark.parametrize("path", ["/researchers/é/", "/researchers/李-abc1234/", "/names/Ω/"])
def test_other_scripts_are_no_bad_bytes(site: Client, path: str) -> None:
    assert site.get(path).status_code == 404
    assert site.get(f"{path}?q=é%20李").status_code == 404


@pytest.mark.parametrize(("path", "bad"), list(product(PATHS[:4], BAD)))
def test_bad_bytes_in_a_form(site: Client, path: str, bad: str) -> None:
    for body in (f"email={bad}", f"{bad}=x", f"login=a@x.org&password={bad}", f"next={bad}"):
        assert site.post(path, body, content_type=FORM).status_code == 400


@pytest.mark.parametrize("path", PATHS[1:4])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "--b",
        "--b--",
        "--b\r\n\r\n\r\n--b--",
        '--b\r\nContent-Disposition: form-data; name="email"\r\n\r\na\0b\r\n--b--\r\n',
        '--b\r\nContent-Disposition: form-data; name="ema\0il"\r\n\r\nx\r\n--b--\r\n',
        '--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n\udcff\udcfe\r\n--b--\r\n',
        '--b\r\nContent-Disposition: form-data; name="f"; filename="a\0"\r\n\r\nx\r\n--b--\r\n',
        '--b\r\nContent-Disposition: form-data; name="f"; filename="../../a"\r\n\r\nx\r\n--b--\r\n',
        '--b\r\nContent-Disposition: form-data; name="email"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--\r\n",
        "--b\r\n" + "X: y\r\n" * 3_000,
    ],
)
def test_broken_parts(site: Client, path: str, body: str) -> None:
    raw = body.encode("utf-8", "surrogateescape")
    response = site.generic("POST", path, raw, content_type=PARTS)
    assert response.status_code < 500
    if "\0" in body and "filename" not in body:
        assert response.status_code == 400


@pytest.mark.parametrize("path", PATHS[1:4])
@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 300,
        "multipart/form-data; boundary=\u00e9",
        "application/x-www-form-urlencoded; charset=utf-7",
        "application/x-www-form-urlencoded; charset=nothing",
        "application/json",
        ";;;;",
        "",
    ],
)
def test_odd_content_types(site: Client, path: str, kind: str) -> None:
    for method in ("GET", "POST"):
        response = site.generic(method, f"{path}?next=/x", b"email=a&next=b", content_type=kind)
        assert response.status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS[1:3])
@pytest.mark.parametrize("kind", [FORM, PARTS, "text/html"])
@pytest.mark.parametrize(
    ("charset", "status"),
    [("hex", 400), ("rot13", 400), ("idna", 400), ('"base64"', 400), ("utf-16", 400),
     ("UTF-8", 200), ('"utf-8"', 200)],
)  # fmt: skip
def test_codecs_that_are_no_text(path: str, kind: str, charset: str, status: int) -> None:
    seen: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        seen.append(status)
        return seen.append  # type: ignore[return-value]

    environ = RequestFactory()._base_environ(  # type: ignore[attr-defined]
        PATH_INFO=path, QUERY_STRING="next=/x", CONTENT_TYPE=f"{kind}; charset={charset}"
    )
    refuse_charsets(get_wsgi_application())(environ, start)
    assert seen[0].startswith(str(status))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": 'sessionid="aaaaaaaaaa\\000b"'},
        {"Cookie": "sessionid=\xff\xfe"},
        {"Cookie": "csrftoken=\\000; sessionid=" + "a" * 60_000},
        {"Cookie": 'messages="\\000\\377"'},
        {"Accept": "text/html," * 6_000},
        {"Accept-Language": "\xff" * 100},
        {"If-None-Match": '"' * 1_000},
        {"Origin": "http://[", "Referer": "http://["},
        {"HX-Request": "true", "HX-Current-URL": "%00\xff", "HX-Target": "\xff"},
        {"X-Forwarded-For": "\xff, ,,,", "X-Forwarded-Proto": "x"},
        {"Content-Length": "-1"},
        {"Content-Length": "x"},
        {"Range": "bytes=9-1,\xff"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_odd_headers(site: Client, path: str, headers: dict[str, str]) -> None:
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    if "Content-Length" in headers:
        environ["CONTENT_LENGTH"] = headers["Content-Length"]
    for method in ("GET", "POST"):
        response = site.generic(method, path, **environ)  # type: ignore[arg-type]
        finish(response)
        assert response.status_code < 500


@pytest.mark.parametrize("path", PATHS)
def test_too_long_and_too_many(site: Client, path: str) -> None:
    many = "&".join(f"p{number}=1" for number in range(10_000))
    long = "a" * (MAX_URL_PART + 1)
    answers = [site.generic("GET", path, QUERY_STRING=query) for query in (many, long)]
    answers += [site.get(path + "a" * 16_384), site.post(path, many, content_type=FORM)]
    for answer in answers:
        finish(answer)
        assert 400 <= answer.status_code < 500 or path.startswith("/static/")


@pytest.mark.parametrize(
    "text", ["�", "x\r\ny", "\u202e", "a" * 5_000, "%2500", "\U0010ffff", "{{"]
)
def test_odd_but_honest_text_is_no_bad_request(site: Client, text: str) -> None:
    assert site.post("/accounts/login/", {"login": text, "password": text}).status_code == 200
    assert site.get("/accounts/login/", {"next": text}).status_code == 200


@pytest.mark.parametrize(
    "method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "\u00e9", "GET "]
)
def test_odd_methods(site: Client, method: str) -> None:
    for path in PATHS:
        response = site.generic(method, path, b"email=%00", content_type=FORM)
        finish(response)
        assert response.status_code < 500


def test_a_signed_in_person_is_no_safer(site: Client) -> None:
    site.force_login(User.objects.create_user("ada@example.org", "x"))
    for bad in BAD:
        body = f"oldpassword={bad}"
        assert site.post("/accounts/password/change/", body, content_type=FORM).status_code == 400
        assert site.get(f"/accounts/?a={bad}").status_code == 400


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PATHS), st.binary(max_size=60), st.binary(max_size=60), st.booleans())
def test_any_bytes_at_all(site: Client, path: str, query: bytes, body: bytes, form: bool) -> None:
    kind = FORM if form else PARTS
    address = query.decode("latin-1").replace("\r", "").replace("\n", "")
    for response in (
        site.generic("GET", path, QUERY_STRING=address),
        site.generic("POST", path, body, content_type=kind),
    ):
        finish(response)
        assert response.status_code < 500
