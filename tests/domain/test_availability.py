from datetime import date
from zoneinfo import ZoneInfo

import pytest

from booking_app.domain.availability import (
    Closure,
    DateException,
    ExceptionKind,
    OpeningHours,
    OpenWindow,
    WeeklyWindow,
    closed_parts,
    open_windows,
)

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 7, 13)
NEXT_MONDAY = date(2026, 7, 20)
MORNING = WeeklyWindow(weekday=0, start_minute=540, end_minute=660, buffer_minutes=10)
AFTERNOON = WeeklyWindow(weekday=0, start_minute=780, end_minute=1440)


def hours(
    *windows: WeeklyWindow,
    exceptions: tuple[DateException, ...] = (),
    closures: tuple[Closure, ...] = (),
) -> OpeningHours:
    return OpeningHours(LONDON, windows or (MORNING, AFTERNOON), exceptions, closures)


def test_a_weekly_window_opens_on_its_weekday_alone() -> None:
    assert open_windows(hours(), MONDAY) == [OpenWindow(540, 660, 10), OpenWindow(780, 1440, 0)]
    assert open_windows(hours(), NEXT_MONDAY) == open_windows(hours(), MONDAY)
    assert open_windows(hours(), date(2026, 7, 14)) == []


def test_both_dates_of_validity_are_included() -> None:
    only_two = hours(WeeklyWindow(0, 540, 660, valid_from=MONDAY, valid_until=NEXT_MONDAY))
    opened = [
        day
        for day in (date(2026, 7, 6), MONDAY, NEXT_MONDAY, date(2026, 7, 27))
        if open_windows(only_two, day)
    ]
    assert opened == [MONDAY, NEXT_MONDAY]


def test_an_open_exception_replaces_the_weekly_windows_of_its_date() -> None:
    late = DateException(MONDAY, ExceptionKind.OPEN, 1080, 1200)
    assert open_windows(hours(exceptions=(late,)), MONDAY) == [OpenWindow(1080, 1200, 0)]
    assert open_windows(hours(exceptions=(late,)), NEXT_MONDAY) == open_windows(hours(), MONDAY)


def test_an_exception_without_minutes_closes_the_whole_day() -> None:
    away = DateException(MONDAY, ExceptionKind.CLOSED)
    late = DateException(MONDAY, ExceptionKind.OPEN, 1080, 1200)
    assert open_windows(hours(exceptions=(away,)), MONDAY) == []
    assert open_windows(hours(exceptions=(late, away)), MONDAY) == []
    assert open_windows(hours(exceptions=(away,)), NEXT_MONDAY) != []


def test_a_closed_part_of_a_day_leaves_its_windows_and_is_told_apart() -> None:
    meeting = DateException(MONDAY, ExceptionKind.CLOSED, 570, 600)
    with_meeting = hours(exceptions=(meeting,))
    assert open_windows(with_meeting, MONDAY) == open_windows(hours(), MONDAY)
    assert list(closed_parts(with_meeting)) == [(MONDAY, 570, 600)]


def test_a_closure_closes_its_first_and_its_last_day() -> None:
    closed = hours(closures=(Closure(MONDAY, NEXT_MONDAY),))
    assert open_windows(closed, MONDAY) == open_windows(closed, NEXT_MONDAY) == []
    assert open_windows(closed, date(2026, 7, 27)) != []


@pytest.mark.parametrize(("start", "end"), [(660, 540), (540, 540), (-5, 60), (1400, 1441)])
def test_a_window_that_is_no_part_of_a_day_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a part of one day"):
        WeeklyWindow(0, start, end)
    with pytest.raises(ValueError, match="not a part of one day"):
        DateException(MONDAY, ExceptionKind.CLOSED, start, end)


def test_a_weekday_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="weekday 7"):
        WeeklyWindow(7, 540, 660)


def test_an_exception_with_one_minute_or_open_without_any_is_refused() -> None:
    for kind, start, end in (
        (ExceptionKind.OPEN, None, None),
        (ExceptionKind.OPEN, 540, None),
        (ExceptionKind.CLOSED, 540, None),
        (ExceptionKind.CLOSED, None, 600),
    ):
        with pytest.raises(ValueError, match="needs both minutes"):
            DateException(MONDAY, kind, start, end)


@pytest.mark.parametrize("buffer", [-1, 1441])
def test_a_buffer_below_zero_or_beyond_a_day_is_refused(buffer: int) -> None:
    with pytest.raises(ValueError, match="between 0 and a day"):
        WeeklyWindow(0, 540, 660, buffer_minutes=buffer)


def test_hours_know_whether_they_fall_on_five_minutes() -> None:
    assert hours().starts_on_five_minutes
    assert not hours(WeeklyWindow(0, 542, 660)).starts_on_five_minutes
    assert not hours(WeeklyWindow(0, 540, 660, buffer_minutes=7)).starts_on_five_minutes
    odd = DateException(MONDAY, ExceptionKind.OPEN, 541, 600)
    assert not hours(exceptions=(odd,)).starts_on_five_minutes
