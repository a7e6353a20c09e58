"""Addresses that people are given: the clinic's booking page, and the link in a mail.

The link in a mail is a secret. It is exchanged here for a grant that belongs to the browser's
cookie, and the browser goes on to an address that is no secret.
"""

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from booking_app import clock, routes
from booking_app.domain.errors import LinkEnded, TooManyTries
from booking_app.i18n import pgettext
from booking_app.services import access, clinics
from booking_app.web import visitor_cookie, visitors

_PREFILLED = ("type", "clinician", "location")
_MAX_VALUE = 100
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PRIVATE = {"Cache-Control": "no-store"}
_MINUTE_SECONDS = 60


async def booking_page(request: Request) -> Response | None:
    """Send the visitor of a clinic's address on to the first step of booking there."""
    clinic = await clinics.find_clinic(slug=request.path_params["clinic"])
    if clinic is None:
        return None
    asked = request.query_params
    kept = {
        name: asked[name]
        for name in _PREFILLED
        if len(asked.get(name, "")) <= _MAX_VALUE and name in asked
    }
    return RedirectResponse(
        routes.with_query(routes.BOOK, clinic=clinic.slug, **kept),
        303,
        {"Cache-Control": "no-cache"},
    )


async def manage_link(request: Request) -> Response:
    """Exchange the link in a mail for this browser's grant to see the appointment.

    Only a person's own visit does: a HEAD request asks nothing, and what a browser or a mail
    program fetches ahead is not looked at. Unknown, damaged, ended and revoked links all get
    the same answer.
    """
    if request.method == "HEAD":
        return Response(headers=_PRIVATE)
    if _is_fetched_ahead(request):
        return Response(status_code=503, headers=_PRIVATE)
    value = visitor_cookie.read(request.headers.get("cookie", ""))
    cookie = value or visitor_cookie.new_value()
    answer = await _exchange(request, cookie)
    if not value:
        answer.headers.append("Set-Cookie", visitor_cookie.header_of(cookie))
    return answer


async def _exchange(request: Request, cookie: str) -> Response:
    # Some programs end an address with a slash; no token has one.
    token = request.path_params["token"].rstrip("/")
    try:
        uid = await access.exchange_manage_link(
            visitor=visitors.of_request(request, cookie_value=cookie),
            # What cannot be a token counts as a wrong one.
            token=token if _TOKEN.fullmatch(token) else "",
            now=clock.utc_now(),
        )
    except LinkEnded:
        return RedirectResponse(routes.LINK_ENDED, 303, _PRIVATE)
    except TooManyTries as refusal:
        return await _wait(int(refusal.values["n"]))
    return RedirectResponse(routes.with_query(routes.MANAGE, a=uid), 303, _PRIVATE)


async def _wait(minutes: int) -> Response:
    """Say how long to wait, and the number to call where there is only one it can be."""
    clinic = await clinics.find_only_clinic()
    if clinic is None:
        text = pgettext(
            "sys.rate_no_phone", "You have tried many times. Please wait {n} minutes."
        ).format(n=minutes)
    else:
        text = pgettext(
            "sys.rate",
            "You have tried many times. Please wait {n} minutes or call {clinic_phone}.",
        ).format(n=minutes, clinic_phone=clinic.phone)
    wait = {"Retry-After": str(minutes * _MINUTE_SECONDS)}
    return PlainTextResponse(text, 429, _PRIVATE | wait)


def _is_fetched_ahead(request: Request) -> bool:
    asked = (
        request.headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")
    )
    return any("prefetch" in value.lower() or "preview" in value.lower() for value in asked)
