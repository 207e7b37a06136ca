"""A name server on this machine, which says what a test wants."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

# What it says of a name: records by their kind, or how it fails.
Zone = Mapping[str, Mapping[str, str] | str]


@contextmanager
def name_server(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks nobody else. "SILENT" is no answer at all, other words are codes."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked = dns.message.from_wire(self.request[0])
            said = zone.get(asked.question[0].name.to_text(omit_final_dot=True), "NXDOMAIN")
            if said != "SILENT":
                self.request[1].sendto(answer(asked, said).to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        try:
            yield resolver
        finally:
            server.shutdown()
            thread.join()


def answer(asked: dns.message.Message, said: Mapping[str, str] | str) -> dns.message.Message:
    found = dns.message.make_response(asked)
    found.flags |= dns.flags.RA
    if isinstance(said, str):
        found.set_rcode(dns.rcode.from_text(said))
        return found
    question = asked.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    if kind in said:
        found.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, said[kind]))
    return found
