"""Posts of visitors, who have no cookie: only from our own pages."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

SAFE = frozenset({"GET", "HEAD"})


def same_origin_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse, with 403, a post that another site has sent.

    Django's token needs a cookie. Browsers themselves say where a post comes from: in
    `Sec-Fetch-Site` (all since 2023) or else in `Origin` or `Referer`. What says
    nothing is refused. See https://words.filippo.io/csrf/.
    """

    @wraps(view)
    def checked(request: HttpRequest, **named: str) -> HttpResponse:
        if request.method not in SAFE and not _is_ours(request):
            raise PermissionDenied
        return view(request, **named)

    # It stands in for the token, whose check would need the cookie.
    exempt: Callable[..., HttpResponse] = csrf_exempt(checked)
    return exempt


def _is_ours(request: HttpRequest) -> bool:
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        scheme, host = urlsplit(sender)[:2]
    except ValueError:
        # What no browser sends, such as "http://[", is not ours.
        return False
    return (scheme, host) == (request.scheme, request.get_host())
