"""Reminders: due in time, never late enough to annoy, never twice at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from booking_app.domain.reminders import (
    DEFAULT_OFFSETS_MINUTES,
    GRACE,
    LAST_BEFORE_START,
    NOT_AFTER_BOOKING,
    URGENT,
    QuietHours,
    due_reminder,
    reminder_window,
)

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 7, 14, 8, 20, tzinfo=UTC)
LONG_AGO = START - timedelta(days=30)
HOURS_48, HOURS_2 = 2880, 120
OFFSETS = st.sampled_from([15, 30, 45, 60, 120, 720, 1440, 2880, 10080])
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001 — hypothesis wants naive bounds
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
ZONES = st.sampled_from(
    [
        ZoneInfo(key)
        for key in (
            *("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana"),
            *("Africa/Cairo", "Asia/Kathmandu", "Pacific/Chatham", "Antarctica/Troll"),
        )
    ]
)


def test_the_reminder_goes_out_48_hours_before_unless_the_clinic_says_otherwise():
    assert DEFAULT_OFFSETS_MINUTES == (HOURS_48,)
    window = reminder_window(START, LONG_AGO, HOURS_48)
    assert window is not None
    assert window.due_at == START - timedelta(hours=48)
    assert not window.is_open(window.due_at - timedelta(seconds=1))
    assert window.is_open(window.due_at)


def test_a_late_reminder_is_sent_within_its_grace_and_dropped_at_its_end():
    window = reminder_window(START, LONG_AGO, HOURS_48)
    assert window is not None
    assert window.is_open(window.due_at + GRACE - timedelta(seconds=1))
    assert not window.is_open(window.due_at + GRACE)


def test_nobody_is_reminded_within_half_an_hour_of_the_start():
    window = reminder_window(START, LONG_AGO, HOURS_2)
    assert window is not None
    assert window.not_after == START - LAST_BEFORE_START
    assert reminder_window(START, LONG_AGO, 30) is None
    assert reminder_window(START, LONG_AGO, 15) is None


def test_whoever_books_after_the_reminder_was_due_gets_none():
    due_at = START - timedelta(hours=48)
    assert reminder_window(START, due_at + timedelta(seconds=1), HOURS_48) is None
    assert reminder_window(START, due_at, HOURS_48) is None
    assert reminder_window(START, due_at - timedelta(minutes=59), HOURS_48) is None
    assert reminder_window(START, due_at - NOT_AFTER_BOOKING, HOURS_48) is not None


def test_48_hours_are_elapsed_hours_over_a_clock_change():
    monday_nine = datetime(2026, 3, 30, 9, 0, tzinfo=LONDON)
    window = reminder_window(monday_nine, monday_nine - timedelta(days=9), HOURS_48)
    assert window is not None
    assert window.due_at.astimezone(LONDON).hour == 8
    assert (monday_nine.astimezone(UTC) - window.due_at) == timedelta(hours=48)


def test_after_an_outage_only_the_reminder_nearest_to_the_start_is_sent():
    offsets = (150, 120)
    both_open = START - timedelta(hours=1)
    due = due_reminder(START, LONG_AGO, offsets, now=both_open)
    assert due is not None
    assert due.offset_minutes == 120
    assert due_reminder(START, LONG_AGO, offsets, now=START) is None
    assert due_reminder(START, LONG_AGO, (), now=both_open) is None


def test_a_mail_goes_out_at_night_too_and_a_text_waits_for_the_morning():
    at_three = datetime(2026, 7, 14, 3, 0, tzinfo=LONDON).astimezone(UTC)
    start = at_three + timedelta(hours=48)
    mail = reminder_window(start, LONG_AGO, HOURS_48)
    text = reminder_window(start, LONG_AGO, HOURS_48, quiet=QuietHours(LONDON))
    assert mail is not None
    assert text is not None
    assert mail.due_at == at_three
    assert text.due_at == datetime(2026, 7, 14, 8, 0, tzinfo=LONDON)


def test_a_text_about_a_visit_within_a_day_is_not_held_back():
    start = datetime(2026, 7, 14, 9, 0, tzinfo=LONDON).astimezone(UTC)
    window = reminder_window(start, LONG_AGO, HOURS_2, quiet=QuietHours(LONDON))
    assert window is not None
    assert window.due_at == start - timedelta(hours=2)


@pytest.mark.parametrize(
    ("hour", "minute", "is_quiet"),
    [(20, 59, False), (21, 0, True), (23, 59, True), (0, 0, True), (7, 59, True), (8, 0, False)],
)
def test_quiet_hours_are_from_21_to_8_on_the_wall_of_the_clinic(hour, minute, is_quiet):
    at = datetime(2026, 7, 14, hour, minute, tzinfo=LONDON)
    assert QuietHours(LONDON).contains(at) is is_quiet


@given(start=INSTANTS, told_days_before=st.floats(0, 40), offset=OFFSETS)
def test_every_window_lies_after_the_telling_and_well_before_the_start(
    start, told_days_before, offset
):
    told_at = start - timedelta(days=told_days_before)
    window = reminder_window(start, told_at, offset)
    due_at = start - timedelta(minutes=offset)
    expected = told_at + NOT_AFTER_BOOKING <= due_at < start - LAST_BEFORE_START
    assert (window is not None) is expected
    if window is not None:
        assert window.due_at == due_at
        assert window.due_at < window.not_after <= start - LAST_BEFORE_START
        assert window.not_after <= window.due_at + GRACE


@given(
    start=INSTANTS,
    zone=ZONES,
    offset=OFFSETS,
    quiet_from=st.integers(0, 95).map(lambda quarter: quarter * 15),
    quiet_until=st.integers(0, 95).map(lambda quarter: quarter * 15),
)
@example(  # the quiet hours end at a time that is skipped that night
    start=datetime(2026, 3, 31, 0, 30, tzinfo=UTC),
    zone=LONDON,
    offset=2880,
    quiet_from=0,
    quiet_until=90,
)
@example(  # and at one that comes twice
    start=datetime(2026, 10, 27, 0, 10, tzinfo=UTC),
    zone=LONDON,
    offset=2880,
    quiet_from=0,
    quiet_until=90,
)
def test_no_text_is_due_in_quiet_hours_unless_the_visit_is_within_a_day(
    start, zone, offset, quiet_from, quiet_until
):
    quiet = QuietHours(zone, quiet_from, quiet_until)
    mail = reminder_window(start, start - timedelta(days=40), offset)
    text = reminder_window(start, start - timedelta(days=40), offset, quiet=quiet)
    if mail is None:
        assert text is None
    elif text is not None and timedelta(minutes=offset) > URGENT:
        wall = text.due_at.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        if quiet_from <= quiet_until:
            assert not quiet_from <= minute < quiet_until
        else:
            assert quiet_until <= minute < quiet_from
        assert mail.due_at <= text.due_at
    elif text is not None:
        assert text.due_at == mail.due_at


@given(
    zone=ZONES,
    change=st.sampled_from([datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]),
    start_minutes=st.integers(0, 6 * 24 * 60),
    ticks=st.lists(st.integers(1, 400), min_size=1, max_size=60),
    offsets=st.sets(OFFSETS, min_size=1, max_size=4),
)
def test_at_any_pattern_of_ticks_over_a_clock_change_no_reminder_is_sent_late_or_twice(
    zone, change, start_minutes, ticks, offsets
):
    """The sender keeps what it sent by offset, as the outbox does by its unique key."""
    start = change + timedelta(minutes=start_minutes)
    now, told_at = change - timedelta(days=7), change - timedelta(days=30)
    quiet = QuietHours(zone)
    sent: list[tuple[int, datetime]] = []
    for minutes in ticks:
        now += timedelta(minutes=minutes)
        due = due_reminder(start, told_at, offsets, now=now, quiet=quiet)
        if due is not None and due.offset_minutes not in {offset for offset, _ in sent}:
            sent.append((due.offset_minutes, now))
    assert len(sent) == len({offset for offset, _ in sent})
    assert len(sent) == len({at for _, at in sent})
    assert [offset for offset, _ in sent] == sorted((offset for offset, _ in sent), reverse=True)
    assert all(at < start - LAST_BEFORE_START for _, at in sent)
