"""Which text a request may claim to be; without Django's apps, for it is asked before they run."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UTF_8 = ("utf-8", "utf8", "us-ascii")
REFUSED = "application/x-refused"


def refuse_charsets(application: "WSGIApplication") -> "WSGIApplication":
    """Stand in front of Django: it decodes the address, too, with the codec that a header names.

    With "hex" that is a crash before the first middleware; so such a type is marked as refused.
    """

    def guarded(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        if parameters.get("charset", "utf-8").lower() not in UTF_8:
            environ["CONTENT_TYPE"] = REFUSED
        return application(environ, start_response)

    return guarded
