"""看着请求。 Every request has a number, is told in one line and is counted, whatever becomes of it."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from tongxin.web.counters import REQUESTS, SECONDS
from tongxin.web.logs import REQUEST

Answer = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("tongxin.requests")
HEADER: Final = "X-Request-ID"
GIVEN: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observe:
    """看一次请求。 Numbers a request (a proxy's number is taken over), tells of it by its route alone, and counts it.

    The answer carries the number, and so does every line written meanwhile: with it an engineer finds what a person met.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """放行并记下。 Pass on, and take down what came of it."""
        given = request.headers.get(HEADER, "")
        number = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
        mark, begins = REQUEST.set(number), time.perf_counter()
        try:
            response = self.get_response(request)
            _told(request, response.status_code, time.perf_counter() - begins)
        finally:
            REQUEST.reset(mark)
        response.headers[HEADER] = number
        return response


def _told(request: HttpRequest, status: int, seconds: float) -> None:
    found = request.resolver_match
    route = found.route if found else "none"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(route, method, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    log.info(
        "request",
        extra={
            "facts": {"method": method, "route": route, "status": status, "ms": round(seconds * 1_000, 1)}
        },
    )
