"""Whether a domain takes mail at all, as its name servers say."""

import dns.name
import dns.resolver
from dns.exception import DNSException

GIVEN_S = 5.0


def takes_mail(domain: str) -> bool | None:
    """None where nobody could say: name servers that are away or broken say nothing of it."""
    try:
        name = dns.name.from_text(domain)
        return _takes_mail(resolver(), name)
    except dns.resolver.NXDOMAIN:
        return False
    except (DNSException, UnicodeError, OSError):
        return None


def resolver() -> dns.resolver.Resolver:
    """Asks the servers that this machine asks. Raises DNSException where it knows of none."""
    return dns.resolver.Resolver()


def _takes_mail(ask: dns.resolver.Resolver, name: dns.name.Name) -> bool:
    """RFC 5321 falls back to the address of the host; RFC 7505 has a way to refuse all mail."""
    try:
        hosts = ask.resolve(name, "MX", lifetime=GIVEN_S)
    except dns.resolver.NoAnswer:
        return any(_has(ask, name, kind) for kind in ("A", "AAAA"))
    return any(host.exchange != dns.name.root for host in hosts)


def _has(ask: dns.resolver.Resolver, name: dns.name.Name, kind: str) -> bool:
    try:
        return bool(ask.resolve(name, kind, lifetime=GIVEN_S))
    except dns.resolver.NoAnswer:
        return False
