"""The bus that tells every web process what changed, behind one small interface.

In one process a topic goes straight to the listeners; between processes the same
call goes over Redis (added with the multi-process topology). Nothing that must last
travels here: a lost topic costs a late screen, never data.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

log = logging.getLogger(__name__)

Listener = Callable[[str], Awaitable[None]]


class Bus(Protocol):
    """What carries topics."""

    async def publish(self, topic: str) -> None:
        """Tell every listener, in every process, that ``topic`` changed."""
        ...

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with every topic from now on."""
        ...


class LocalBus:
    """A bus for one process."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    async def publish(self, topic: str) -> None:
        for listener in tuple(self._listeners):
            try:
                await listener(topic)
            except Exception:
                # A broken listener must not undo a committed booking.
                log.exception("a live listener failed on %s", topic.split(":")[0])

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)


_bus: Bus = LocalBus()


def install(bus: Bus) -> None:
    """Use ``bus`` in this process."""
    global _bus
    _bus = bus


def get_bus() -> Bus:
    return _bus


async def publish(*topics: str) -> None:
    """Publish each of ``topics``; call it after the commit."""
    for topic in dict.fromkeys(topics):
        await _bus.publish(topic)
