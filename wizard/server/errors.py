"""What is answered when something is wrong: a page in words, and the right status."""

import logging
import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wizard.server import outages

logger = logging.getLogger(__name__)

RETRY_AFTER = 5
"""Seconds after which to try again while the database is away."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the page was open for too long, or somebody else's."""
    return forbidden(request)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever went wrong, wherever: Django calls this while it handles the exception."""
    error = sys.exception()
    if outages.is_fault(error):
        return unavailable(request, error)
    return render(request, "500.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """The database is away, busy or damaged."""
    logger.error("%s cannot be answered without the database: %s", request.path, error)
    response = render(request, "wizard/unavailable.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    # Said in one line above; Django would repeat how it came to it for each request.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response
