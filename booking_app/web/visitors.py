"""Who asks over plain HTTP: the same visitor that the gate knows on the websocket."""

from starlette.requests import HTTPConnection

from booking_app.domain.actors import Visitor
from booking_app.web import visitor_cookie
from booking_app.web.arguments import is_storable
from booking_app.web.client_address import address_hash

_MAX_USER_AGENT = 300


def visitor(*, session_key: str, address: str, user_agent: str) -> Visitor:
    """Return the visitor with a session, at an address, with what the browser calls itself."""
    agent = user_agent[:_MAX_USER_AGENT]
    return Visitor(
        session_key=session_key,
        address_hash=address_hash(address),
        user_agent=agent if is_storable(agent) else "",
    )


def of_request(request: HTTPConnection, *, cookie_value: str | None = None) -> Visitor:
    """Return who made a request; with ``cookie_value`` as if it had brought that cookie."""
    value = visitor_cookie.read(request.headers.get("cookie", ""))
    return visitor(
        session_key=visitor_cookie.session_key(value if cookie_value is None else cookie_value),
        address=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", ""),
    )
