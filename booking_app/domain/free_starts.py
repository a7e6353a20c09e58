"""The answer of a slot search: which starts are free."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from booking_app.domain.availability import MINUTES_PER_DAY
from booking_app.domain.local_time import local_dates, local_runs, segments_around
from booking_app.domain.slot_grid import SlotGrid, set_bits, span_mask
from booking_app.domain.timespan import epoch_minute, epoch_minute_up


@dataclass(frozen=True, slots=True)
class BookingLimits:
    """How soon and how far ahead a patient may book, in elapsed time whatever clocks do.

    A start exactly ``min_notice_minutes`` from now is offered, and so is one exactly
    ``max_advance_days`` times 24 hours from now; None is no limit.
    """

    min_notice_minutes: int = 0
    max_advance_days: int | None = None

    def bookable_minutes(self, now: datetime) -> tuple[int, int | None]:
        """Return the first epoch minute bookable at ``now`` and the first one no longer so."""
        earliest = epoch_minute_up(now) + self.min_notice_minutes
        if self.max_advance_days is None:
            return earliest, None
        return earliest, epoch_minute(now) + self.max_advance_days * MINUTES_PER_DAY + 1


@dataclass(frozen=True, slots=True)
class FreeStarts:
    """The free starts of one clinician, or of several together, on one grid.

    Iterating gives epoch minutes, in order; ``timespan.instant_of`` makes an instant of one.
    """

    grid: SlotGrid
    mask: int

    @classmethod
    def union(cls, grid: SlotGrid, several: Iterable["FreeStarts"]) -> Self:
        """Return the starts at which at least one of ``several`` is free, each of them once.

        Raises:
            ValueError: one of them is on another grid.
        """
        mask = 0
        for free in several:
            if free.grid is not grid and free.grid != grid:
                raise ValueError("free starts of different grids cannot be put together")
            mask |= free.mask
        return cls(grid, mask)

    def within(self, limits: BookingLimits, *, now: datetime) -> "FreeStarts":
        """Return those that ``limits`` leave at ``now``."""
        first, stop = limits.bookable_minutes(now)
        return self.between(first, self.grid.stop if stop is None else stop)

    def between(self, first: int, stop: int) -> "FreeStarts":
        """Return those in the epoch minutes ``first <= start < stop``."""
        return FreeStarts(self.grid, self.mask & self.grid.mask_between(first, stop))

    def on(self, day: date, zone: ZoneInfo) -> "FreeStarts":
        """Return those at which the wall clock of ``zone`` shows ``day``."""
        mask = 0
        for first_cell, stop_cell in self._cells_of(day, zone):
            mask |= self.mask & span_mask(first_cell, stop_cell)
        return FreeStarts(self.grid, mask)

    def counts_by_day(self, zone: ZoneInfo) -> dict[date, int]:
        """Return how many there are on each local date of ``zone`` that has any, in order."""
        counts: dict[date, int] = {}
        segments = segments_around(zone, self.grid.first, self.grid.stop)
        for day in local_dates(segments, self.grid.first, self.grid.stop):
            count = sum(
                (self.mask >> first_cell & span_mask(0, stop_cell - first_cell)).bit_count()
                for first_cell, stop_cell in self._cells_of(day, zone)
            )
            if count:
                counts[day] = count
        return counts

    def __contains__(self, minute: object) -> bool:
        if not isinstance(minute, int) or not self.grid.first <= minute < self.grid.stop:
            return False
        cell, past_its_beginning = divmod(minute - self.grid.origin, self.grid.cell_minutes)
        return not past_its_beginning and bool(self.mask >> cell & 1)

    def __iter__(self) -> Iterator[int]:
        origin, cell_minutes = self.grid.origin, self.grid.cell_minutes
        return (origin + cell * cell_minutes for cell in set_bits(self.mask))

    def __len__(self) -> int:
        return self.mask.bit_count()

    def _cells_of(self, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
        """Yield the stretches of cells that begin on ``day``; two where clocks tear it apart."""
        segments = segments_around(zone, self.grid.first, self.grid.stop)
        for begins, ends in local_runs(segments, day, 0, MINUTES_PER_DAY):
            first_cell = self.grid.cell_at_or_after(-(-begins // 60))
            stop_cell = self.grid.cell_at_or_after(-(-ends // 60))
            yield max(first_cell, 0), max(stop_cell, 0)
