"""Live updates: who looks at what, and telling them to look again.

A topic carries no data. When one is published, every tab of this process that subscribed
to it runs its own refresh handler, through the gate like any other event, and so sees what
it may see. The first publish goes out at once; those that follow within a moment become one.
"""

import asyncio
import contextvars
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.state import BaseState
from reflex_base.event import Event, EventCallback, EventHandler

from booking_app.adapters import live_bus

log = logging.getLogger(__name__)

MERGE_SECONDS = 0.075
MAX_TOPICS = 500
"""Most topics one refresh handler of a tab may follow."""
REFRESH_TIMEOUT_SECONDS = 30.0
"""How long one refresh is waited for before the next may be queued behind it."""

Refresh = EventHandler | EventCallback[()]
Enqueue = Callable[[str, Event], Awaitable["asyncio.Future[Any]"]]
SocketOf = Callable[[str], str | None]


@dataclass(slots=True)
class _Watch:
    """One refresh handler of one tab, and the topics it follows."""

    token: str
    socket: str
    refresh: Refresh
    topics: frozenset[str]
    is_due: bool = False
    is_pumping: bool = False


@dataclass(slots=True)
class Hub:
    """The tabs of this process and what they look at.

    ``enqueue`` runs a handler of a tab; ``socket_of`` says through which socket a tab is
    connected now, or None.
    """

    enqueue: Enqueue
    socket_of: SocketOf
    _tabs: dict[str, dict[str, _Watch]] = field(default_factory=dict)
    _topics: dict[str, dict[tuple[str, str], _Watch]] = field(default_factory=dict)
    _pumps: set["asyncio.Task[None]"] = field(default_factory=set)
    _context: contextvars.Context = field(default_factory=contextvars.copy_context)

    def subscribe(
        self, *, token: str, socket: str, topics: Iterable[str], refresh: Refresh
    ) -> None:
        """Have ``refresh`` run in the tab when one of ``topics`` changes.

        Replaces what the same handler of this tab followed before.
        """
        name = _name(refresh)
        self._drop(token, name)
        wanted = frozenset(topics)
        if len(wanted) > MAX_TOPICS:
            log.warning("a page follows %d topics, more than it may", len(wanted))
            wanted = frozenset(sorted(wanted)[:MAX_TOPICS])
        watch = _Watch(token, socket, refresh, wanted)
        self._tabs.setdefault(token, {})[name] = watch
        for topic in wanted:
            self._topics.setdefault(topic, {})[token, name] = watch

    def forget(self, token: str) -> None:
        """Drop everything a tab followed."""
        for name in tuple(self._tabs.get(token, ())):
            self._drop(token, name)

    def watching(self, topic: str) -> int:
        """Return how many refresh handlers follow ``topic``."""
        return len(self._topics.get(topic, ()))

    async def deliver(self, topic: str) -> None:
        """Let everyone who follows ``topic`` look again; returns before they have."""
        for watch in tuple(self._topics.get(topic, {}).values()):
            self._wake(watch)

    def nudge(self, token: str, refresh: Refresh) -> None:
        """Let one tab look again, if it follows anything with this handler."""
        watch = self._tabs.get(token, {}).get(_name(refresh))
        if watch is not None:
            self._wake(watch)

    async def settled(self) -> None:
        """Return when everybody who was told has looked."""
        while self._pumps:
            await asyncio.wait(self._pumps)

    async def close(self) -> None:
        """Stop delivering."""
        for pump in self._pumps:
            pump.cancel()
        await self.settled()

    def _wake(self, watch: _Watch) -> None:
        watch.is_due = True
        if not watch.is_pumping:
            watch.is_pumping = True
            pump = asyncio.create_task(
                self._pump(watch), name="live refresh", context=self._context.copy()
            )
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, watch: _Watch) -> None:
        """Refresh while there is something new, never two at a time, and not too often."""
        try:
            while watch.is_due and self._is_alive(watch):
                watch.is_due = False
                [event] = Event.from_event_type(watch.refresh)
                refreshed = await self.enqueue(watch.token, event)
                await asyncio.wait({refreshed}, timeout=REFRESH_TIMEOUT_SECONDS)
                await asyncio.sleep(MERGE_SECONDS)
        except Exception:
            log.exception("a live refresh could not be queued")
        finally:
            watch.is_pumping = False

    def _is_alive(self, watch: _Watch) -> bool:
        """Say whether the tab is still there, on the very socket that subscribed.

        Another socket under the same token is another visit, whoever makes it; it subscribes
        for itself when its page loads.
        """
        if self.socket_of(watch.token) == watch.socket:
            return self._tabs.get(watch.token, {}).get(_name(watch.refresh)) is watch
        self.forget(watch.token)
        return False

    def _drop(self, token: str, name: str) -> None:
        tab = self._tabs.get(token, {})
        watch = tab.pop(name, None)
        if watch is None:
            return
        if not tab:
            del self._tabs[token]
        for topic in watch.topics:
            followers = self._topics[topic]
            del followers[token, name]
            if not followers:
                del self._topics[topic]


_hub: Hub | None = None
_is_admitted: dict[str, bool] = {}


def install(hub: Hub | None) -> None:
    """Make ``hub`` the one that this process's tabs subscribe with."""
    global _hub
    _hub = hub


def subscribe(state: BaseState, topics: Iterable[str], refresh: Refresh) -> None:
    """Have this tab's ``refresh`` handler run whenever one of ``topics`` changes.

    Ends by itself when the tab loads another page, disconnects or changes hands; subscribing
    again with the same handler replaces its topics.
    """
    if _hub is None:
        return
    session = state.router.session
    _hub.subscribe(
        token=session.client_token, socket=session.session_id, topics=topics, refresh=refresh
    )


def look_again_soon(state: BaseState, refresh: Refresh) -> None:
    """Have this tab's ``refresh`` handler run once after the event that is running.

    For an answer that cannot wait for the page to be read anew.
    """
    if _hub is not None:
        _hub.nudge(state.router.session.client_token, refresh)


def forget(token: str) -> None:
    """Drop what a tab followed, because it loads a page or belongs to somebody else now."""
    if _hub is not None:
        _hub.forget(token)


def arrive(socket: str) -> None:
    """Note a socket that has just been opened."""
    _is_admitted.setdefault(socket, False)


def admit(socket: str) -> None:
    """Note that the gate has seen an event of this socket and bound its tab to its cookie."""
    if socket in _is_admitted:  # else it is gone already, and only its event came late
        _is_admitted[socket] = True


def dismiss(socket: str) -> None:
    """Forget a socket that is gone."""
    _is_admitted.pop(socket, None)


def is_admitted(socket: str) -> bool:
    """Say whether updates may be sent through a socket.

    Until the gate has seen its cookie, a socket under a known token may be anybody's, and
    what is already under way for that tab must not reach it.
    """
    return _is_admitted.get(socket, False)


@asynccontextmanager
async def delivering(app: rx.App) -> AsyncGenerator[None]:
    """Lifespan of the web process: carry what services publish to this process's tabs."""
    namespace = app.event_namespace
    if namespace is None:  # an app without state has no tabs
        yield
        return
    root = app.event_processor._root_context
    if root is None:
        msg = "the event processor is not running yet"
        raise RuntimeError(msg)

    async def enqueue(token: str, event: Event) -> "asyncio.Future[Any]":
        # A context of its own: the refresh is no follow-up of the event that published.
        return await app.event_processor.enqueue(token, event, ev_ctx=root.fork(token=token))

    def socket_of(token: str) -> str | None:
        record = namespace._token_manager.token_to_socket.get(token)
        return record.sid if record is not None else None

    hub = Hub(enqueue, socket_of)
    install(hub)
    live_bus.get_bus().listen(hub.deliver)
    try:
        yield
    finally:
        install(None)
        await hub.close()


def _name(refresh: Refresh) -> str:
    [event] = Event.from_event_type(refresh)
    return event.name
