"""Where opening hours alone let a slot start: the published times, as masks."""

from typing import NamedTuple

from booking_app.domain.availability import OpeningHours, closed_parts, open_windows
from booking_app.domain.local_time import local_dates, local_runs, segments_around
from booking_app.domain.slot_grid import SlotGrid, comb_mask, smeared_back


class WindowStarts(NamedTuple):
    """The permitted starts of all windows with one buffer, in minutes."""

    window_buffer: int
    mask: int


def start_masks(
    hours: OpeningHours, grid: SlotGrid, duration: int, step: int | None
) -> tuple[WindowStarts, ...]:
    """Return the cells in which a slot of ``duration`` minutes may start, by window buffer.

    In each run of a window (see ``local_runs``) starts follow one another every ``step`` minutes
    from its first whole minute, every duration plus window buffer where step is None, while the
    whole slot fits into the run. A closed part of a day takes out the slots that overlap it, and
    moves none.

    Raises:
        ValueError: hours or slot do not fall on the cells of ``grid``.
    """
    segments = segments_around(hours.zone, grid.first, grid.stop)
    masks: dict[int, int] = {}
    for day in local_dates(segments, grid.first, grid.stop):
        for window in open_windows(hours, day):
            buffer = window.buffer_minutes
            stride = step or duration + buffer
            for begins, ends in local_runs(segments, day, window.start_minute, window.end_minute):
                starts = _starts_in_run(grid, -(-begins // 60), ends // 60, duration, stride)
                masks[buffer] = masks.get(buffer, 0) | starts
    closed = [
        (begins // 60, -(-ends // 60))
        for day, start_minute, end_minute in closed_parts(hours)
        for begins, ends in local_runs(segments, day, start_minute, end_minute)
    ]
    blocked = smeared_back(grid.mask_touching(closed), duration // grid.cell_minutes)
    permitted = grid.mask_between(grid.first, grid.stop) & ~blocked
    return tuple(WindowStarts(buffer, mask & permitted) for buffer, mask in masks.items())


def _starts_in_run(grid: SlotGrid, first: int, stop: int, duration: int, stride: int) -> int:
    cell = grid.cell_minutes
    if first % cell or duration % cell or stride % cell:
        raise ValueError(f"slots at {first} + n * {stride} do not fall on cells of {cell} minutes")
    count = (stop - first - duration) // stride + 1
    first_cell, stride_cells = (first - grid.origin) // cell, stride // cell
    # A run may have begun before the grid did; its later starts stay where they are.
    before_grid = max(0, -(first_cell // stride_cells))
    return comb_mask(first_cell + before_grid * stride_cells, count - before_grid, stride_cells)
