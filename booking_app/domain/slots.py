"""The slot search: which times a patient can book.

Free time is computed, never stored: the starts that opening hours permit, less those that the
diary blocks. See docs/mechanisms/slot-engine.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking_app.domain.availability import COARSE_CELL_MINUTES, MAX_BUFFER_MINUTES, OpeningHours
from booking_app.domain.busy_masks import BusyMasks, Gaps
from booking_app.domain.free_starts import BookingLimits, FreeStarts
from booking_app.domain.local_time import segments_around
from booking_app.domain.slot_grid import MAX_DURATION_MINUTES, SlotGrid
from booking_app.domain.start_masks import WindowStarts, start_masks
from booking_app.domain.timespan import epoch_minute, epoch_minute_up

shared_start_masks = lru_cache(maxsize=512)(start_masks)
"""Clinicians who keep the same hours share one computation of their starts."""

MAX_REQUESTS_KEPT = 64


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """What is to be booked: the numbers of an appointment type, in minutes.

    ``step_minutes`` is the pitch of the offered starts; None is the duration plus the buffer of
    the window.
    """

    duration_minutes: int
    step_minutes: int | None = None
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.duration_minutes <= MAX_DURATION_MINUTES:
            raise ValueError(f"a slot of {self.duration_minutes} minutes is not within a day")
        if self.step_minutes is not None and self.step_minutes < 1:
            raise ValueError(f"starts cannot follow one another every {self.step_minutes} minutes")
        for buffer in (self.buffer_before_minutes, self.buffer_after_minutes):
            if not 0 <= buffer <= MAX_BUFFER_MINUTES:
                raise ValueError(f"a buffer of {buffer} minutes is not between 0 and a day")

    def gaps(self, window_buffer: int) -> Gaps:
        """Return the gaps its own buffers and that of its window ask for."""
        return Gaps(
            before=max(window_buffer, self.buffer_before_minutes),
            after=max(window_buffer, self.buffer_after_minutes),
        )


class Diary:
    """One clinician at one location, prepared for searching on one grid.

    The caller keeps it for as long as ``rev`` of the clinician's resource stands: each change of
    busy time or of hours moves ``rev``. It remembers what is free for each request asked so far,
    so that a search repeated costs a look-up; only live holds, which end without any change of
    the diary, are laid on top each time.
    """

    __slots__ = ("_without_holds", "busy", "hours")

    def __init__(self, hours: OpeningHours, busy: BusyMasks) -> None:
        """Bring together the hours at a location and what is taken at any location."""
        self.hours = hours
        self.busy = busy
        self._without_holds: dict[SlotRequest, tuple[WindowStarts, ...]] = {}

    def free_starts(
        self, request: SlotRequest, holds: Sequence[tuple[int, int, int, int]] = ()
    ) -> FreeStarts:
        """Return the starts free for ``request`` while ``holds`` are live.

        ``holds`` are ``Occupied`` or rows like it; leave out the hold of whoever is asking.

        Raises:
            ValueError: the request does not fall on the cells of the grid (see ``grid_for``).
        """
        found = self._without_holds.get(request)
        if found is None:
            if len(self._without_holds) >= MAX_REQUESTS_KEPT:
                self._without_holds.clear()
            starts = shared_start_masks(
                self.hours, self.busy.grid, request.duration_minutes, request.step_minutes
            )
            found = self._without_holds[request] = _unblocked(starts, self.busy, request)
        if holds:
            found = _unblocked(found, BusyMasks(self.busy.grid, holds), request)
        return FreeStarts(self.busy.grid, _merged(found))


def grid_for(
    begins_at: datetime, ends_at: datetime, request: SlotRequest, hours: Iterable[OpeningHours]
) -> SlotGrid:
    """Return the grid for a search over starts with ``begins_at <= start < ends_at``.

    Five-minute cells where all starts and gaps fall on them, else cells of one minute, five times
    the work. Ask for whole UTC days, so that prepared diaries serve until the day is over.
    """
    grid = SlotGrid.covering(begins_at, ends_at, cell_minutes=COARSE_CELL_MINUTES)
    several = list(hours)
    fits = (
        _falls_on_coarse_cells(request)
        and all(each.starts_on_five_minutes for each in several)
        and all(_keeps_five_minutes(zone, grid) for zone in {each.zone for each in several})
    )
    return grid if fits else SlotGrid.covering(begins_at, ends_at, cell_minutes=1)


def is_offered(
    start: datetime,
    request: SlotRequest,
    hours: OpeningHours,
    *,
    occupied: Iterable[tuple[int, int, int, int]],
    time_off: Iterable[tuple[int, int]] = (),
    limits: BookingLimits | None = None,
    now: datetime,
) -> bool:
    """Tell whether ``start`` is free, by the same engine, from the rows around it alone.

    For the moment of booking, under the lock of the resource. ``occupied`` holds appointments and
    live holds; those that overlap the day before ``start`` and the two after it are enough. None
    as ``limits`` is for staff, who are not bound by them.
    """
    minute = epoch_minute(start)
    if minute != epoch_minute_up(start):
        return False
    grid = SlotGrid(minute, minute + 1, cell_minutes=1)
    starts = start_masks(hours, grid, request.duration_minutes, request.step_minutes)
    found = _unblocked(starts, BusyMasks(grid, occupied, time_off), request)
    free = FreeStarts(grid, _merged(found))
    return minute in (free if limits is None else free.within(limits, now=now))


def _unblocked(
    starts: tuple[WindowStarts, ...], busy: BusyMasks, request: SlotRequest
) -> tuple[WindowStarts, ...]:
    """Return ``starts`` less those that ``busy`` blocks, each by the buffer of its window."""
    return tuple(
        WindowStarts(
            window_buffer,
            mask & ~busy.blocked_starts(request.duration_minutes, request.gaps(window_buffer)),
        )
        for window_buffer, mask in starts
    )


def _merged(starts: tuple[WindowStarts, ...]) -> int:
    """Return a start that windows with different buffers offer as one."""
    mask = 0
    for window_starts in starts:
        mask |= window_starts.mask
    return mask


def _falls_on_coarse_cells(request: SlotRequest) -> bool:
    numbers = (
        request.duration_minutes,
        request.step_minutes or 0,
        request.buffer_before_minutes,
        request.buffer_after_minutes,
    )
    return not any(number % COARSE_CELL_MINUTES for number in numbers)


def _keeps_five_minutes(zone: ZoneInfo, grid: SlotGrid) -> bool:
    """Tell whether five minutes on the wall are five-minute cells in UTC, all over the grid.

    They are nearly everywhere today. Clocks in Gaza went forward at 00:01 until 2022, and
    offsets with odd seconds lasted until 1972.
    """
    seconds = COARSE_CELL_MINUTES * 60
    return not any(
        segment.begins % seconds or segment.offset % seconds
        for segment in segments_around(zone, grid.first, grid.stop)
    )
