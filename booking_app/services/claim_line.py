"""The line in front of one clinician's diary, inside one process.

The database makes claims right; this makes a rush on one time cheap. Claims of a process
on the same diary go to the database one after the other, so a crowd does not sit on all
its connections waiting for one row, and whoever stands in line while somebody in front
takes their time is told so at once, without asking the database at all. That is true
when it is said: since joining the line there was an instant at which the time was
somebody else's.

Nothing depends on it: other processes stand in their own lines, and meet at the row.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_app.db.queries.holds import HoldRow
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import SlotTaken
from booking_app.dto.booking import Choice, ChosenTime

_AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Waiter:
    """Somebody in line: what they want, and how they hear whether it is their turn."""

    visitor: Visitor
    choice: Choice
    chosen: ChosenTime
    now: datetime
    turn: asyncio.Future[None]

    def loses_to(self, hold: HoldRow) -> bool:
        """Tell whether the hold certainly overlaps what this one wants, as far as is known here."""
        if hold.session_key == self.visitor.session_key or not hold.is_live(self.now):
            return False
        is_same_type = hold.type_slug == self.choice.appointment_type
        duration = hold.ends_at - hold.starts_at if is_same_type else _AN_INSTANT
        starts_at = self.chosen.starts_at
        return hold.starts_at < starts_at + duration and starts_at < hold.ends_at


@dataclass(slots=True)
class Line:
    """Whoever has the turn may say what they took."""

    _waiting: deque[_Waiter] = field(default_factory=deque)

    def tell(self, hold: HoldRow) -> None:
        """Send those away for whom nothing is left now."""
        for waiter in self._waiting:
            if not waiter.turn.done() and waiter.loses_to(hold):
                waiter.turn.set_exception(SlotTaken())

    def join(self, waiter: _Waiter) -> None:
        self._waiting.append(waiter)

    def call_next(self) -> bool:
        """Give the turn to the first who still waits; tell whether there is anybody."""
        while self._waiting:
            turn = self._waiting.popleft().turn
            if not turn.done():
                turn.set_result(None)
                return True
        return False


_lines: dict[tuple[str, str], Line] = {}
"""A line is here while somebody has its turn."""


@asynccontextmanager
async def in_line(
    visitor: Visitor, choice: Choice, chosen: ChosenTime, *, now: datetime
) -> AsyncGenerator[Line]:
    """Wait for the turn at the chosen clinician's diary, and have it for the length of a block.

    Raises:
        SlotTaken: while waiting, another visitor in front took a time that overlaps.
    """
    key = (choice.clinic, chosen.clinician)
    line = _lines.get(key)
    if line is None:
        line = _lines[key] = Line()
    else:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.join(_Waiter(visitor, choice, chosen, now, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                _pass_on(key, line)  # the turn was given to somebody who has gone
            raise
    try:
        yield line
    finally:
        _pass_on(key, line)


def _pass_on(key: tuple[str, str], line: Line) -> None:
    if not line.call_next():
        del _lines[key]
