"""What is taken in a clinician's diary, as masks that stay right as long as the diary does."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

from booking_app.domain.availability import MAX_BUFFER_MINUTES
from booking_app.domain.slot_grid import SlotGrid, smeared_back
from booking_app.domain.timespan import TimeSpan

STRETCH_CELLS = 720
"""How far spans may lie apart to be drawn together first: a few days, a few machine words."""


class Occupied(NamedTuple):
    """Time taken by one appointment or live hold, at whichever location.

    ``first`` and ``stop`` are epoch minutes, the stop excluded. The buffers are those of its own
    appointment type, as they were when it was booked. A row of a query in this order is one too.
    """

    first: int
    stop: int
    buffer_before: int = 0
    buffer_after: int = 0

    @classmethod
    def during(cls, span: TimeSpan, *, buffer_before: int = 0, buffer_after: int = 0) -> Self:
        first, stop = span.whole_minutes()
        return cls(first, stop, buffer_before, buffer_after)


class Gaps(NamedTuple):
    """The time a new slot keeps from its neighbours, in minutes.

    Between two neighbours lies the largest of three buffers, never their sum: that of the new
    slot's window, the earlier one's after, the later one's before.
    """

    before: int
    after: int

    def widened_for(self, neighbour_before: int, neighbour_after: int) -> "Gaps":
        """Return the gaps to a neighbour that brings buffers of its own."""
        return Gaps(max(self.before, neighbour_after), max(self.after, neighbour_before))


class BusyMasks:
    """The confirmed appointments and time off of one clinician on one grid.

    Appointments are kept by the buffers they bring, since the gap to each depends on them and on
    the new slot's own. Live holds are not in here: they end by the clock, without any change of
    the diary, and are added at each search.
    """

    __slots__ = ("appointments", "grid", "time_off")

    grid: SlotGrid
    appointments: Mapping[tuple[int, int], int]
    time_off: int

    def __init__(
        self,
        grid: SlotGrid,
        occupied: Iterable[tuple[int, int, int, int]] = (),
        time_off: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Draw ``occupied`` (``Occupied``, or rows like it) and ``time_off`` on ``grid``.

        Time off is in epoch minutes, stop excluded (``TimeSpan.whole_minutes``). Whatever lies
        off the grid is left out. Any order is right; by buffers, then by time, is the fastest.
        """
        self.grid = grid
        self.appointments = _drawn_by_buffers(grid, occupied)
        self.time_off = grid.mask_touching(time_off)

    def blocked_starts(self, duration: int, gaps: Gaps) -> int:
        """Return the cells in which no slot of ``duration`` minutes can start.

        An appointment blocks from one duration and gap before it until one gap after it. Time
        off blocks only what overlaps it: nobody needs to tidy up before a holiday.

        Raises:
            ValueError: the duration or a gap is not a whole number of cells.
        """
        cell = self.grid.cell_minutes
        if duration % cell or gaps.before % cell or gaps.after % cell:
            raise ValueError(f"{duration} minutes and {gaps} are not whole cells of {cell}")
        blocked = smeared_back(self.time_off, duration // cell)
        for (before, after), mask in self.appointments.items():
            gap = gaps.widened_for(before, after)
            width = (gap.before + duration + gap.after) // cell
            blocked |= smeared_back(mask, width) << gap.before // cell
        return blocked


def _drawn_by_buffers(
    grid: SlotGrid, occupied: Iterable[tuple[int, int, int, int]]
) -> dict[tuple[int, int], int]:
    """Return a mask for each pair of buffers, spans rounded outward to whole cells.

    Slots and the gaps they keep are whole cells too, so a start that the rounding takes was not
    free anyhow. Neighbouring spans are drawn on a short stretch before that is laid on the long
    mask: adding to an integer copies all of it.
    """
    origin, cell = grid.origin, grid.cell_minutes
    masks: dict[tuple[int, int], int] = {}
    stretch = begins = drawn_before = drawn_after = 0
    for first, stop, before, after in occupied:
        cell_of_first = (first - origin) // cell
        span = (1 << (-((origin - stop) // cell) - cell_of_first)) - 1
        at = cell_of_first - begins
        if 0 <= at < STRETCH_CELLS and before == drawn_before and after == drawn_after:
            stretch |= span << at
        elif before % cell or after % cell:
            _lay(
                masks, grid, _in_whole_cells(grid, first, stop, before, after), span, cell_of_first
            )
        else:
            _lay(masks, grid, (drawn_before, drawn_after), stretch, begins)
            stretch, begins, drawn_before, drawn_after = span, cell_of_first, before, after
    _lay(masks, grid, (drawn_before, drawn_after), stretch, begins)
    if any(max(buffers) > MAX_BUFFER_MINUTES for buffers in masks):
        raise ValueError("a neighbour's buffer is longer than a day")
    return masks


def _lay(
    masks: dict[tuple[int, int], int],
    grid: SlotGrid,
    buffers: tuple[int, int],
    stretch: int,
    begins: int,
) -> None:
    """Add ``stretch``, whose lowest bit is cell ``begins``, to the mask of ``buffers``."""
    if begins < 0:
        stretch >>= -begins
        begins = 0
    if stretch and begins < grid.size:
        masks[buffers] = masks.get(buffers, 0) | stretch << begins


def _in_whole_cells(
    grid: SlotGrid, first: int, stop: int, before: int, after: int
) -> tuple[int, int]:
    """Return buffers that reach as many whole cells beyond the rounded span as the real ones."""
    origin, cell = grid.origin, grid.cell_minutes
    cells_before = (first - origin) // cell - (first - before - origin) // cell
    cells_after = (origin - stop) // cell - (origin - stop - after) // cell
    return cells_before * cell, cells_after * cell
