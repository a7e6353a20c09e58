"""Diaries prepared for searching, kept as long as nothing in them has changed.

See docs/mechanisms/availability.md.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from booking_app.db.queries import diary as diary_queries
from booking_app.db.queries import opening_hours
from booking_app.db.queries.catalogue import Bookable, BookableClinician, Place
from booking_app.db.queries.opening_hours import ClinicianHours
from booking_app.domain.availability import OpeningHours
from booking_app.domain.busy_masks import BusyMasks
from booking_app.domain.slot_grid import SlotGrid
from booking_app.domain.slots import Diary, SlotRequest, grid_for
from booking_app.domain.timespan import instant_of

MAX_CLINICIANS_KEPT = 1000
"""A clinician's diary of two months takes some tens of kilobytes."""

COMPUTED_IN_LINE = 4
"""So many diaries are computed at once; more would keep every other visitor waiting."""

HORIZON_STEP = 32
"""Horizons are rounded up to this many days, so that types with like limits share diaries."""


@dataclass(frozen=True, slots=True)
class Question:
    """Where one clinician may be free for a request, at one place."""

    bookable: Bookable
    request: SlotRequest


@dataclass(slots=True)
class _KeptHours:
    rev: int
    hours: ClinicianHours
    by_place: dict[int, OpeningHours] = field(default_factory=dict)

    def at(self, place: Place) -> OpeningHours:
        kept = self.by_place.get(place.id)
        if kept is None or kept.zone.key != place.zone:
            kept = self.by_place[place.id] = self.hours.at(place)
        return kept


@dataclass(slots=True)
class _KeptDiary:
    rev: int
    busy: BusyMasks
    by_place: dict[int, Diary] = field(default_factory=dict)
    answered: set[tuple[int, SlotRequest]] = field(default_factory=set)

    def at(self, place: Place, hours: OpeningHours) -> Diary:
        kept = self.by_place.get(place.id)
        if kept is None or kept.hours is not hours:
            kept = self.by_place[place.id] = Diary(hours, self.busy)
            self.answered = {each for each in self.answered if each[0] != place.id}
        return kept


K = TypeVar("K")
E = TypeVar("E", _KeptHours, _KeptDiary)
R = TypeVar("R")


class PreparedDiaries:
    """The prepared diaries of one database, in this process.

    An entry is right exactly while ``rev`` of its resource is what it was when the entry was
    read: whoever changes busy time, hours, time off or a closure moves ``rev`` in the same
    transaction. What is asked for is therefore compared with a ``rev`` read before the entry's
    own rows; rows newer than their ``rev`` are only read again once more.
    """

    def __init__(self) -> None:
        """Begin with nothing prepared."""
        self._hours: OrderedDict[int, _KeptHours] = OrderedDict()
        self._diaries: OrderedDict[tuple[int, SlotGrid], _KeptDiary] = OrderedDict()
        # A change wakes every open page at once; one of them reads, the others wait for it.
        self._loading = asyncio.Lock()

    @property
    def size(self) -> int:
        """Tell how many entries are kept, hours and diaries together."""
        return len(self._hours) + len(self._diaries)

    async def answer(
        self,
        rx: AsyncConnection,
        questions: Sequence[Question],
        *,
        organization_id: int,
        days: int,
        now: datetime,
    ) -> tuple[SlotGrid, list[Diary]]:
        """Return one grid for all ``questions``, and a diary on it for each, ready to be asked.

        The grid begins with the UTC day of ``now`` and goes at least ``days`` further.
        """
        clinicians = {q.bookable.clinician.resource_id: q.bookable.clinician for q in questions}
        kept_hours = await self._up_to_date(
            self._hours,
            clinicians,
            lambda stale: self._read_hours(rx, stale, organization_id, now),
        )
        hours = [
            kept_hours[q.bookable.clinician.resource_id].at(q.bookable.place) for q in questions
        ]
        grid = _finest_grid({q.request for q in questions}, hours, days, now)
        kept_diaries = await self._up_to_date(
            self._diaries,
            {(key, grid): each for key, each in clinicians.items()},
            lambda stale: self._read_diaries(rx, stale, grid),
        )
        entries = [kept_diaries[q.bookable.clinician.resource_id] for q in questions]
        diaries = [
            entry.at(q.bookable.place, at)
            for entry, q, at in zip(entries, questions, hours, strict=True)
        ]
        await _compute(questions, entries, diaries)
        return grid, diaries

    async def _up_to_date(
        self,
        kept: OrderedDict[K, E],
        wanted: dict[K, BookableClinician],
        read: Callable[[list[BookableClinician]], Awaitable[list[E]]],
    ) -> dict[int, E]:
        """Return an entry for each resource, having read those whose ``rev`` has moved.

        What is found is taken at once: others may replace or drop it while this waits.
        """

        def take() -> dict[K, BookableClinician]:
            missing: dict[K, BookableClinician] = {}
            for key, each in wanted.items():
                entry = kept.get(key)
                if entry is not None and entry.rev == each.rev:
                    found[each.resource_id] = entry
                    kept.move_to_end(key)
                elif each.resource_id not in found:
                    missing[key] = each
            return missing

        found: dict[int, E] = {}
        if take():
            async with self._loading:
                if missing := take():
                    entries = await read(list(missing.values()))
                    for (key, each), entry in zip(missing.items(), entries, strict=True):
                        found[each.resource_id] = kept[key] = entry
                        kept.move_to_end(key)
        while len(kept) > MAX_CLINICIANS_KEPT:
            kept.popitem(last=False)
        return found

    async def _read_hours(
        self,
        rx: AsyncConnection,
        clinicians: list[BookableClinician],
        organization_id: int,
        now: datetime,
    ) -> list[_KeptHours]:
        hours = await opening_hours.list_hours(
            rx,
            organization_id=organization_id,
            clinician_ids=[each.id for each in clinicians],
            now=now,
        )
        return [_KeptHours(each.rev, hours[each.id]) for each in clinicians]

    async def _read_diaries(
        self, rx: AsyncConnection, clinicians: list[BookableClinician], grid: SlotGrid
    ) -> list[_KeptDiary]:
        begins_at = instant_of(grid.origin)
        ends_at = instant_of(grid.origin + grid.size * grid.cell_minutes)
        columns = await diary_queries.list_busy(
            rx,
            resource_ids=[each.resource_id for each in clinicians],
            begins_at=begins_at,
            ends_at=ends_at,
        )
        time_off = await opening_hours.list_time_off(
            rx,
            clinician_ids=[each.id for each in clinicians],
            begins_at=begins_at,
            ends_at=ends_at,
        )

        def draw() -> list[_KeptDiary]:
            return [
                _KeptDiary(
                    each.rev,
                    BusyMasks(
                        grid,
                        columns.get(each.resource_id, diary_queries.NOTHING_BUSY).rows(),
                        time_off.get(each.id, ()),
                    ),
                )
                for each in clinicians
            ]

        return await _in_line_or_thread(draw, len(clinicians))


_of_database: WeakKeyDictionary[AsyncEngine, PreparedDiaries] = WeakKeyDictionary()


def prepared_diaries(rx: AsyncConnection) -> PreparedDiaries:
    """Return what this process has prepared of the database that ``rx`` is connected to."""
    return _of_database.setdefault(rx.engine, PreparedDiaries())


def forget() -> None:
    """Begin anew, as a process does at its start."""
    _of_database.clear()


async def _in_line_or_thread(work: Callable[[], R], count: int) -> R:
    return work() if count <= COMPUTED_IN_LINE else await asyncio.to_thread(work)


def _finest_grid(
    requests: set[SlotRequest], hours: list[OpeningHours], days: int, now: datetime
) -> SlotGrid:
    """Return the grid on which all ``requests`` can be asked, of whole UTC days from today."""
    begins_at = now.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = -(-(days + 2) // HORIZON_STEP)
    ends_at = begins_at + timedelta(days=steps * HORIZON_STEP)
    grids = (grid_for(begins_at, ends_at, request, hours) for request in requests)
    return min(grids, key=lambda grid: grid.cell_minutes)


async def _compute(
    questions: Sequence[Question], entries: list[_KeptDiary], diaries: list[Diary]
) -> None:
    """Have the diaries find the answers that they do not remember yet."""
    new = [
        (entry, diary, q)
        for entry, diary, q in zip(entries, diaries, questions, strict=True)
        if (q.bookable.place.id, q.request) not in entry.answered
    ]

    def compute() -> None:
        for _, diary, q in new:
            diary.free_starts(q.request)

    await _in_line_or_thread(compute, len(new))
    for entry, _, q in new:
        entry.answered.add((q.bookable.place.id, q.request))
