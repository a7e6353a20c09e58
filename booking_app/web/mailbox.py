"""One caught mail of the demo's mailbox, as its reader would see it."""

from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from booking_app.domain.errors import NotFound
from booking_app.services import mailbox

_POLICY = (
    "sandbox allow-top-navigation-by-user-activation allow-popups; default-src 'none';"
    " style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


async def caught_mail(request: Request) -> Response:
    """Answer with the HTML of a mail, in a sandbox; ``?part=ics`` gives its calendar file.

    Only on the machine itself: the demo's mails hold links that open appointments.
    """
    not_found = PlainTextResponse("Not found", 404, {"Cache-Control": "no-store"})
    if not _is_here(request):
        return not_found
    try:
        mail = await mailbox.read_mail(uid=request.path_params["uid"])
    except NotFound:
        return not_found
    if request.query_params.get("part") == "ics":
        return Response(
            mail.calendar,
            media_type="text/calendar; charset=utf-8",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": 'attachment; filename="invite.ics"',
            },
        )
    return HTMLResponse(
        mail.html, headers={"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
    )


def _is_here(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
