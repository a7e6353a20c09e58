"""An independent slot search: sorted intervals, swept from left to right.

It is what the engine is checked against, and the floor of its benchmark. It reads the same plain
inputs and shares no function with the engine, neither for slots nor for local time: ordinary days
are one addition, and on a day that clocks touch it asks the wall clock minute by minute.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking_app.domain.availability import OpeningHours
from booking_app.domain.free_starts import BookingLimits
from booking_app.domain.slots import SlotRequest

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FAR_OFFSET = timedelta(hours=16)


class SweepDiary(NamedTuple):
    """One clinician at one location. All spans are epoch minutes, the stop excluded."""

    hours: OpeningHours
    occupied: Sequence[tuple[int, int, int, int]]
    time_off: Sequence[tuple[int, int]]


class Run(NamedTuple):
    """A stretch of one window, contiguous in elapsed time, in epoch minutes."""

    first: int
    stop: int
    buffer: int


def sweep(
    diaries: Iterable[SweepDiary],
    request: SlotRequest,
    limits: BookingLimits,
    *,
    now: datetime,
    first: int,
    stop: int,
) -> list[int]:
    """Return each epoch minute from ``first`` to ``stop`` at which any diary has a free start."""
    seconds_now = (now - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    earliest = max(first, int(-(-seconds_now // 60)) + limits.min_notice_minutes)
    beyond = stop
    if limits.max_advance_days is not None:
        beyond = min(stop, int(seconds_now // 60) + limits.max_advance_days * 24 * 60 + 1)
    starts: set[int] = set()
    for diary in diaries:
        starts.update(_sweep_one(diary, request, first, stop))
    return sorted(start for start in starts if earliest <= start < beyond)


def forget() -> None:
    """Forget the windows and clocks of earlier sweeps, for a cold benchmark."""
    _runs.cache_clear()
    _readings.cache_clear()


def _sweep_one(diary: SweepDiary, request: SlotRequest, first: int, stop: int) -> list[int]:
    runs, closed = _runs(diary.hours, first, stop)
    duration = request.duration_minutes
    starts: list[int] = []
    for buffer in {run.buffer for run in runs}:
        forbidden = _forbidden_starts(diary, closed, request, buffer)
        ends = [end for _, end in forbidden]
        step = request.step_minutes or duration + buffer
        for run in runs:
            if run.buffer != buffer:
                continue
            start = run.first
            if start < first:
                start += -(-(first - start) // step) * step
            last = min(run.stop - duration, stop - 1)
            at = bisect_right(ends, start)
            while start <= last:
                while at < len(ends) and ends[at] <= start:
                    at += 1
                if at < len(ends) and forbidden[at][0] <= start:
                    start += -(-(ends[at] - start) // step) * step
                else:
                    starts.append(start)
                    start += step
    return starts


def _forbidden_starts(
    diary: SweepDiary, closed: Sequence[tuple[int, int]], request: SlotRequest, buffer: int
) -> list[tuple[int, int]]:
    """Return the stretches in which no slot may start, sorted and merged, the end excluded."""
    duration = request.duration_minutes
    own_before = max(buffer, request.buffer_before_minutes)
    own_after = max(buffer, request.buffer_after_minutes)
    # Not max(): a call for each row would slow down what the engine is measured against.
    forbidden = [
        (
            begins - duration - (before if before > own_after else own_after) + 1,  # noqa: FURB136 see above
            ends + (after if after > own_before else own_before),  # noqa: FURB136 see above
        )
        for begins, ends, before, after in diary.occupied
    ]
    forbidden += [(begins - duration + 1, ends) for begins, ends in (*diary.time_off, *closed)]
    forbidden.sort()
    merged: list[tuple[int, int]] = []
    reach = -1
    for begins, ends in forbidden:
        if merged and begins <= reach:
            if ends > reach:
                reach = ends
                merged[-1] = (merged[-1][0], ends)
        else:
            merged.append((begins, ends))
            reach = ends
    return merged


@lru_cache(maxsize=256)
def _runs(hours: OpeningHours, first: int, stop: int) -> tuple[list[Run], list[tuple[int, int]]]:
    """Return the runs of all windows around two epoch minutes, and the parts that are closed."""
    runs: list[Run] = []
    closed: list[tuple[int, int]] = []
    day = _wall(hours.zone, first).date() - timedelta(days=1)
    last_day = _wall(hours.zone, stop).date() + timedelta(days=1)
    while day <= last_day:
        special = [x for x in hours.exceptions if x.day == day]
        blocks = [
            (x.start_minute or 0, x.end_minute or 0, x.buffer_minutes)
            for x in special
            if x.kind == "open"
        ]
        if not blocks:
            blocks = [
                (w.start_minute, w.end_minute, w.buffer_minutes)
                for w in hours.windows
                if w.weekday == day.weekday()
                and (not w.valid_from or day >= w.valid_from)
                and (not w.valid_until or day <= w.valid_until)
            ]
        for start_minute, end_minute, buffer in blocks:
            for begins, ends in wall_stretches(hours.zone, day, start_minute, end_minute):
                runs.append(Run(begins, ends, buffer))
        shut = [(x.start_minute or 0, x.end_minute or 1440) for x in special if x.kind == "closed"]
        shut += [(0, 1440) for c in hours.closures if c.starts_on <= day <= c.ends_on]
        for start_minute, end_minute in shut:
            # A minute that is closed for a second is closed: widen odd seconds outward.
            closed += wall_stretches(hours.zone, day, start_minute, end_minute, outward=True)
        day += timedelta(days=1)
    return sorted(runs), closed


def wall_stretches(
    zone: ZoneInfo, day: date, start_minute: int, end_minute: int, *, outward: bool = False
) -> list[tuple[int, int]]:
    """Return the epoch minutes in which the wall clock reads from one minute of ``day`` to another.

    Where an offset has odd seconds, a minute counts if all of it does, with ``outward`` if any.
    """
    offset, readings = _readings(zone, day)
    if offset is not None:
        midnight = (day.toordinal() - _EPOCH_DAY) * 86400 - offset
        begins, ends = midnight + start_minute * 60, midnight + end_minute * 60
        if outward:
            return [(begins // 60, -(-ends // 60))]
        return [(-(-begins // 60), ends // 60)]
    stretches: list[tuple[int, int]] = []
    decide = any if outward else all
    for minute, *at in readings:
        if not decide(start_minute <= reading < end_minute for reading in at):
            continue
        if stretches and stretches[-1][1] == minute:
            stretches[-1] = (stretches[-1][0], minute + 1)
        else:
            stretches.append((minute, minute + 1))
    return stretches


@lru_cache(maxsize=4096)
def _readings(zone: ZoneInfo, day: date) -> tuple[int | None, list[tuple[int, int, int]]]:
    """Return the offset of an ordinary day in seconds, or what the wall clock reads all day.

    That is, for each epoch minute, the minute of the day at its first and at its last second,
    -1 where the date is another one. No zone changes twice within a few days.
    """
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    before, after = (
        int((noon + shift).astimezone(zone).utcoffset().total_seconds())  # pyright: ignore[reportOptionalMemberAccess] # a zone has an offset
        for shift in (-timedelta(hours=12) - _FAR_OFFSET, timedelta(hours=12) + _FAR_OFFSET)
    )
    if before == after:
        return before, []
    midnight = (day.toordinal() - _EPOCH_DAY) * 86400
    readings: list[tuple[int, int, int]] = []
    for minute in range(
        (midnight - max(before, after)) // 60, -(-(midnight + 86400 - min(before, after)) // 60)
    ):
        wall = _wall(zone, minute)
        at_first = wall.hour * 60 + wall.minute if wall.date() == day else -1
        at_last = at_first
        if wall.second:
            wall = _wall(zone, minute, seconds=59)
            at_last = wall.hour * 60 + wall.minute if wall.date() == day else -1
        readings.append((minute, at_first, at_last))
    return None, readings


def _wall(zone: ZoneInfo, minute: int, *, seconds: int = 0) -> datetime:
    return datetime.fromtimestamp(minute * 60 + seconds, zone)
