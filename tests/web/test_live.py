"""Who is told that something changed, how soon, and how often."""

import asyncio
from typing import Any

import pytest
import reflex as rx

from booking_app.adapters import live_bus
from booking_app.adapters.live_bus import LocalBus
from booking_app.web import live
from booking_app.web.gate import handler
from booking_app.web.live import MAX_TOPICS, MERGE_SECONDS, Hub
from tests.state.tab import Tab


class WatchingState(rx.State):
    looks: rx.Field[int] = rx.field(0)
    other_looks: rx.Field[int] = rx.field(0)

    @handler("public")
    def watch(self, topics: list[str]) -> None:
        live.subscribe(self, topics, WatchingState.look_again)

    @handler("public")
    def watch_more(self, topics: list[str]) -> None:
        live.subscribe(self, topics, WatchingState.look_elsewhere)

    @handler("server")
    def look_again(self) -> None:
        self.looks += 1

    @handler("server")
    def look_elsewhere(self) -> None:
        self.other_looks += 1


async def looks(tab: Tab) -> tuple[int, int]:
    state = await tab.state(WatchingState)
    return state.looks, state.other_looks


async def test_a_tab_looks_again_when_what_it_watches_changes():
    async with Tab() as tab:
        await tab.send(WatchingState.watch, ["diary:1", "diary:2"])
        await tab.refresh("diary:1")
        await tab.refresh("diary:2")
        await tab.refresh("diary:3")
        assert await looks(tab) == (2, 0)
        assert tab.was_sent("looks")


async def test_watching_something_else_replaces_what_was_watched_with_the_same_handler():
    async with Tab() as tab:
        await tab.send(WatchingState.watch, ["diary:1"])
        await tab.send(WatchingState.watch_more, ["visitor:x"])
        await tab.send(WatchingState.watch, ["diary:2"])
        await tab.refresh("diary:1")
        assert await looks(tab) == (0, 0)
        await tab.refresh("diary:2")
        await tab.refresh("visitor:x")
        assert await looks(tab) == (1, 1)


@pytest.mark.usefixtures("database")
async def test_another_page_watches_nothing_of_the_one_before():
    async with Tab() as tab:
        await tab.send(WatchingState.watch, ["diary:1"])
        await tab.open("/help")
        await tab.refresh("diary:1")
        assert await looks(tab) == (0, 0)
        assert tab.hub.watching("diary:1") == 0


async def test_a_tab_that_changed_hands_is_told_nothing():
    async with Tab() as tab:
        await tab.send(WatchingState.watch, ["diary:1"])
        tab.cookie = ""
        await tab.send(WatchingState.watch_more, ["visitor:x"])
        await tab.refresh("diary:1")
        assert await looks(tab) == (0, 0)


async def test_a_tab_that_came_back_on_another_socket_is_told_nothing_until_it_asks():
    async with Tab() as tab:
        await tab.send(WatchingState.watch, ["diary:1"])
        tab.socket = "another"
        await tab.refresh("diary:1")
        assert await looks(tab) == (0, 0)
        assert tab.hub.watching("diary:1") == 0


class Tabs:
    """A hub over tabs that only count how often they were made to look."""

    def __init__(self) -> None:
        self.sockets: dict[str, str] = {}
        self.looked_at: list[float] = []
        self.are_busy = False
        self.hub = Hub(self._enqueue, self.sockets.get)

    def add(self, token: str, topics: list[str]) -> None:
        self.sockets[token] = f"socket of {token}"
        self.hub.subscribe(
            token=token,
            socket=self.sockets[token],
            topics=topics,
            refresh=WatchingState.look_again,
        )

    async def _enqueue(self, _token: str, _event: Any) -> "asyncio.Future[None]":
        loop = asyncio.get_running_loop()
        self.looked_at.append(loop.time())
        done = loop.create_future()
        if not self.are_busy:
            done.set_result(None)
        return done


async def test_the_first_news_comes_at_once_and_what_follows_closely_as_one():
    tabs = Tabs()
    tabs.add("one", ["diary:1"])
    began = asyncio.get_running_loop().time()
    for _ in range(20):
        await tabs.hub.deliver("diary:1")
        await asyncio.sleep(0.001)
    await tabs.hub.settled()
    assert len(tabs.looked_at) == 2
    first, last = tabs.looked_at
    assert first - began < MERGE_SECONDS / 2
    assert last - first >= MERGE_SECONDS


async def test_a_tab_that_is_still_looking_is_not_asked_again_meanwhile():
    tabs = Tabs()
    tabs.are_busy = True
    tabs.add("one", ["diary:1"])
    for _ in range(3):
        await tabs.hub.deliver("diary:1")
        await asyncio.sleep(2 * MERGE_SECONDS)
    assert len(tabs.looked_at) == 1
    await tabs.hub.close()


async def test_two_hundred_tabs_all_look():
    tabs = Tabs()
    for number in range(200):
        tabs.add(f"tab {number}", ["diary:1"])
    await tabs.hub.deliver("diary:1")
    await tabs.hub.settled()
    assert len(tabs.looked_at) == 200


async def test_a_tab_that_is_gone_is_forgotten_with_all_it_watched():
    tabs = Tabs()
    tabs.add("one", ["diary:1", "diary:2"])
    tabs.add("two", ["diary:1"])
    del tabs.sockets["one"]
    await tabs.hub.deliver("diary:1")
    await tabs.hub.settled()
    assert len(tabs.looked_at) == 1
    assert tabs.hub.watching("diary:1") == 1
    assert tabs.hub.watching("diary:2") == 0


async def test_a_page_cannot_watch_without_end(caplog):
    tabs = Tabs()
    tabs.add("one", [f"diary:{number}" for number in range(MAX_TOPICS + 50)])
    watched = sum(tabs.hub.watching(f"diary:{number}") for number in range(MAX_TOPICS + 50))
    assert watched == MAX_TOPICS
    assert "more than it may" in caplog.text


async def test_what_services_publish_reaches_the_tabs():
    tabs = Tabs()
    tabs.add("one", ["diary:1"])
    before = live_bus.get_bus()
    live_bus.install(LocalBus())
    try:
        live_bus.get_bus().listen(tabs.hub.deliver)
        await live_bus.publish("diary:1", "diary:9")
        await tabs.hub.settled()
    finally:
        live_bus.install(before)
    assert len(tabs.looked_at) == 1


def test_without_a_server_nobody_is_told():
    live.install(None)
    live.forget("one")
    live.subscribe(object(), ["diary:1"], WatchingState.look_again)  # pyright: ignore[reportArgumentType]  not looked at
