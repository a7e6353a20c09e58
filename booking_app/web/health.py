"""Tells a load balancer or a watchdog whether this process can serve."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from booking_app.services import health


async def healthz(_request: Request) -> Response:
    """Answer 200 when the database can be reached, else 503; nothing more is said."""
    is_well = await health.is_database_reachable()
    return PlainTextResponse(
        "ok" if is_well else "unavailable",
        200 if is_well else 503,
        {"Cache-Control": "no-store"},
    )
