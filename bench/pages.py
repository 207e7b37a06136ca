"""The researcher's page on the real server, against a page of its size that costs nothing."""

import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bench.load import Load, Request
from bench.measure import Line, median_ratio
from bzpeer.supervisor import HOST, answers, running, site_commands
from works.queries import leading_researchers

PAIRS = 9
BURST_S = 0.5
TARGETS = {"built anew": 0.15, "304": 0.65, "works fragment": None}


def measure(sample: str) -> Iterator[Line]:
    """`sample` is the slug of the sample's researcher; the corpus' most productive one follows."""
    with served() as port, closing(Load(HOST, port)) as load:
        yield from _page(load, port, "sample", sample)
        yield from _page(load, port, "most works", leading_researchers(1)[0].slug)


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
    constant = Request(f"/bench/constant/{size}/")
    asked = {
        "built anew": Request(page),
        "304": Request(page, 304, (("If-None-Match", etag),)),
        "works fragment": Request(f"{page}works/", headers=(("HX-Request", "true"),)),
    }
    for what, request in asked.items():
        yield Line(f"{name}: {what} / constant", compare(load, request, constant), TARGETS[what])
    yield Line(f"{name}: bytes", size)


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
