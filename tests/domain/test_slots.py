from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking_app.domain.availability import (
    Closure,
    DateException,
    ExceptionKind,
    OpeningHours,
    WeeklyWindow,
)
from booking_app.domain.busy_masks import BusyMasks, Occupied
from booking_app.domain.free_starts import BookingLimits, FreeStarts
from booking_app.domain.slot_grid import SlotGrid
from booking_app.domain.slots import Diary, SlotRequest, grid_for, is_offered
from booking_app.domain.timespan import TimeSpan, instant_of

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 1, 12)  # winter: London's wall clock is UTC
NEXT_MONDAY = date(2026, 1, 19)
LONG_AGO = datetime(2025, 12, 1, tzinfo=UTC)
MORNING = WeeklyWindow(weekday=0, start_minute=540, end_minute=660)
HALF_HOUR = SlotRequest(30)


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=UTC)


def taken(begins: str, ends: str, *, before: int = 0, after: int = 0) -> Occupied:
    span = TimeSpan(at(begins), at(ends))
    return Occupied.during(span, buffer_before=before, buffer_after=after)


def diary_of(
    *windows: WeeklyWindow,
    occupied: tuple[Occupied, ...] = (),
    time_off: tuple[TimeSpan, ...] = (),
    exceptions: tuple[DateException, ...] = (),
    closures: tuple[Closure, ...] = (),
    request: SlotRequest = HALF_HOUR,
    days: int = 1,
) -> Diary:
    hours = OpeningHours(LONDON, windows or (MORNING,), exceptions, closures)
    grid = grid_for(at("00:00"), at("00:00") + timedelta(days=days), request, [hours])
    return Diary(hours, BusyMasks(grid, occupied, [span.whole_minutes() for span in time_off]))


def clock_of(starts: FreeStarts) -> str:
    return " ".join(instant_of(start).strftime("%H:%M") for start in starts)


@pytest.mark.requirement("S2-2")
def test_slots_follow_one_another_inside_the_published_window() -> None:
    assert clock_of(diary_of().free_starts(HALF_HOUR)) == "09:00 09:30 10:00 10:30"


@pytest.mark.requirement("S2-2")
def test_a_forged_time_outside_the_windows_or_beside_the_grid_is_not_offered() -> None:
    hours = OpeningHours(LONDON, (MORNING,))
    asked = ["08:30", "09:00", "09:10", "10:30", "10:45", "11:00"]
    offered = [
        clock
        for clock in asked
        if is_offered(at(clock), HALF_HOUR, hours, occupied=[], now=LONG_AGO)
    ]
    assert offered == ["09:00", "10:30"]
    second_past = at("09:00") + timedelta(seconds=1)
    assert not is_offered(second_past, HALF_HOUR, hours, occupied=[], now=LONG_AGO)


def test_a_window_repeats_every_week() -> None:
    free = diary_of(days=15).free_starts(HALF_HOUR)
    assert free.counts_by_day(LONDON) == {
        MONDAY: 4,
        NEXT_MONDAY: 4,
        date(2026, 1, 26): 4,
    }


def test_the_step_is_the_types_own_or_duration_plus_window_buffer() -> None:
    spaced = WeeklyWindow(0, 540, 660, buffer_minutes=10)
    assert clock_of(diary_of(spaced).free_starts(HALF_HOUR)) == "09:00 09:40 10:20"
    quarter = SlotRequest(60, step_minutes=15)
    assert clock_of(diary_of().free_starts(quarter)) == "09:00 09:15 09:30 09:45 10:00"


def test_a_buffer_does_not_shorten_the_edges_of_a_session() -> None:
    request = SlotRequest(30, buffer_before_minutes=15, buffer_after_minutes=15)
    assert clock_of(diary_of().free_starts(request)) == "09:00 09:30 10:00 10:30"


def test_a_window_may_end_at_midnight() -> None:
    late = WeeklyWindow(0, 1380, 1440)
    assert clock_of(diary_of(late).free_starts(HALF_HOUR)) == "23:00 23:30"
    through_midnight = (late, WeeklyWindow(1, 0, 60))
    quarter = SlotRequest(30, step_minutes=15)
    found = diary_of(*through_midnight, days=2).free_starts(quarter)
    assert clock_of(found) == "23:00 23:15 23:30 00:00 00:15 00:30"


def test_an_appointment_takes_its_time_and_touching_ones_stay_free() -> None:
    diary = diary_of(occupied=(taken("09:30", "10:00"),))
    assert clock_of(diary.free_starts(HALF_HOUR)) == "09:00 10:00 10:30"


def test_the_gap_between_neighbours_is_the_larger_buffer_and_never_the_sum() -> None:
    five_minutely = SlotRequest(
        20, step_minutes=5, buffer_before_minutes=10, buffer_after_minutes=5
    )
    diary = diary_of(occupied=(taken("09:40", "10:00", before=15, after=5),))
    # Before it 15, its own, is larger than 5; after it 10, the new slot's, is larger than 5.
    assert (
        clock_of(diary.free_starts(five_minutely))
        == "09:00 09:05 10:10 10:15 10:20 10:25 10:30 10:35 10:40"
    )


def test_the_buffer_of_the_window_counts_when_it_is_the_largest() -> None:
    spaced = WeeklyWindow(0, 540, 660, buffer_minutes=20)
    request = SlotRequest(10, step_minutes=10, buffer_after_minutes=5)
    diary = diary_of(spaced, occupied=(taken("10:00", "10:10", before=5, after=10),))
    assert clock_of(diary.free_starts(request)) == "09:00 09:10 09:20 09:30 10:30 10:40 10:50"


def test_neighbours_outside_the_days_asked_for_keep_their_distance() -> None:
    early = WeeklyWindow(0, 0, 60)
    just_before = Occupied.during(
        TimeSpan(at("23:00", date(2026, 1, 11)), at("23:50", date(2026, 1, 11))), buffer_after=30
    )
    diary = diary_of(early, occupied=(just_before,))
    assert clock_of(diary.free_starts(SlotRequest(10))) == "00:20 00:30 00:40 00:50"


def test_a_hold_blocks_like_an_appointment_and_leaves_no_trace_when_it_is_gone() -> None:
    diary = diary_of()
    held = [taken("09:30", "10:00", after=15)]
    assert clock_of(diary.free_starts(HALF_HOUR, held)) == "09:00 10:30"
    assert clock_of(diary.free_starts(HALF_HOUR)) == "09:00 09:30 10:00 10:30"


def test_time_off_blocks_what_overlaps_it_and_asks_for_no_buffer() -> None:
    request = SlotRequest(30, buffer_before_minutes=30, buffer_after_minutes=30)
    diary = diary_of(time_off=(TimeSpan(at("09:30"), at("09:50")),))
    assert clock_of(diary.free_starts(request)) == "09:00 10:00 10:30"


def test_a_closed_part_of_a_day_takes_slots_out_and_moves_none() -> None:
    meeting = DateException(MONDAY, ExceptionKind.CLOSED, 570, 575)
    diary = diary_of(exceptions=(meeting,))
    assert clock_of(diary.free_starts(HALF_HOUR)) == "09:00 10:00 10:30"


def test_a_closure_of_the_location_leaves_nothing() -> None:
    assert len(diary_of(closures=(Closure(MONDAY, MONDAY),)).free_starts(HALF_HOUR)) == 0


def test_an_odd_appointment_does_not_disturb_the_five_minute_cells() -> None:
    request = SlotRequest(10, step_minutes=5)
    diary = diary_of(occupied=(taken("09:12", "10:31", after=7),), request=request)
    assert diary.busy.grid.cell_minutes == 5
    assert clock_of(diary.free_starts(request)) == "09:00 10:40 10:45 10:50"


def test_minimum_notice_is_elapsed_time_and_exactly_enough_is_enough() -> None:
    limits = BookingLimits(min_notice_minutes=120)
    free = diary_of().free_starts(HALF_HOUR)
    assert clock_of(free.within(limits, now=at("07:30"))) == "09:30 10:00 10:30"
    a_second_later = at("07:30") + timedelta(seconds=1)
    assert clock_of(free.within(limits, now=a_second_later)) == "10:00 10:30"


def test_a_day_of_notice_over_a_clock_change_is_24_elapsed_hours() -> None:
    limits = BookingLimits(min_notice_minutes=24 * 60)
    saturday_nine = datetime(2026, 3, 28, 9, 0, tzinfo=LONDON)
    earliest, _ = limits.bookable_minutes(saturday_nine)
    assert instant_of(earliest).astimezone(LONDON).strftime("%A %H:%M") == "Sunday 10:00"


def test_the_advance_limit_offers_its_last_minute_and_nothing_after() -> None:
    free = diary_of().free_starts(HALF_HOUR)
    limits = BookingLimits(max_advance_days=30)
    thirty_days_before = at("10:00") - timedelta(days=30)
    assert clock_of(free.within(limits, now=thirty_days_before)) == "09:00 09:30 10:00"
    earlier = thirty_days_before - timedelta(seconds=1)
    assert clock_of(free.within(limits, now=earlier)) == "09:00 09:30"


def test_limits_bind_the_single_question_and_staff_are_not_bound() -> None:
    hours = OpeningHours(LONDON, (MORNING,))
    limits = BookingLimits(min_notice_minutes=120)
    for clock, bound in (("09:30", False), ("10:00", True)):
        start = at(clock)
        asked = {"occupied": (), "now": at("08:00")}
        assert is_offered(start, HALF_HOUR, hours, limits=limits, **asked) is bound
        assert is_offered(start, HALF_HOUR, hours, **asked)


def test_anyone_means_each_time_once() -> None:
    busy = diary_of(occupied=(taken("09:00", "10:00"),))
    other = diary_of(WeeklyWindow(0, 570, 630))
    free = [busy.free_starts(HALF_HOUR), other.free_starts(HALF_HOUR)]
    assert [clock_of(each) for each in free] == ["10:00 10:30", "09:30 10:00"]
    assert clock_of(FreeStarts.union(busy.busy.grid, free)) == "09:30 10:00 10:30"


def test_free_starts_of_different_grids_are_not_put_together() -> None:
    free = diary_of().free_starts(HALF_HOUR)
    other_grid = SlotGrid.covering(at("00:00"), at("12:00"))
    with pytest.raises(ValueError, match="different grids"):
        FreeStarts.union(other_grid, [free])


def test_numbers_off_five_minutes_get_cells_of_one_minute() -> None:
    request = SlotRequest(17)
    diary = diary_of(request=request)
    assert diary.busy.grid.cell_minutes == 1
    assert clock_of(diary.free_starts(request)) == "09:00 09:17 09:34 09:51 10:08 10:25 10:42"


@pytest.mark.parametrize(
    "request_",
    [SlotRequest(17), SlotRequest(30, 7), SlotRequest(30, None, 3), SlotRequest(30, None, 0, 3)],
)
def test_a_request_that_does_not_fit_the_cells_is_refused_and_not_rounded(
    request_: SlotRequest,
) -> None:
    with pytest.raises(ValueError, match="cells"):
        diary_of(occupied=(taken("09:30", "10:00"),)).free_starts(request_)


@pytest.mark.parametrize(
    "numbers", [(0,), (1441,), (30, 0), (30, -5), (30, None, -5), (30, None, 0, 1441)]
)
def test_a_request_with_impossible_numbers_is_refused(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"not (within|between)|cannot follow"):
        SlotRequest(*numbers)


def test_a_diary_remembers_requests_without_mixing_them_up() -> None:
    diary = diary_of(occupied=(taken("09:30", "10:00"),))
    requests = [
        SlotRequest(minutes, 5, after, 0)
        for minutes in range(5, 65, 5)
        for after in range(0, 60, 5)
    ]
    first_answers = [list(diary.free_starts(request)) for request in requests]
    assert [list(diary.free_starts(request)) for request in requests] == first_answers
    fresh = [list(diary_of(occupied=(taken("09:30", "10:00"),)).free_starts(r)) for r in requests]
    assert first_answers == fresh
