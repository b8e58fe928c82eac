"""What stands between the server and the views."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.http.request import parse_header_parameters  # type: ignore[attr-defined]

from wizard.server import errors

UNREADABLE = "wizard.unreadable"
READABLE = frozenset({"", "utf-8", "utf8", "us-ascii"})

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


def mark_unreadable(application: Application) -> Application:
    """Wrap a WSGI application: requests in another character set than UTF-8 are marked.

    Django raises while it only looks at them, before any middleware runs, and the
    visitor gets a bare 500. Marked, and with the character set taken away, they
    arrive, and `RefuseUnreadable` answers. No browser sends such requests.
    """

    def marked(environ: Environ, start_response: Any) -> Iterable[bytes]:
        try:
            _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
            readable = parameters.get("charset", "").strip().lower() in READABLE
        except (LookupError, ValueError):
            readable = False
        if not readable:
            environ = environ | {"CONTENT_TYPE": "", UNREADABLE: True}
        return application(environ, start_response)

    return marked


class RefuseUnreadable:
    """Answers 400 to what `mark_unreadable` has marked, with a page and all headers."""

    def __init__(self, get_response: Callable[[WSGIRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: WSGIRequest) -> HttpResponse:
        if UNREADABLE in request.META:
            return errors.bad_request(request)
        return self.get_response(request)
