"""What stands between the server and the views."""

from collections.abc import Callable

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from wizard import views

READABLE = frozenset({"utf-8", "utf8", "us-ascii"})


class ReadableRequests:
    """Answers 400 to requests that claim a character set other than UTF-8.

    Django would raise while it reads their parameters, and raise again inside
    the page that tells of it: a bare 500. No browser sends such requests.
    """

    def __init__(self, get_response: Callable[[WSGIRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: WSGIRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip("\"' ").lower() not in READABLE:
            return views.bad_request(request)
        return self.get_response(request)
