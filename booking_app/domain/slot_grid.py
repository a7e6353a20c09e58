"""The grid of the slot engine: one bit of a big integer is one cell of time.

Bit ``i`` stands for the instant ``origin + i * cell`` in UTC, so that clock changes leave no holes
in it. Whether a bit means "a slot may start here" or "taken" is said by whoever holds the mask.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from booking_app.domain.availability import (
    COARSE_CELL_MINUTES,
    MAX_BUFFER_MINUTES,
    MINUTES_PER_DAY,
)
from booking_app.domain.timespan import epoch_minute_up

MAX_DURATION_MINUTES = MINUTES_PER_DAY


@dataclass(frozen=True, slots=True)
class SlotGrid:
    """Epoch minutes from ``first`` up to, and not including, ``stop``, cut into cells.

    These are the minutes in which a slot may start. The cells reach further at both ends, by the
    longest slot and the longest buffer, so that neighbours outside still keep their distance.
    """

    first: int
    stop: int
    cell_minutes: int = COARSE_CELL_MINUTES
    origin: int = field(init=False, compare=False)
    """The epoch minute of bit 0, a multiple of the cell."""
    size: int = field(init=False, compare=False)
    """How many cells it has."""

    def __post_init__(self) -> None:
        if self.stop <= self.first:
            raise ValueError("a grid must hold at least one minute")
        cell = self.cell_minutes
        object.__setattr__(self, "origin", (self.first - MAX_BUFFER_MINUTES) // cell * cell)
        last_neighbour = self.stop + MAX_DURATION_MINUTES + MAX_BUFFER_MINUTES
        object.__setattr__(self, "size", self.cell_at_or_after(last_neighbour))

    @classmethod
    def covering(
        cls, begins_at: datetime, ends_at: datetime, *, cell_minutes: int = COARSE_CELL_MINUTES
    ) -> Self:
        """Return the grid of the starts ``begins_at <= start < ends_at``."""
        return cls(epoch_minute_up(begins_at), epoch_minute_up(ends_at), cell_minutes)

    def cell_at_or_after(self, minute: int) -> int:
        return -((self.origin - minute) // self.cell_minutes)

    def mask_between(self, first: int, stop: int) -> int:
        """Return the cells that begin in the epoch minutes ``first <= minute < stop``."""
        return self._mask_of_cells(self.cell_at_or_after(first), self.cell_at_or_after(stop))

    def mask_touching(self, spans: Iterable[tuple[int, int]]) -> int:
        """Return the cells that have a minute in common with one of ``spans``."""
        mask = 0
        for first, stop in spans:
            cell_of_first = (first - self.origin) // self.cell_minutes
            mask |= self._mask_of_cells(cell_of_first, self.cell_at_or_after(stop))
        return mask

    def _mask_of_cells(self, first_cell: int, stop_cell: int) -> int:
        return span_mask(max(first_cell, 0), min(stop_cell, self.size))


def span_mask(first_bit: int, stop_bit: int) -> int:
    """Return the bits from ``first_bit`` up to, and not including, ``stop_bit``."""
    return ((1 << (stop_bit - first_bit)) - 1) << first_bit if first_bit < stop_bit else 0


def comb_mask(first_bit: int, count: int, stride: int) -> int:
    """Return ``count`` bits, ``stride`` apart, the lowest at ``first_bit``."""
    return ((1 << count * stride) - 1) // ((1 << stride) - 1) << first_bit if count > 0 else 0


def smeared_back(mask: int, width: int) -> int:
    """Return the bits from which a stretch of ``width`` bits upwards meets a bit of ``mask``.

    Doubles the smear with each step, so that it takes the logarithm of ``width``.
    """
    reach = 1
    while 2 * reach <= width:
        mask |= mask >> reach
        reach *= 2
    return mask | mask >> (width - reach)


def set_bits(mask: int) -> Iterator[int]:
    """Yield the positions of the bits of ``mask``, lowest first."""
    # Reversed binary text: find() skips the empty stretches at the speed of memory.
    text = bin(mask)[:1:-1]
    position = text.find("1")
    while position >= 0:
        yield position
        position = text.find("1", position + 1)
