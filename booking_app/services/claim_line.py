"""The line in front of one clinician's diary, inside one process.

The database makes claims right; this makes a rush on one time cheap. Claims of a process
on the same diary go to the database one after the other, so a crowd does not sit on all
its connections waiting for one row, and whoever stood in line while somebody in front
took their time is told so without asking the database at all. That is true when it is
said: between joining the line and the answer there was an instant at which the time was
somebody else's.

Nothing depends on it: other processes stand in their own lines, and meet at the row.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking_app.db.queries.holds import HoldRow
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import SlotTaken
from booking_app.dto.booking import Choice, ChosenTime

_AN_INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class _Line:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    standing: int = 0
    taken: list[HoldRow] = field(default_factory=list)


_lines: dict[tuple[str, str], _Line] = {}


@asynccontextmanager
async def in_line(
    visitor: Visitor, choice: Choice, chosen: ChosenTime, *, now: datetime
) -> AsyncGenerator[list[HoldRow]]:
    """Wait for the turn at the chosen clinician's diary; add to the list what is taken in it.

    Raises:
        SlotTaken: while waiting, another visitor in front took a time that overlaps.
    """
    key = (choice.clinic, chosen.clinician)
    line = _lines.setdefault(key, _Line())
    line.standing += 1
    before = len(line.taken)
    try:
        async with line.turn:
            for hold in line.taken[before:]:
                if hold.session_key != visitor.session_key and hold.is_live(now):
                    _require_apart(hold, choice, chosen)
            yield line.taken
    finally:
        line.standing -= 1
        if not line.standing:
            del _lines[key]


def _require_apart(hold: HoldRow, choice: Choice, chosen: ChosenTime) -> None:
    """Raise SlotTaken if the chosen time certainly overlaps the hold, as far as is known here."""
    is_same_type = hold.type_slug == choice.appointment_type
    duration = hold.ends_at - hold.starts_at if is_same_type else _AN_INSTANT
    if hold.starts_at < chosen.starts_at + duration and chosen.starts_at < hold.ends_at:
        raise SlotTaken
