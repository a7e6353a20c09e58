"""What may be said on a tab's websocket, and that the rest leaves no trace."""

import pytest

from tests.support.raw_socket import CONNECT, NAMESPACE, RawSocket
from tests.support.server import LiveServer

TOKEN = "0f0e0d0c-0b0a-4000-8000-000000000001"

SENSELESS_FRAMES = (
    "",
    "0",
    "2",
    "2probe",
    "4",
    "42",
    "5",
    "99",
    "{}",
    "42[]",
    '42["event",{"hunter2":1}]',
    f"42{NAMESPACE},",
    f"42{NAMESPACE},[]",
    f"42{NAMESPACE},null",
    f"42{NAMESPACE},hunter2",
    f'42{NAMESPACE},["event"]',
    f'42{NAMESPACE},["event",1,2]',
    f'42{NAMESPACE},17["event",{{}}]',
    f'42{NAMESPACE},["nothing",{{"hunter2":1}}]',
    f'42{NAMESPACE},["ping"]',
    f'42{NAMESPACE},["disconnect","hunter2"]',
    f"42{NAMESPACE},{'[' * 20_000}",
    f'42{NAMESPACE}/nowhere,["event",{{}}]',
    f"40{NAMESPACE},{{}}",
    "40/nowhere,{}",
    "40",
    f'45{NAMESPACE},1-["event",{{"_placeholder":true,"num":0}}]',
    f'43{NAMESPACE},1["event"]',
    # Would be taken for the step of the same name, with where it connects from made up.
    f'42{NAMESPACE},["connect",{{"QUERY_STRING":"token={TOKEN}","asgi.scope":{{"client":["192.0.2.9"]}}}}]',
)


@pytest.mark.parametrize("frame", SENSELESS_FRAMES)
async def test_a_frame_that_no_page_would_send_ends_the_websocket_without_a_trace(
    server: LiveServer, frame: str
):
    before = server.output()
    async with RawSocket(server.url) as socket, RawSocket(server.url) as beside:
        await socket.connect()
        await beside.connect()
        await socket.send(frame)
        assert await socket.wait_until_closed() == 1008
        await beside.answers()
    assert server.output() == before


@pytest.mark.parametrize("greeting", ["null", "[]", '"hunter2"', "", "{"])
async def test_a_greeting_that_is_none_ends_the_websocket(server: LiveServer, greeting: str):
    before = server.output()
    async with RawSocket(server.url) as socket:
        await socket.send(f"40{NAMESPACE},{greeting}")
        assert await socket.wait_until_closed() == 1008
    assert server.output() == before


async def test_nothing_is_said_before_joining_nor_after_leaving(server: LiveServer):
    before = server.output()
    async with RawSocket(server.url) as socket:
        await socket.call(CONNECT, {"hunter2": 1})
        assert await socket.wait_until_closed() == 1008
    async with RawSocket(server.url) as socket:
        await socket.connect()
        await socket.send(f"41{NAMESPACE},")
        await socket.call(CONNECT, {"hunter2": 1})
        assert await socket.wait_until_closed() in {1000, 1005, 1006, 1008}
    assert server.output() == before


@pytest.mark.parametrize(
    "event",
    [
        None,
        "hunter2",
        ["hunter2"],
        {},
        {"name": ["hunter2"]},
        {"name": "hunter2", "router_data": {"pathname": "/", "asPath": "/"}},
        {"name": CONNECT},
        {"name": CONNECT, "payload": "hunter2", "router_data": {"pathname": "/", "asPath": "/"}},
        {"name": CONNECT, "payload": {}, "router_data": "hunter2"},
        {"name": CONNECT, "payload": {}, "router_data": {"pathname": "hunter2"}},
        {"name": CONNECT, "payload": {}, "router_data": {"pathname": 1, "asPath": None}},
        {
            "name": CONNECT,
            "payload": {},
            "router_data": {"pathname": "/", "asPath": "/", "query": ["hunter2"]},
        },
        {
            "name": CONNECT,
            "payload": {},
            "router_data": {"pathname": "/", "asPath": "/", "query": {"a": {"hunter2": 1}}},
        },
    ],
)
async def test_an_event_that_is_none_is_dropped_without_a_trace(server: LiveServer, event):
    before = server.output()
    async with RawSocket(server.url) as socket:
        await socket.connect()
        await socket.answers()
        await socket.send_event(event)
        assert await socket.answers() == []
    assert server.output() == before


@pytest.mark.parametrize(
    "auth",
    [
        {},
        {"event": "hunter2"},
        {"event": {"name": "hunter2"}},
        {"event": {"name": CONNECT, "payload": ["hunter2"]}},
        {"state_schema": "hunter2\n" * 10},
        {"state_schema": ["hunter2"]},
    ],
)
async def test_a_greeting_without_sense_leaves_no_trace(server: LiveServer, auth):
    before = server.output()
    async with RawSocket(server.url) as socket:
        await socket.connect(auth=auth)
        await socket.answers()
    said = server.output().removeprefix(before)
    assert "hunter2" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "page",
    [
        "//evil.example/",
        "/\0",
        "/" + "x" * 3_000,
        "book",
        "/book?self=1&__class__=2",
        "/[",
        "/book?a=%00%ff&b=%ud800",
        "/book/../../etc/passwd",
    ],
)
async def test_an_address_without_sense_fails_nothing(server: LiveServer, page: str):
    before = server.output()
    async with RawSocket(server.url) as socket:
        await socket.connect(boot=socket.event(CONNECT, {}, page))
        await socket.answers()
    assert "Traceback" not in server.output().removeprefix(before)
    assert "problem" not in server.output().removeprefix(before)
