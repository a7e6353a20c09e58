"""The visit as a file for the patient's own calendar."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from booking_app import clock
from booking_app.domain.errors import NotFound
from booking_app.services import managing
from booking_app.web import visitors


async def calendar_file(request: Request) -> Response:
    """Answer with the calendar file, to a browser that may see the visit.

    Calendar programs ask with HEAD first.
    """
    visitor = visitors.of_request(request)
    try:
        uid = str(UUID(request.path_params["uid"]))
        content = await managing.calendar_bytes(
            visitor=visitor, appointment_uid=uid, now=clock.utc_now()
        )
    except (ValueError, NotFound):
        return PlainTextResponse("Not found", 404, {"Cache-Control": "no-store"})
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="appointment.ics"',
            "Cache-Control": "no-store",
        },
    )
