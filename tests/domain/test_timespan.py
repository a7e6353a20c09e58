from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking_app.domain.timespan import TimeSpan, epoch_minute, epoch_minute_up, instant_of

LONDON = ZoneInfo("Europe/London")
NINE = datetime(2026, 7, 14, 9, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def test_a_span_holds_its_start_and_not_its_end() -> None:
    span = TimeSpan(NINE, NINE + HALF_AN_HOUR)
    assert span.contains(NINE)
    assert span.contains(NINE + timedelta(minutes=29, seconds=59))
    assert not span.contains(NINE + HALF_AN_HOUR)


def test_spans_that_touch_do_not_overlap() -> None:
    first = TimeSpan(NINE, NINE + HALF_AN_HOUR)
    second = TimeSpan(NINE + HALF_AN_HOUR, NINE + 2 * HALF_AN_HOUR)
    assert not first.overlaps(second)
    assert not second.overlaps(first)
    assert first.overlaps(TimeSpan(second.starts_at - timedelta(seconds=1), second.ends_at))


def test_the_length_of_a_span_on_wall_clocks_is_elapsed_time() -> None:
    span = TimeSpan(
        datetime(2026, 3, 29, 0, 30, tzinfo=LONDON), datetime(2026, 3, 29, 2, 30, tzinfo=LONDON)
    )
    assert span.duration == timedelta(hours=1)


@pytest.mark.parametrize("ends_at", [NINE, NINE - HALF_AN_HOUR])
def test_a_span_without_length_is_refused(ends_at: datetime) -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        TimeSpan(NINE, ends_at)


def test_a_span_of_naive_times_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        TimeSpan(NINE.replace(tzinfo=None), NINE)


def test_whole_minutes_reach_outward() -> None:
    span = TimeSpan(NINE + timedelta(seconds=59), NINE + timedelta(minutes=5, microseconds=1))
    assert span.whole_minutes() == (epoch_minute(NINE), epoch_minute(NINE) + 6)
    exact = TimeSpan(NINE, NINE + timedelta(minutes=5))
    assert exact.whole_minutes() == (epoch_minute(NINE), epoch_minute(NINE) + 5)


def test_epoch_minutes_and_instants_lead_to_each_other() -> None:
    assert epoch_minute(datetime(1970, 1, 1, 0, 1, tzinfo=UTC)) == 1
    assert instant_of(epoch_minute(NINE)) == NINE
    assert epoch_minute_up(NINE) == epoch_minute(NINE)
    assert epoch_minute_up(NINE + timedelta(microseconds=1)) == epoch_minute(NINE) + 1
    assert epoch_minute(datetime(2026, 7, 14, 10, 0, tzinfo=LONDON)) == epoch_minute(NINE)
