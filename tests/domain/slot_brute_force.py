"""The definition of a free start, asked of every single minute. Slow, and hard to get wrong."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from booking_app.domain.availability import OpeningHours
from tests.domain.slot_cases import Case, CaseClinician

MinutesOfDate = dict[date, list[tuple[int, int]]]
"""For each local date its epoch minutes, with the minute of the day that the wall clock reads."""


def brute_force_starts(case: Case, clinician: CaseClinician) -> list[int]:
    """Return the epoch minutes at which ``clinician`` can be booked, minute by minute."""
    minutes_of_date = _read_the_wall_clock(clinician.hours, case)
    closed = _closed_minutes(clinician, minutes_of_date)
    return sorted(
        {
            start
            for open_minutes, buffer in _open_blocks(clinician.hours, minutes_of_date)
            for start in open_minutes
            if case.first <= start < case.stop
            and _is_within_limits(case, start)
            and _is_free(start, open_minutes, closed, buffer, case, clinician)
        }
    )


def _read_the_wall_clock(hours: OpeningHours, case: Case) -> MinutesOfDate:
    """Read it at the first and the last second of each minute; with odd seconds they differ."""
    found: MinutesOfDate = defaultdict(list)
    longest_run = 26 * 60
    for minute in range(case.first - longest_run, case.stop + case.request.duration_minutes):
        walls = {
            (wall.date(), wall.hour * 60 + wall.minute)
            for wall in (
                datetime.fromtimestamp(minute * 60 + second, hours.zone) for second in (0, 59)
            )
        }
        for day, wall_minute in walls:
            found[day].append((minute, wall_minute))
    return found


def _open_blocks(
    hours: OpeningHours, minutes_of_date: MinutesOfDate
) -> Iterator[tuple[set[int], int]]:
    """Yield the open minutes of each window on each date, and its buffer."""
    for day in minutes_of_date:
        blocks = [
            (x.start_minute or 0, x.end_minute or 0, x.buffer_minutes)
            for x in hours.exceptions
            if x.day == day and x.kind == "open"
        ] or [
            (w.start_minute, w.end_minute, w.buffer_minutes)
            for w in hours.windows
            if w.weekday == day.weekday()
            and (w.valid_from or date.min) <= day <= (w.valid_until or date.max)
        ]
        for start_minute, end_minute, buffer in blocks:
            inside, outside = _split(minutes_of_date, day, start_minute, end_minute)
            yield inside - outside, buffer


def _split(
    minutes_of_date: MinutesOfDate, day: date, start_minute: int, end_minute: int
) -> tuple[set[int], set[int]]:
    """Return the epoch minutes that read inside a block of ``day``, and those that do not."""
    inside: set[int] = set()
    outside: set[int] = set()
    for other_day in (day - timedelta(days=1), day, day + timedelta(days=1)):
        for minute, wall_minute in minutes_of_date.get(other_day, ()):
            is_inside = other_day == day and start_minute <= wall_minute < end_minute
            (inside if is_inside else outside).add(minute)
    return inside, outside


def _closed_minutes(clinician: CaseClinician, minutes_of_date: MinutesOfDate) -> set[int]:
    closed = {minute for begins, ends in clinician.time_off for minute in range(begins, ends)}
    for closure in clinician.hours.closures:
        for day, minutes in minutes_of_date.items():
            if closure.starts_on <= day <= closure.ends_on:
                closed.update(minute for minute, _ in minutes)
    for exception in clinician.hours.exceptions:
        if exception.kind == "closed":
            begins = 0 if exception.start_minute is None else exception.start_minute
            ends = 24 * 60 if exception.end_minute is None else exception.end_minute
            closed |= _split(minutes_of_date, exception.day, begins, ends)[0]
    return closed


def _is_within_limits(case: Case, start: int) -> bool:
    ahead = datetime.fromtimestamp(start * 60, UTC) - case.now
    days = case.limits.max_advance_days
    return ahead >= timedelta(minutes=case.limits.min_notice_minutes) and (
        days is None or ahead <= timedelta(hours=24 * days)
    )


def _is_free(
    start: int,
    open_minutes: set[int],
    closed: set[int],
    buffer: int,
    case: Case,
    clinician: CaseClinician,
) -> bool:
    slot = range(start, start + case.request.duration_minutes)
    if not open_minutes.issuperset(slot) or not closed.isdisjoint(slot):
        return False
    run_first = start
    while run_first - 1 in open_minutes:
        run_first -= 1
    step = case.request.step_minutes or case.request.duration_minutes + buffer
    return (start - run_first) % step == 0 and all(
        _keeps_its_distance(slot, buffer, case, neighbour)
        for neighbour in (*clinician.occupied, *clinician.holds)
    )


def _keeps_its_distance(
    slot: range, window_buffer: int, case: Case, neighbour: tuple[int, int, int, int]
) -> bool:
    begins, ends, before, after = neighbour
    if ends <= slot.start:
        return slot.start - ends >= max(window_buffer, after, case.request.buffer_before_minutes)
    if slot.stop <= begins:
        return begins - slot.stop >= max(window_buffer, case.request.buffer_after_minutes, before)
    return False
