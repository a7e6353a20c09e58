"""What a location's wall clock reads, in instants, also where clocks change.

One rule decides every clock change: an instant belongs to "09:00 to 12:00 on that date" exactly
if the wall clock then reads so. Times that clocks skip belong to nothing; an hour that comes
twice belongs both times. No case is special here: a zone is a row of segments of one offset, and
a stretch of wall-clock time is looked up in each of them.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking_app.domain.timespan import EPOCH

SECONDS_PER_DAY = 86_400
EPOCH_ORDINAL = EPOCH.toordinal()


class OffsetSegment(NamedTuple):
    """A stretch of epoch seconds, end excluded, in which a zone keeps one offset from UTC."""

    begins: int
    ends: int
    offset: int


@lru_cache(maxsize=512)
def offset_segments(zone: ZoneInfo, begins: int, ends: int) -> tuple[OffsetSegment, ...]:
    """Split the epoch seconds from ``begins`` to ``ends`` where ``zone`` changes its offset.

    Looks once a day and narrows a difference down to the second. Since 1970 no zone has changed
    twice within six days.
    """
    segments: list[OffsetSegment] = []
    segment_begins, last_probe = begins, begins
    offset = _offset_at(zone, begins)
    for probe in (*range(begins + SECONDS_PER_DAY, ends - 1, SECONDS_PER_DAY), ends - 1):
        probed = _offset_at(zone, probe)
        if probed != offset:
            later = range(last_probe, probe + 1)
            index = bisect_left(later, True, key=lambda t, old=offset: _offset_at(zone, t) != old)
            segments.append(OffsetSegment(segment_begins, later[index], offset))
            segment_begins, offset = later[index], probed
        last_probe = probe
    segments.append(OffsetSegment(segment_begins, ends, offset))
    return tuple(segments)


def segments_around(zone: ZoneInfo, first_minute: int, stop_minute: int) -> Sequence[OffsetSegment]:
    """Return the segments of whole UTC days that hold each local date of these epoch minutes.

    Three days beyond either end are enough for any offset and any date that clocks tear apart;
    whole days make the answer worth remembering.
    """
    first_day = first_minute * 60 // SECONDS_PER_DAY - 3
    stop_day = stop_minute * 60 // SECONDS_PER_DAY + 4
    return offset_segments(zone, first_day * SECONDS_PER_DAY, stop_day * SECONDS_PER_DAY)


def local_dates(
    segments: Sequence[OffsetSegment], first_minute: int, stop_minute: int
) -> Iterator[date]:
    """Yield, in order, the dates that the wall clock shows between two epoch minutes."""
    begins, ends = first_minute * 60, stop_minute * 60
    within = [s for s in segments if s.begins < ends and begins < s.ends]
    first = min((max(s.begins, begins) + s.offset) // SECONDS_PER_DAY for s in within)
    last = max((min(s.ends, ends) - 1 + s.offset) // SECONDS_PER_DAY for s in within)
    for day in range(first, last + 1):
        yield date.fromordinal(EPOCH_ORDINAL + day)


def local_runs(
    segments: Sequence[OffsetSegment], day: date, start_minute: int, end_minute: int
) -> list[tuple[int, int]]:
    """Return when the wall clock reads from ``start_minute`` up to ``end_minute`` on ``day``.

    Each run is contiguous in elapsed time: epoch seconds, end excluded, in order. There is one
    on an ordinary day, two where clocks go back over an edge of the stretch or over midnight,
    none where the stretch is skipped.
    """
    midnight = (day.toordinal() - EPOCH_ORDINAL) * SECONDS_PER_DAY
    wall_begins, wall_ends = midnight + start_minute * 60, midnight + end_minute * 60
    runs: list[tuple[int, int]] = []
    for segment in segments:
        begins = max(wall_begins - segment.offset, segment.begins)
        ends = min(wall_ends - segment.offset, segment.ends)
        if begins >= ends:
            continue
        if runs and runs[-1][1] == begins:
            runs[-1] = (runs[-1][0], ends)
        else:
            runs.append((begins, ends))
    return runs


def _offset_at(zone: ZoneInfo, epoch_second: int) -> int:
    instant = EPOCH + timedelta(seconds=epoch_second)
    offset = instant.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
