"""A websocket client that says whatever a test wants, in the way of Reflex's own and in any other."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Message,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)

NAMESPACE = "/_event"
CONNECT = "reflex___state____state.hydrate_and_load"
HYDRATE = "reflex___state____state.hydrate"
# A var of the root that no other answer than a whole state carries together with this value.
_WHOLE_STATE = '"is_hydrated_rx_state_":false'
_LOADED = '"is_hydrated_rx_state_":true'
_PATIENCE_SECONDS = 5.0
_CUT = 1006  # the code for a connection that ended without a word


class Refused(Exception):
    """The server did not accept the websocket. ``status`` is its HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class RawSocket:
    """One websocket; ``frames`` are all texts that arrived, in order.

    ``origin`` "" sends none. ``token`` is the tab's, a fresh one where none is given.
    """

    def __init__(
        self,
        url: str,
        *,
        origin: str | None = None,
        cookie: str = "",
        token: str | None = None,
        path: str = f"{NAMESPACE}/",
        headers: Sequence[tuple[str, str]] = (),
        subprotocols: Sequence[str] = (),
        source: str | None = None,
    ) -> None:
        address = urlsplit(url)
        self.host, self.port = address.hostname or "", address.port or 80
        self.url = url
        self.token = str(uuid4()) if token is None else token
        self.frames: list[str] = []
        self.closed_with: int | None = None
        given = url if origin is None else origin
        self._request = Request(
            host=address.netloc,
            target=f"{path}?EIO=4&transport=websocket&token={self.token}",
            extra_headers=[
                *((b"origin", given.encode()),) * bool(given),
                *((b"cookie", cookie.encode()),) * bool(cookie),
                *((name.encode(), value.encode()) for name, value in headers),
            ],
            subprotocols=list(subprotocols),
        )
        self._source = source
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._arrived = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self._text = ""
        self._seen = 0

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Shake hands.

        Raises:
            Refused: the server does not want this websocket.
        """
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(self._source, 0) if self._source else None
        )
        self._writer.write(self._protocol.send(self._request))
        while True:
            self._protocol.receive_data(await self._reader.read(65_536) or None)
            for event in self._protocol.events():
                if isinstance(event, RejectConnection):
                    self._writer.close()
                    raise Refused(event.status_code)
                if isinstance(event, AcceptConnection):
                    self._reading = asyncio.create_task(self._read())
                    return
                if isinstance(event, CloseConnection):
                    self._writer.close()
                    raise Refused(0)

    async def connect(self, page: str = "/", *, boot: Any = ..., auth: Any = ...) -> None:
        """Join Reflex's namespace as its client does, and return when the page has loaded.

        With ``boot`` the first event is another than the one that loads the page, with ``auth``
        the whole greeting is; then there is nothing to wait for.
        """
        event = self.event(CONNECT, {}, page) if boot is ... else boot
        greeting = {"event": event} if auth is ... else auth
        await self.send(f"40{NAMESPACE},{json.dumps(greeting)}")
        await self.wait_for(f"40{NAMESPACE},")
        if boot is ... and auth is ...:
            await self.wait_for(_LOADED)

    async def load(self, page: str) -> None:
        """Go to another page, and return when it has loaded."""
        mark = len(self.frames)
        await self.call(CONNECT, {}, page)
        await self._new(_LOADED, since=mark)

    def event(self, name: str, payload: Any, page: str = "/") -> dict[str, Any]:
        """Return an event as Reflex's client words it."""
        router = {"pathname": page.partition("?")[0], "asPath": page}
        return {"name": name, "payload": payload, "router_data": router}

    async def call(self, name: str, payload: Any, page: str = "/") -> None:
        """Send an event of a page."""
        await self.send_event(self.event(name, payload, page))

    async def send_event(self, event: Any, *, kind: str = "event") -> None:
        """Send anything as an event."""
        await self.send(f"42{NAMESPACE},{json.dumps([kind, event])}")

    async def send(self, frame: str | bytes) -> None:
        """Send one frame as it is."""
        message = TextMessage(frame) if isinstance(frame, str) else BytesMessage(frame)
        self._writer.write(self._protocol.send(message))
        await self._writer.drain()

    async def answers(self) -> list[str]:
        """Return what has come back since the last call, when all that was asked has been done.

        A tab's events run in order, so the whole state, asked for at the end, comes last. Twice:
        the first time lets what the events before set off come in. These are left out.
        """
        for _ in range(2):
            mark = len(self.frames)
            await self.call(HYDRATE, {})
            await self._new(_WHOLE_STATE, since=mark)
        new = [frame for frame in self.frames[self._seen :] if _WHOLE_STATE not in frame]
        self._seen = len(self.frames)
        return new

    async def _new(self, text: str, *, since: int) -> None:
        async with asyncio.timeout(_PATIENCE_SECONDS), self._arrived:
            await self._arrived.wait_for(
                lambda: (
                    self.closed_with is not None
                    or any(text in frame for frame in self.frames[since:])
                )
            )
        if self.closed_with is not None:
            msg = f"the socket was closed with {self.closed_with}"
            raise ConnectionError(msg)

    async def wait_for(self, text: str, *, seconds: float = _PATIENCE_SECONDS) -> str:
        """Return the first frame that holds ``text``, waiting for it if it has not come yet."""
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(
                lambda: self.closed_with is not None or any(text in frame for frame in self.frames)
            )
        for frame in self.frames:
            if text in frame:
                return frame
        msg = f"the socket was closed with {self.closed_with}"
        raise ConnectionError(msg)

    async def arrival(self) -> None:
        """Return when anything more has arrived, or the socket was closed."""
        async with self._arrived:
            await self._arrived.wait()

    async def wait_until_closed(self) -> int:
        """Return the code with which the server closed the websocket."""
        async with asyncio.timeout(_PATIENCE_SECONDS), self._arrived:
            await self._arrived.wait_for(lambda: self.closed_with is not None)
        return self.closed_with or 0

    async def close(self) -> None:
        """Go away."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()

    async def _read(self) -> None:
        while self.closed_with is None:
            try:
                data = await self._reader.read(65_536)
            except ConnectionError:
                data = b""
            self._protocol.receive_data(data or None)
            for event in self._protocol.events():
                await self._take(event)
            if not data and self.closed_with is None:
                self.closed_with = _CUT
            async with self._arrived:
                self._arrived.notify_all()

    async def _take(self, event: object) -> None:
        match event:
            case Ping():
                self._writer.write(self._protocol.send(event.response()))
            case CloseConnection():
                self.closed_with = int(event.code)
            case Message(message_finished=is_whole):
                self._text += str(event.data)
                if is_whole:
                    text, self._text = self._text, ""
                    if text == "2":
                        await self.send("3")
                    self.frames.append(text)
            case _:
                pass
