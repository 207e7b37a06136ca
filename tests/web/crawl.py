"""Reading a site as a visitor would who opens every link."""

from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from django.http.response import HttpResponseBase
from django.test import Client

from tests.web.dom import Page, html

OURS = "http://testserver"


def targets(address: str, shown: Page) -> set[str]:
    """Where a page leads inside the site: links, what HTMX loads, and forms that only read.

    The piece with the graph is left out: until it is drawn, it leads to itself.
    """
    found = shown.links()
    found += [e["href"] for e in shown.all("link") if not e["href"].startswith("/static/")]
    found += [e["hx-get"] for e in shown.elements if "hx-get" in e.attributes]
    found += [e["action"] for e in shown.all("form") if e.attributes.get("method", "get") != "post"]
    whole = (urldefrag(urljoin(OURS + address, link))[0] for link in found)
    inside = {link.removeprefix(OURS) for link in whole if urlsplit(link).netloc == "testserver"}
    return {link for link in inside if "/graph/slice/" not in link}


def crawl(client: Client, start: str = "/") -> Iterator[tuple[str, HttpResponseBase]]:
    """Every address that can be reached from one, with its answer; redirects are followed."""
    seen, waiting = {start}, [start]
    while waiting:
        address = waiting.pop()
        response = client.get(address, follow=True)
        yield address, response
        if response["Content-Type"].startswith("text/html"):
            new = targets(address, Page(html(response))) - seen
            seen |= new
            waiting += sorted(new)
