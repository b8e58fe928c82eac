"""For whoever watches the server: whether it answers, and whether it can do its work."""

from http import HTTPStatus

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wizard import editions

PLAIN = "text/plain; charset=utf-8"


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Whether this process answers."""
    return HttpResponse("ok\n", content_type=PLAIN)


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and something is published."""
    try:
        published = bool(editions.refresh().numbers)
    except Error:
        published = False
    if published:
        return HttpResponse("ready\n", content_type=PLAIN)
    return HttpResponse("not ready\n", status=HTTPStatus.SERVICE_UNAVAILABLE, content_type=PLAIN)
