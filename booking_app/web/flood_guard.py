"""Looks at what a websocket sends before Reflex does.

Reflex writes thirteen lines into the log for an event it does not know, with all that was
sent, and raises on an address it cannot parse. Here such frames end without a trace, and what
goes on has the shape that Reflex's own client gives it. On the way out, an update leaves only
through a socket whose cookie the gate has seen.
"""

from typing import Any, Protocol

import reflex as rx
from reflex.state import StateUpdate
from reflex_base.registry import RegistrationContext

from booking_app.web import live
from booking_app.web.arguments import is_storable

_MAX_ADDRESS = 2_000
_MAX_QUERY_FIELDS = 20
_MAX_SCHEMA = 64
_UNKNOWN_PATH = "splat"
"""What Reflex's router calls the rest of an address that no page has."""


class _Namespace(Protocol):
    """What of Reflex's websocket namespace is stood in front of."""

    on_connect: Any
    on_event: Any
    on_disconnect: Any
    emit_update: Any
    _token_manager: Any


def install(app: rx.App) -> None:
    """Stand in front of the websocket of ``app``."""
    namespace: _Namespace | None = app.event_namespace
    if namespace is None or app.sio is None:
        msg = "an app without state has no websocket to guard"
        raise RuntimeError(msg)
    # Where a page is from has been checked before (booking_app.web.socket_door), by a rule that
    # also fits installations reached under several names.
    app.sio.eio.cors_allowed_origins = "*"
    connect, event = namespace.on_connect, namespace.on_event
    disconnect, emit_update = namespace.on_disconnect, namespace.emit_update

    async def on_connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        live.arrive(sid)
        try:
            await connect(sid, environ, _greeting(auth))
        except BaseException:
            live.dismiss(sid)  # a refused socket is never said to have gone
            raise

    async def on_event(sid: str, data: Any = None, *_more: Any) -> None:
        known = _known_event(data)
        if known is not None:
            await event(sid, known)

    def on_disconnect(sid: str, *reason: Any) -> Any:
        live.dismiss(sid)
        return disconnect(sid, *reason)

    async def emit_to_admitted(update: StateUpdate, token: str) -> None:
        record = namespace._token_manager.token_to_socket.get(token)
        if record is not None and live.is_admitted(record.sid):
            await emit_update(update=update, token=token)

    namespace.on_connect = on_connect
    namespace.on_event = on_event
    namespace.on_disconnect = on_disconnect
    namespace.emit_update = emit_to_admitted


def _greeting(auth: Any) -> dict[str, Any] | None:
    """Return what the first packet may carry: the first event, and what the page was built for."""
    if not isinstance(auth, dict):
        return None
    greeting = {}
    first = _known_event(auth.get("event"))
    if first is not None:
        greeting["event"] = first
    schema = auth.get("state_schema")
    if isinstance(schema, str) and schema.isalnum() and len(schema) <= _MAX_SCHEMA:
        greeting["state_schema"] = schema
    return greeting


def _known_event(data: Any) -> dict[str, Any] | None:
    """Return the event with nothing but its name, arguments and page, or None if it is none."""
    if not isinstance(data, dict):
        return None
    name, payload = data.get("name"), data.get("payload", {})
    if not isinstance(name, str) or name not in RegistrationContext.get().event_handlers:
        return None
    page = _page(data.get("router_data"))
    if page is None or not isinstance(payload, dict):
        return None
    return {"name": name, "payload": payload, "router_data": page}


def _page(data: Any) -> dict[str, Any] | None:
    """Return where the tab says it is; Reflex builds addresses of it and fails on some."""
    if not isinstance(data, dict):
        return None
    path, full = data.get("pathname"), data.get("asPath")
    query = data.get("query", {})
    if not (_is_address(path) and _is_address(full) and isinstance(query, dict)):
        return None
    # That comes as a list, and nothing reads it; the page that says so has to load all the same.
    query = {name: value for name, value in query.items() if name != _UNKNOWN_PATH}
    if len(query) > _MAX_QUERY_FIELDS:
        return None
    if not all(_is_text(part) for pair in query.items() for part in pair):
        return None
    page: dict[str, Any] = {"pathname": path, "asPath": full}
    if query:
        page["query"] = query
    return page


def _is_address(value: Any) -> bool:
    return _is_text(value) and value.startswith("/") and not value.startswith("//")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_ADDRESS and is_storable(value)
