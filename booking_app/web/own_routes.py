"""The product's plain HTTP answers, in front of the pages."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from booking_app.web import problems

Endpoint = Callable[[Request], Awaitable[Response | None]]
"""Answers a GET or HEAD, or returns None where there is nothing, which the site then says."""

_METHODS = ("GET", "HEAD")


class OwnRoutes:
    """Answers the addresses in ``endpoints``; everything else is the site's."""

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Endpoint]) -> None:
        self._app = app
        self._endpoints = [
            (compile_path(address)[0], endpoint) for address, endpoint in endpoints.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope, receive) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        for pattern, endpoint in self._endpoints:
            match = pattern.match(scope["path"])
            if match is None:
                continue
            if scope["method"] not in _METHODS:
                return PlainTextResponse("Method not allowed", 405, {"Allow": ", ".join(_METHODS)})
            request = Request({**scope, "path_params": match.groupdict()}, receive)
            try:
                return await endpoint(request)
            except Exception as failure:  # noqa: BLE001  logged without the address, which may be a secret
                number = problems.report(failure)
                return PlainTextResponse(
                    f"Something went wrong on our side ({number}).",
                    500,
                    {"Cache-Control": "no-store"},
                )
        return None
