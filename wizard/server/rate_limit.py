"""A rate limit: how often one address may do what costs us something.

An address is counted under a hash keyed for the day, and forgotten with the window.
"""

import hashlib
import hmac
import math
import time
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


def wait(request: HttpRequest, what: str, rate: str) -> int:
    """Count one attempt. Returns the seconds to wait until the next is allowed; 0 if this one is.

    `what` names the thing that is counted, `rate` says how often, as in "30/hour"; "" is
    without a limit.
    """
    if not rate:
        return 0
    limit, who = _limit(rate), _who(request)
    if _limiter().hit(limit, what, who):
        return 0
    window = _limiter().get_window_stats(limit, what, who)
    return max(1, math.ceil(window.reset_time - time.time()))


def forget() -> None:
    """Start counting anew. Only tests need it."""
    _limiter.cache_clear()


@lru_cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


@lru_cache
def _limit(rate: str) -> RateLimitItem:
    return parse(rate)


def _who(request: HttpRequest) -> str:
    day = timezone.localdate().isoformat()
    counted = f"{day} {_address(request)}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), counted, hashlib.sha256).hexdigest()


def _address(request: HttpRequest) -> str:
    """The visitor's address: told by the last TRUSTED_PROXIES proxies, whatever comes before."""
    hops = settings.TRUSTED_PROXIES
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if hops and len(told) >= hops:
        return told[-hops].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
