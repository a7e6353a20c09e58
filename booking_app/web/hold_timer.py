"""Lets a hold end on every screen within a second of its time.

That a hold is over is a comparison with the clock in every query; nobody waits for this timer
to book. It writes the end down and tells the pages.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from booking_app import clock
from booking_app.adapters import live_bus
from booking_app.domain import live_topics
from booking_app.services import housekeeping
from booking_app.web import problems

_LOOK_SECONDS = 0.5
"""How often the clock is compared with the next end; it may be moved while we wait."""
_ASK_SECONDS = 60.0
"""How often the database is asked for the next end even when nobody said that it changed."""
_RECOVER_SECONDS = 10.0
"""How long to leave the database alone after it failed."""


class HoldTimer:
    """Knows when the next hold ends, and has it expired then."""

    def __init__(self) -> None:
        self._next_end: datetime | None = None
        self._ask_again_at = 0.0

    async def hear(self, topic: str) -> None:
        """Ask anew for the next end when a hold was made, extended or ended."""
        if topic == live_topics.holds():
            self._ask_again_at = 0.0

    async def look(self, elapsed: float) -> None:
        """Expire what has ended by now. ``elapsed`` is any steadily growing number of seconds."""
        now = clock.utc_now()
        if self._next_end is not None and now >= self._next_end:
            await housekeeping.expire_holds(now=now)
            self._ask_again_at = 0.0
        if elapsed >= self._ask_again_at:
            self._ask_again_at = elapsed + _ASK_SECONDS
            self._next_end = await housekeeping.next_hold_expiry(now=now)

    async def run(self) -> None:
        """Look twice a second until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self.look(loop.time())
            except Exception as failure:  # noqa: BLE001  the next look may succeed
                problems.report(failure)
                await asyncio.sleep(_RECOVER_SECONDS)
            await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def ending_holds() -> AsyncGenerator[None]:
    """Lifespan of the web process: watch over the holds."""
    timer = HoldTimer()
    live_bus.get_bus().listen(timer.hear)
    watch = asyncio.create_task(timer.run(), name="hold timer")
    try:
        yield
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
