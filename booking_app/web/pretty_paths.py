"""Addresses without an ending: ``/book/who`` is the page built as ``book/who.html``.

Left alone, the static files answer such an address with a redirect to an absolute address
that is made of the request's own Host header, and with the wrong scheme behind a proxy.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking_app import routes
from booking_app.web.built_site import BuiltSite

# These pages say that there is nothing, and so does their status.
_GONE = frozenset({routes.LINK_ENDED})
_CONDITIONS = (b"if-none-match", b"if-modified-since")
# Files beside the pages that have no address of their own.
_HIDDEN_ENDINGS = (".html", ".br", ".gz")
# No page is called this. Not "/404": that is a page, and would be served as one that exists.
_NOWHERE = "/-"
_MAX_NAME_BYTES = 200


class PrettyPaths:
    """Gives each page its address, and everything unknown the page that says so."""

    def __init__(self, app: ASGIApp, site: BuiltSite) -> None:
        self._app = app
        self._pages = site.pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        file = self._pages.get(path.rstrip("/"))
        if file is not None:
            scope = _moved_to(file, scope)
        elif path.endswith(_HIDDEN_ENDINGS) or _is_outside(path):
            scope = _moved_to(_NOWHERE, scope)
        if path.rstrip("/") in _GONE:
            headers = [pair for pair in scope["headers"] if pair[0] not in _CONDITIONS]
            await self._app({**scope, "headers": headers}, receive, _as_gone(send))
        else:
            await self._app(scope, receive, send)


def _is_outside(path: str) -> bool:
    """Say whether the path is none that a browser asks for on its own account.

    Beyond so many bytes a part of it can be no file's name.
    """
    parts = path.split("/")
    return (
        "//" in path
        or "\\" in path
        or "\0" in path
        or ".." in parts
        or any(len(part.encode("utf-8", "replace")) > _MAX_NAME_BYTES for part in parts)
    )


def _moved_to(path: str, scope: Scope) -> Scope:
    return {**scope, "path": path, "raw_path": path.encode()}


def _as_gone(send: Send) -> Send:
    async def send_as_gone(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            message = {**message, "status": 404}
        await send(message)

    return send_as_gone
