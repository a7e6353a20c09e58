"""Serves the built site: one process, one port, nothing compiled at start."""

import os
import socket
from pathlib import Path
from typing import Any

from booking_app import frontend
from booking_app.settings import Settings, get_settings
from booking_app.setup_problem import SetupProblem
from booking_app.web.socket_door import MAX_FRAME_CHARACTERS

# Requests still open after this many seconds are cut, so that a stop takes less than five.
_STOP_SECONDS = 3


class PortInUse(SetupProblem):
    """Something else listens on the port already."""


def require_free_port(host: str, port: int) -> None:
    """Return if the port can be taken.

    The server would share it with another of its kind instead of failing.

    Raises:
        PortInUse: the message says how to choose another.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refusal:
            msg = f"Port {port} of {host} cannot be used ({refusal.strerror}): choose another with PORT={port + 1}."
            raise PortInUse(msg) from refusal


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. The database and the front end have to be ready."""
    from granian.constants import Interfaces  # only here: the other commands start quicker
    from granian.log import LogLevels
    from granian.server import Server

    frontend.serve_prebuilt()
    os.environ |= _reflex_overrides(settings)
    Server(
        target="booking_app.serving:application",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        websockets=True,
        log_level=LogLevels.warning,
        workers_kill_timeout=_STOP_SECONDS,
        working_dir=Path.cwd(),
    ).serve()


def application() -> Any:
    """Return the whole site as an ASGI application that says when it is ready."""
    from booking_app.booking_app import app  # importing it builds every page

    site = app()

    async def announcing(scope: Any, receive: Any, send: Any) -> None:
        async def announce(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                print(_welcome(get_settings()), flush=True)  # noqa: T201  for the person at the terminal

        await site(scope, receive, announce if scope["type"] == "lifespan" else send)

    return announcing


def _welcome(settings: Settings) -> str:
    if settings.environment != "demo":
        return f"Serving {settings.base_url}"
    from booking_app import demo, routes  # only the demo has these pages

    return (
        f"\n  Booking page   {settings.base_url}{routes.booking_page(demo.SLUG)}"
        f"\n  Mailbox        {settings.base_url}{routes.MAILBOX}"
        "\n\n  Stop with Ctrl-C.\n"
    )


def _reflex_overrides(settings: Settings) -> dict[str, str]:
    """Return what Reflex has to know of the settings, as it reads it from the environment."""
    local = [f"http://localhost:{settings.port}", f"http://127.0.0.1:{settings.port}"]
    origins = (
        [settings.base_url] if settings.environment == "production" else [settings.base_url, *local]
    )
    return {
        "REFLEX_CORS_ALLOWED_ORIGINS": ",".join(dict.fromkeys(origins)),
        "REFLEX_DEPLOY_URL": settings.base_url,
        # What a tab sends is small, and a form of ours never is 64 KB; the default is a megabyte.
        "REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE": str(MAX_FRAME_CHARACTERS),
    }
