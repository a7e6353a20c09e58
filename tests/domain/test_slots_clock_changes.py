"""An instant is bookable if, and only if, the wall clock then reads inside the window."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking_app.domain.availability import OpeningHours, WeeklyWindow
from booking_app.domain.busy_masks import BusyMasks
from booking_app.domain.free_starts import FreeStarts
from booking_app.domain.slots import Diary, SlotRequest, grid_for
from booking_app.domain.timespan import instant_of

HALF_HOUR = SlotRequest(30)


def free_on(
    zone_name: str, day: date, start_minute: int, end_minute: int, request: SlotRequest = HALF_HOUR
) -> FreeStarts:
    """Search three days around ``day`` with one window, open on that weekday."""
    window = WeeklyWindow(day.weekday(), start_minute, end_minute)
    hours = OpeningHours(ZoneInfo(zone_name), (window,))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    begins_at, ends_at = midnight - timedelta(days=1), midnight + timedelta(days=2)
    grid = grid_for(begins_at, ends_at, request, [hours])
    return Diary(hours, BusyMasks(grid)).free_starts(request)


def walls(zone_name: str, starts: FreeStarts) -> list[str]:
    zone = ZoneInfo(zone_name)
    return [instant_of(start).astimezone(zone).strftime("%H:%M%z") for start in starts]


def test_hours_that_clocks_skip_are_not_offered() -> None:
    found = free_on("Europe/London", date(2026, 3, 29), 30, 180)
    assert walls("Europe/London", found) == ["00:30+0000", "02:00+0100", "02:30+0100"]


def test_an_hour_that_comes_twice_is_offered_twice() -> None:
    found = free_on("Europe/London", date(2026, 10, 25), 30, 150)
    assert walls("Europe/London", found) == [
        *("00:30+0100", "01:00+0100", "01:30+0100"),
        *("01:00+0000", "01:30+0000", "02:00+0000"),
    ]


def test_an_afternoon_window_moves_with_the_wall_clock() -> None:
    starts = [
        next(iter(free_on("America/New_York", date(2026, 3, day), 13 * 60, 18 * 60)))
        for day in (7, 8, 9)
    ]
    assert [instant_of(start).strftime("%d %H:%M") for start in starts] == [
        "07 18:00",
        "08 17:00",
        "09 17:00",
    ]


def test_the_grid_restarts_at_the_first_bookable_instant_after_a_clock_change() -> None:
    # 01:40 to 03:00: until 02:00 summer time, and again from 01:40 winter time.
    found = free_on("Europe/London", date(2026, 10, 25), 100, 180, SlotRequest(20))
    assert walls("Europe/London", found) == [
        "01:40+0100",
        *("01:40+0000", "02:00+0000", "02:20+0000", "02:40+0000"),
    ]
    forward = free_on("Europe/London", date(2026, 3, 29), 90, 180, SlotRequest(25))
    assert walls("Europe/London", forward) == ["02:00+0100", "02:25+0100"]


def test_a_slot_runs_through_a_clock_change_in_elapsed_time() -> None:
    found = free_on("Europe/London", date(2026, 3, 29), 0, 180, SlotRequest(45))
    assert walls("Europe/London", found) == ["00:00+0000", "00:45+0000"]


def test_half_an_hour_back_at_lord_howe() -> None:
    found = free_on("Australia/Lord_Howe", date(2026, 4, 5), 60, 150, SlotRequest(30))
    assert walls("Australia/Lord_Howe", found) == [
        *("01:00+1100", "01:30+1100"),
        *("01:30+1030", "02:00+1030"),
    ]


def test_a_skipped_midnight_in_havana_opens_the_day_at_one() -> None:
    found = free_on("America/Havana", date(2026, 3, 8), 0, 120)
    assert walls("America/Havana", found) == ["01:00-0400", "01:30-0400"]


def test_a_date_that_clocks_tear_apart_keeps_both_its_ends() -> None:
    # St John's went back at 00:01, to 23:01 of the day before: that date ends twice.
    zone_name, saturday = "America/St_Johns", date(2010, 11, 6)
    found = free_on(zone_name, saturday, 23 * 60, 24 * 60, SlotRequest(30))
    assert found.grid.cell_minutes == 1
    assert walls(zone_name, found) == ["23:00-0230", "23:30-0230", "23:01-0330"]
    assert found.counts_by_day(ZoneInfo(zone_name)) == {saturday: 3}
    assert list(found.on(saturday, ZoneInfo(zone_name))) == list(found)
    assert len(found.on(date(2010, 11, 7), ZoneInfo(zone_name))) == 0


def test_a_date_that_never_was_offers_nothing() -> None:
    # Samoa went from 29 to 31 December 2011.
    assert len(free_on("Pacific/Apia", date(2011, 12, 30), 0, 1440)) == 0
    assert len(free_on("Pacific/Apia", date(2011, 12, 31), 0, 1440)) == 48


def test_windows_to_midnight_work_on_the_longest_day() -> None:
    found = free_on("Europe/London", date(2026, 10, 25), 0, 1440, SlotRequest(60))
    assert len(found) == 25
    assert found.counts_by_day(ZoneInfo("Europe/London")) == {date(2026, 10, 25): 25}


@pytest.mark.parametrize("minute", [540, 541])
def test_an_offset_with_odd_seconds_is_kept_to_whole_minutes_inside_the_window(minute: int) -> None:
    # Monrovia, 44 minutes and 30 seconds behind UTC until 1972.
    found = free_on("Africa/Monrovia", date(1971, 6, 1), minute, minute + 31, SlotRequest(30))
    assert walls("Africa/Monrovia", found) == [f"09:{minute - 540:02}-004430"]
    exact = free_on("Africa/Monrovia", date(1971, 6, 1), minute, minute + 30, SlotRequest(30))
    assert len(exact) == 0, "thirty whole minutes of UTC do not fit in between"
