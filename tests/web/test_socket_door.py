"""Who gets a websocket, how many, and how much may come through one."""

import asyncio
import contextlib
import resource

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from booking_app.web.socket_door import Limits, SocketDoor
from tests.support.raw_socket import CONNECT, RawSocket, Refused
from tests.support.server import LiveServer

TOKEN = "0f0e0d0c-0b0a-4000-8000-000000000001"


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://evil.example",
        "http://localhost",
        "http://localhost:1",
        "http://localhost.evil.example:{port}",
        "http://evil.example:{port}",
        "http://localhost:{port}@evil.example",
        "http://localhost:{port}/page",
        "file://localhost:{port}",
        "http://[localhost:{port}",
        "http://192.0.2.1:{port}",
    ],
)
async def test_only_a_page_of_this_site_opens_a_websocket(server: LiveServer, origin: str):
    socket = RawSocket(server.url, origin=origin.format(port=server.port))
    with pytest.raises(Refused) as refusal:
        await socket.open()
    assert refusal.value.status == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("page", ["localhost", "127.0.0.1"])
async def test_the_names_of_this_machine_are_one(server: LiveServer, host: str, page: str):
    socket = RawSocket(f"http://{host}:{server.port}", origin=f"http://{page}:{server.port}")
    async with socket:
        await socket.connect()


async def test_a_page_under_another_name_of_the_machine_is_its_own(server: LiveServer):
    async with RawSocket(f"http://clinic-pc.lan:{server.port}") as socket:
        await socket.connect()


@pytest.mark.parametrize(
    "token", ["", "abc", "x" * 36, f"{TOKEN}&token={TOKEN}", f"{TOKEN}%0a", "../../etc/passwd"]
)
async def test_a_tab_has_a_token_of_the_usual_shape(server: LiveServer, token: str):
    with pytest.raises(Refused):
        await RawSocket(server.url, token=token).open()


@pytest.mark.parametrize("path", ["/", "/_event/x", "/_upload", "/healthz", "/book"])
async def test_there_is_one_websocket(server: LiveServer, path: str):
    with pytest.raises(Refused):
        await RawSocket(server.url, path=path).open()


async def test_a_subprotocol_that_is_no_version_is_refused(server: LiveServer):
    for protocols in (["x" * 21], ["[31mred"], ["1", "2"]):
        with pytest.raises(Refused):
            await RawSocket(server.url, subprotocols=protocols).open()


async def test_nothing_of_the_websocket_answers_plain_requests(server: LiveServer):
    async with httpx.AsyncClient(base_url=server.url) as browser:
        for path in (
            "/_event",
            "/_event/?EIO=4&transport=polling",
            "/ping",
            "/_health",
            "/_upload",
        ):
            for method in ("GET", "POST"):
                assert (await browser.request(method, path)).status_code == 404


@pytest.mark.parametrize("frame", [b"bytes", "4" + "x" * 70_000])
async def test_a_frame_that_no_page_sends_ends_the_websocket(server: LiveServer, frame):
    async with RawSocket(server.url) as socket:
        await socket.connect()
        await socket.send(frame)
        assert await socket.wait_until_closed() == 1008


async def test_a_websocket_that_floods_is_closed(server: LiveServer):
    async with RawSocket(server.url) as flooding, RawSocket(server.url) as beside:
        await flooding.connect()
        await beside.connect()
        with contextlib.suppress(ConnectionError):
            for _ in range(300):
                await flooding.call(CONNECT, {})
        assert await flooding.wait_until_closed() in {1006, 1008}
        await beside.answers()


async def test_clients_of_another_version_cannot_fill_the_log(server: LiveServer):
    for _ in range(40):
        async with RawSocket(server.url, source="127.1.2.4") as socket:
            await socket.connect(auth={"state_schema": "0123456789abcdef"})
    assert 0 < server.output().count("0123456789abcdef") <= 20


async def test_a_clinic_of_200_tabs_behind_one_address_is_let_in(server: LiveServer):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        sockets = [RawSocket(server.url, source="127.1.2.3") for _ in range(200)]
        async with contextlib.AsyncExitStack() as stack:
            for socket in sockets:
                await stack.enter_async_context(socket)
            await asyncio.gather(*(socket.connect() for socket in sockets))
            await asyncio.gather(*(socket.answers() for socket in sockets))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


SMALL = Limits(open_per_address=2, open_in_all=3, connects_at_once=4, connects_per_second=0.0)


class Door:
    """A door with small limits, before an application that keeps every websocket open."""

    def __init__(self) -> None:
        self._door = SocketDoor(self._stay, SMALL)
        self._leave = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def knock(self, address: str) -> bool:
        """Say whether one more websocket from this address gets in."""
        answers: asyncio.Queue[Message] = asyncio.Queue()
        asked: asyncio.Queue[Message] = asyncio.Queue()
        asked.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": "/_event/",
            "query_string": f"token={TOKEN}".encode(),
            "client": (address, 1),
            "headers": [(b"host", b"localhost:3000"), (b"origin", b"http://localhost:3000")],
        }
        self._tasks.append(asyncio.create_task(self._door(scope, asked.get, answers.put)))
        return (await answers.get())["type"] == "websocket.accept"

    async def everybody_leaves(self) -> None:
        self._leave.set()
        await asyncio.gather(*self._tasks)
        self._leave.clear()

    async def _stay(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await self._leave.wait()


async def test_one_address_cannot_take_every_place():
    door = Door()
    assert [await door.knock("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert await door.knock("192.0.2.2")
    await door.everybody_leaves()


async def test_a_household_on_ipv6_is_one_address():
    door = Door()
    assert [await door.knock(f"2001:db8::{n}") for n in range(3)] == [True, True, False]
    assert await door.knock("2001:db8:0:1::1")
    await door.everybody_leaves()


async def test_there_is_an_end_of_places_for_all():
    door = Door()
    assert [await door.knock(f"192.0.2.{n}") for n in range(4)] == [True, True, True, False]
    await door.everybody_leaves()


async def test_a_place_is_free_again_when_its_tab_is_gone_but_coming_and_going_has_a_limit():
    door = Door()
    for _ in range(4):
        assert await door.knock("192.0.2.1")
        await door.everybody_leaves()
    assert not await door.knock("192.0.2.1")
    assert await door.knock("192.0.2.2")
    await door.everybody_leaves()
