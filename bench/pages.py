"""The researcher's page and its graph on the real server, against pages of their size."""

import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from django.utils.timezone import now

from bench.load import Load, Request
from bench.measure import Line, median_ratio
from bzpeer.supervisor import HOST, answers, running, site_commands, web_processes
from graph.slices import build
from works.models import Author
from works.researchers import leading_researchers

PAIRS = 9
BURST_S = 0.5
WHO = "/bench/worker/"
TARGETS = {"built anew": 0.15, "again": 0.5, "304": 0.65, "slice fragment": 0.5}


def measure(sample: str) -> Iterator[Line]:
    """`sample` is the slug of the sample's researcher; the corpus' most productive one follows."""
    slugs = {"sample": sample, "most works": leading_researchers(1)[0].slug}
    for author in Author.objects.filter(slug__in=slugs.values()):
        build(author.pk, now())
    with served() as port, closing(Load(HOST, port, WHO, web_processes())) as load:
        for name, slug in slugs.items():
            yield from _page(load, port, name, slug)
            yield from _slice(load, port, name, slug)


@contextmanager
def served() -> Iterator[int]:
    """The site as `make run` starts its web process, on a free port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    with running({"web": [*site_commands(port, os.environ)["web"], "--no-log"]}):
        while not answers(port):
            time.sleep(0.1)
        yield port


def _page(load: Load, port: int, name: str, slug: str) -> Iterator[Line]:
    page = f"/researchers/{slug}/"
    size, etag = fetch(port, page)
    yield from _compared(
        load,
        name,
        size,
        {
            # With a query it is never one that was kept since the last reader asked.
            "built anew": Request(f"{page}?anew"),
            "again": Request(page),
            "304": Request(page, 304, (("If-None-Match", etag),)),
            "works fragment": Request(f"{page}works/?anew", headers=(("HX-Request", "true"),)),
        },
    )


def _slice(load: Load, port: int, name: str, slug: str) -> Iterator[Line]:
    piece = f"/researchers/{slug}/graph/slice/"
    size, etag = fetch(port, piece)
    yield from _compared(
        load,
        name,
        size,
        {
            "slice fragment": Request(piece),
            "slice fragment's 304": Request(piece, 304, (("If-None-Match", etag),)),
        },
    )


def _compared(load: Load, name: str, size: int, asked: dict[str, Request]) -> Iterator[Line]:
    constant = Request(f"/bench/constant/{size}/")
    for what, request in asked.items():
        share = compare(load, request, constant)
        yield Line(f"{name}: {what} / constant", share, TARGETS.get(what))
    yield Line(f"{name}: bytes of {next(iter(asked))}", size)


def fetch(port: int, path: str) -> tuple[int, str]:
    """(length, ETag) of a page."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    with closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return len(response.read()), response.headers["ETag"]


def compare(load: Load, request: Request, constant: Request) -> float:
    """How many of these are answered in the time of one constant page."""
    for each in (request, constant):
        load.per_second(each, BURST_S)  # fills caches, and is not counted
    pairs = [
        (load.per_second(request, BURST_S), load.per_second(constant, BURST_S))
        for _ in range(PAIRS)
    ]
    return median_ratio(pairs)
