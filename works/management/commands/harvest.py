"""Harvest works from a source's own server. Exit 0: done, or stopped at --pages; 1: it could not
be; 2: usage."""

import ipaddress
import re
from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bzpeer.lib import outbound
from works.domain.harvest.cursors import CROSSREF, OPENALEX
from works.domain.harvest.oai import ARXIV, FORMATS, subject
from works.domain.harvest.values import Protocol, Scope
from works.harvest import checkpoints
from works.harvest.client import asking, mail_address
from works.harvest.clock import Clock, SystemClock
from works.harvest.service import Bounds, Means, Outcome, harvest
from works.management.commands.import_works import summary
from works.models.harvest import BASE_CHARACTERS, SUBJECT_CHARACTERS

PROTOCOLS = {protocol.slug: protocol for protocol in (ARXIV, OPENALEX, CROSSREF)}
SET = re.compile(r"[A-Za-z0-9_.!~*'():-]{1,100}")

NO_CONTACT = (
    "HARVEST_CONTACT is not set: a mail address or a web page, so that the people behind the "
    "server know whom to write to"
)


class Command(BaseCommand):
    help = "Harvest works from a source's server; goes on where it stopped."
    requires_migrations_checks = False
    clock: Clock = SystemClock()

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="source", metavar="SOURCE", required=True)
        arxiv = kinds.add_parser("arxiv", help="arXiv, over OAI-PMH")
        arxiv.add_argument(
            "--set", required=True, help="as the server names it: cs, physics:hep-th"
        )
        arxiv.add_argument("--format", choices=FORMATS, default=FORMATS[0])
        openalex = kinds.add_parser("openalex", help="OpenAlex's list of works")
        openalex.add_argument("--filter", required=True, help="as OpenAlex writes it")
        crossref = kinds.add_parser("crossref", help="Crossref's list of works")
        crossref.add_argument("--filter", default="", help="as Crossref writes it")
        crossref.add_argument("--query", default="", help="words")
        for kind in (arxiv, crossref):
            kind.add_argument("--from", type=day, dest="start", metavar="YYYY-MM-DD")
            kind.add_argument("--until", type=day, metavar="YYYY-MM-DD")
        for slug, kind in kinds.choices.items():
            kind.add_argument("--base-url", default=PROTOCOLS[slug].base_url, metavar="URL")
            kind.add_argument("--pages", type=positive, help="stop behind so many")

    def handle(self, *args: object, **options: Any) -> None:
        begun = monotonic()
        protocol = PROTOCOLS[options["source"]]
        scope = scope_of(protocol, options)
        means = self.means(scope.base_url, own_server=scope.base_url != protocol.base_url)
        try:
            outcome = harvest(protocol, scope, means, Bounds(pages=options["pages"]))
        except checkpoints.Busy as busy:
            raise CommandError(str(busy)) from None
        self.tell_end(outcome)
        self.stdout.write(summary(outcome.counts, monotonic() - begun))
        if outcome.error:
            raise CommandError(f"{outcome.error}; the next call goes on from here")

    def means(self, base_url: str, *, own_server: bool) -> Means:
        contact = settings.HARVEST_CONTACT
        if not contact and not is_near(base_url):
            raise CommandError(NO_CONTACT, returncode=2)
        ask = asking(contact, own_server=own_server)
        return Means(ask, self.clock, mail_address(contact), self.tell)

    def tell(self, line: str) -> None:
        self.stderr.write(line, self.style.NOTICE)

    def tell_end(self, outcome: Outcome) -> None:
        if not (outcome.finished or outcome.error):
            self.tell("stopped before the end of the list; the next call goes on from here")


def day(text: str) -> str:
    """An argument that is a day."""
    return date.fromisoformat(text).isoformat()


def positive(text: str) -> int:
    """An argument that is a whole number from 1."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def scope_of(protocol: Protocol, options: dict[str, Any]) -> Scope:
    """What is asked for; raises CommandError for usage that cannot be meant."""
    scope = Scope(
        protocol.slug,
        base_url(options["base_url"]),
        SUBJECTS[protocol.slug](options),
        options.get("start") or "",
        options.get("until") or "",
    )
    if scope.start and scope.until and scope.start > scope.until:
        raise CommandError("--from is later than --until", returncode=2)
    if protocol is ARXIV and not scope.start and checkpoints.found(scope) is None:
        wanted = f"nothing of the set {options['set']} was harvested yet: say --from YYYY-MM-DD"
        raise CommandError(wanted, returncode=2)
    return scope


def arxiv_subject(options: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    if not SET.fullmatch(options["set"]):
        raise CommandError(f"no such set: {options['set']!r}", returncode=2)
    return subject(options["set"], options["format"])


def list_subject(options: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    given = {name: options.get(name, "") for name in ("filter", "query")}
    if not any(given.values()):
        raise CommandError("say --filter or --query: not everything there is", returncode=2)
    found = tuple((name, value) for name, value in given.items() if value)
    if len(urlencode(found)) > SUBJECT_CHARACTERS:
        raise CommandError("the query is too long: split it", returncode=2)
    return found


SUBJECTS = {"arxiv": arxiv_subject, "openalex": list_subject, "crossref": list_subject}


def base_url(text: str) -> str:
    try:
        address = outbound.checked(text)
    except outbound.Forbidden as error:
        raise CommandError(f"--base-url: {error}", returncode=2) from None
    if address.query or address.fragment or len(text) > BASE_CHARACTERS:
        raise CommandError("--base-url is an address without a query", returncode=2)
    return str(address)


def is_near(url: str) -> bool:
    """Whether the server is on this machine or on a network of one's own."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost"
