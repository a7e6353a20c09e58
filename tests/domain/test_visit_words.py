"""The words of times: what a patient reads names one instant, and reads like the screens drawn."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from booking_app.domain import visit_words as words

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
VISIT = datetime(2026, 7, 14, 8, 20, tzinfo=UTC)  # Tuesday, 9:20am in London
NOW = datetime(2026, 7, 13, 14, 42, tzinfo=UTC)  # Monday, 3:42pm in London
ZONES = st.sampled_from(
    [
        ZoneInfo(key)
        for key in (
            *("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana"),
            *("Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC"),
            *("Antarctica/Troll", "Pacific/Chatham", "America/Santiago"),
        )
    ]
)
MINUTES = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 — hypothesis wants naive bounds
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


def london(day: int, hour: int, minute: int = 0, month: int = 7) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (9, 0, "9am"),
        (9, 20, "9:20am"),
        (9, 5, "9:05am"),
        (12, 0, "midday"),
        (12, 30, "12:30pm"),
        (0, 0, "midnight"),
        (0, 30, "12:30am"),
        (13, 40, "1:40pm"),
        (18, 0, "6pm"),
        (23, 59, "11:59pm"),
    ],
)
def test_patients_read_twelve_hour_times(hour, minute, said):
    assert words.patient_time(london(14, hour, minute), LONDON) == said


def test_a_time_is_said_in_the_zone_of_the_clinic_not_of_the_server():
    assert words.patient_time(VISIT, LONDON) == "9:20am"
    assert words.patient_time(VISIT, NEW_YORK) == "4:20am"
    assert words.clock_time(VISIT, LONDON) == "09:20"
    assert words.patient_day(datetime(2026, 7, 13, 23, 30, tzinfo=UTC), LONDON) == "Tuesday 14 July"


def test_days_dates_and_ranges_read_as_on_the_slip():
    assert words.patient_day(VISIT, LONDON) == "Tuesday 14 July"
    assert words.patient_date(VISIT, LONDON) == "Tuesday 14 July 2026"
    assert words.format_when(VISIT, LONDON) == "Tuesday 14 July at 9:20am"
    assert words.weekday(VISIT, LONDON) == "Tuesday"
    day = words.local_day(VISIT, LONDON)
    assert words.day_words(day) == "Tuesday 14 July"
    assert words.short_day_words(day) == "14 July"
    assert words.date_words(day) == "14 July 2026"
    assert words.month_words(day) == "July 2026"
    assert words.time_range(VISIT, VISIT + timedelta(minutes=15), LONDON) == "9:20am to 9:35am"
    assert words.time_range(london(14, 14), london(14, 18), LONDON) == "2pm to 6pm"
    assert words.time_range(london(14, 12), london(14, 12, 30), LONDON) == "midday to 12:30pm"


@pytest.mark.parametrize(
    ("at", "day", "visit", "when"),
    [
        (london(13, 16), "today", "today, 4pm", "today, Monday 13 July, at 4pm"),
        (
            london(14, 9, 20),
            "tomorrow",
            "tomorrow, 9:20am",
            "tomorrow, Tuesday 14 July, at 9:20am",
        ),
        (london(16, 14), "Thursday", "Thursday, 2pm", "Thursday 16 July at 2pm"),
        (london(19, 9), "Sunday", "Sunday, 9am", "Sunday 19 July at 9am"),
        (london(20, 9), "20 July", "Monday 20 July", "Monday 20 July at 9am"),
        (london(21, 9), "21 July", "Tuesday 21 July", "Tuesday 21 July at 9am"),
    ],
)
def test_the_soonest_time_is_said_as_near_as_it_is(at, day, visit, when):
    assert words.soonest_day(at, NOW, LONDON) == day
    assert words.soonest_visit(at, NOW, LONDON) == visit
    assert words.soonest_when(at, NOW, LONDON) == when


def test_tomorrow_is_the_next_day_on_the_wall_however_few_hours_away():
    just_before_midnight = london(13, 23, 55)
    assert words.soonest_day(london(14, 0, 5), just_before_midnight, LONDON) == "tomorrow"
    assert words.soonest_day(london(14, 0, 5), just_before_midnight, NEW_YORK) == "today"


def test_a_day_that_could_be_read_as_another_years_carries_its_year():
    next_summer = datetime(2027, 6, 1, 9, 0, tzinfo=LONDON)
    assert words.soonest_day(next_summer, NOW, LONDON) == "1 June 2027"
    assert words.soonest_visit(next_summer, NOW, LONDON) == "Tuesday 1 June 2027"
    assert words.time_on_day(next_summer, NOW, LONDON) == "9am on Tuesday 1 June 2027"
    in_january = datetime(2027, 1, 5, 9, 0, tzinfo=LONDON)
    assert words.soonest_day(in_january, NOW, LONDON) == "5 January"


def test_deadlines_and_events_are_said_by_weekday_within_a_week():
    assert words.time_on_day(london(14, 9, 10), NOW, LONDON) == "9:10am on Tuesday"
    assert words.time_on_day(london(13, 17), NOW, LONDON) == "5pm today"
    assert words.time_on_day(london(20, 9, 10), NOW, LONDON) == "9:10am on Monday 20 July"
    assert words.day_at_time(london(13, 15, 42), NOW, LONDON) == "today at 3:42pm"
    assert words.day_at_time(london(14, 9, 10), NOW, LONDON) == "on Tuesday at 9:10am"
    assert words.day_at_time(london(12, 9), NOW, LONDON) == "on Sunday 12 July at 9am"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (15, "15 minutes"),
        (1, "1 minute"),
        (60, "1 hour"),
        (61, "1 hour and 1 minute"),
        (17 * 60 + 38, "17 hours and 38 minutes"),
        (24 * 60, "24 hours"),
        (47 * 60 + 59, "47 hours and 59 minutes"),
        (48 * 60, "2 days"),
        (49 * 60 + 5, "2 days and 1 hour"),
        (30 * 24 * 60, "30 days"),
        (0, "less than a minute"),
    ],
)
def test_durations_are_said_in_hours_up_to_two_days(minutes, said):
    assert words.duration_words(timedelta(minutes=minutes)) == said
    assert words.duration_words(timedelta(minutes=minutes, seconds=59)) == said


def test_references_are_read_out_in_threes():
    assert words.spaced_reference("MSC4H72KD") == "MSC 4H7 2KD"
    assert words.spaced_reference("4H72KDXW") == "4H7 2KD XW"


def test_the_slip_says_how_and_in_which_zone():
    assert words.how_line("video", LONDON) == "UK time, by video"
    assert words.how_line("phone", NEW_YORK) == "New York time, by phone"
    assert words.how_line("in_person", LONDON) == "UK time, at the clinic"


def test_plans_are_to_be_changed_before_it_counts_as_late():
    late_from = london(13, 9, 20)
    before = words.change_of_plans_words(late_from, london(10, 9), LONDON)
    assert before == (
        "please tell us before 9:20am on Monday 13 July, so someone else can have the time."
    )
    after = words.change_of_plans_words(late_from, late_from, LONDON)
    assert after == "please tell us as soon as you can, so someone else can have the time."


def test_both_passes_of_a_repeated_hour_carry_their_offset():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert words.patient_time(first, LONDON) == "1:30am (UTC+1)"
    assert words.patient_time(first + timedelta(hours=1), LONDON) == "1:30am (UTC+0)"
    assert words.clock_time(first, LONDON) == "01:30 (UTC+1)"
    assert words.patient_time(first + timedelta(hours=2), LONDON) == "2:30am"
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    again = datetime(2026, 4, 4, 15, 15, tzinfo=UTC)
    assert words.clock_time(again, lord_howe) == "01:45 (UTC+10:30)"
    havana = ZoneInfo("America/Havana")
    assert words.patient_time(datetime(2026, 11, 1, 4, 15, tzinfo=UTC), havana) == "12:15am (UTC-4)"


def test_a_naive_time_is_a_bug_and_says_so():
    with pytest.raises(ValueError, match="naive"):
        words.patient_time(datetime(2026, 7, 14, 9, 20), LONDON)  # noqa: DTZ001 — the point of the test


OFFSETS = [timedelta(minutes=quarter * 15) for quarter in range(-12 * 4, 14 * 4 + 1)]
"""Every offset from UTC that any zone uses in these years."""


def _instants_that_read(date_words: str, clock: str, zone: ZoneInfo) -> set[datetime]:
    """Return every instant that a person in ``zone`` could take the two words to mean."""
    time_words, _, marked = clock.partition(" ")
    wall = datetime.strptime(f"{date_words} {time_words}", "%A %d %B %Y %H:%M").replace(tzinfo=UTC)
    candidates = {wall - offset for offset in OFFSETS if marked in {"", _marked(offset)}}
    return {at for at in candidates if at.astimezone(zone).replace(tzinfo=UTC, fold=0) == wall}


def _marked(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"(UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''})"


@given(at=MINUTES, zone=ZONES)
@example(at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), zone=LONDON)
@example(at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC), zone=LONDON)
@example(at=datetime(2026, 4, 4, 15, 15, tzinfo=UTC), zone=ZoneInfo("Australia/Lord_Howe"))
@example(at=datetime(2026, 11, 1, 5, 15, tzinfo=UTC), zone=ZoneInfo("America/Havana"))
def test_a_date_and_a_clock_time_together_name_exactly_one_instant(at, zone):
    date_words, clock = words.patient_date(at, zone), words.clock_time(at, zone)
    assert _instants_that_read(date_words, clock, zone) == {at}


SENTENCE = re.compile(
    r"You can join by video from (?P<opens>\S+(?: \(UTC\S*\))?)(?: on (?P<first>[^.,]+?))?"
    r" to (?P<closes>\d\d:\d\d(?: \(UTC\S*\))?)(?: on (?P<last>[^.,]+),)?"
    r" (?P<zone>.+?)(?: on (?P<day>[^.]+))?\."
)


@pytest.mark.requirement("K-5")
@given(
    at=MINUTES,
    zone=ZONES,
    minutes=st.integers(5, 120),
    before=st.integers(0, 120),
    after=st.integers(0, 240),
)
@example(at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC), zone=LONDON, minutes=30, before=10, after=60)
@example(at=datetime(2026, 10, 25, 0, 5, tzinfo=UTC), zone=LONDON, minutes=30, before=10, after=60)
@example(at=datetime(2026, 7, 14, 23, 0, tzinfo=UTC), zone=LONDON, minutes=20, before=10, after=60)
def test_the_join_sentence_names_both_ends_of_the_window_on_any_day(
    at, zone, minutes, before, after
):
    ends_at = at + timedelta(minutes=minutes)
    said = words.join_window_sentence(at, ends_at, zone, opens_before=before, closes_after=after)
    match = SENTENCE.fullmatch(said)
    assert match is not None, said
    opens_at, closes_at = at - timedelta(minutes=before), ends_at + timedelta(minutes=after)
    first, last = match["first"] or match["day"], match["last"] or match["day"]
    assert _instants_that_read(first, match["opens"], zone) == {opens_at}
    assert _instants_that_read(last, match["closes"], zone) == {closes_at}
    assert zone.key in match["zone"]


@pytest.mark.requirement("K-5")
def test_the_join_sentence_of_ten_o_clock_says_0950_and_1120_with_the_zone():
    said = words.join_window_sentence(london(14, 10), london(14, 10, 20), LONDON)
    assert said == (
        "You can join by video from 09:50 to 11:20 UK time (Europe/London) on Tuesday 14 July 2026."
    )


@pytest.mark.requirement("K-5")
def test_the_join_sentence_follows_other_window_settings():
    said = words.join_window_sentence(
        london(14, 10), london(14, 10, 20), LONDON, opens_before=30, closes_after=15
    )
    assert "from 09:30 to 10:35 UK time" in said


@pytest.mark.requirement("K-5")
def test_the_join_sentence_is_right_when_the_clocks_change_within_the_window():
    forward = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    said = words.join_window_sentence(forward, forward + timedelta(minutes=20), LONDON)
    assert "from 00:20 to 02:50 UK time" in said
    back = datetime(2026, 10, 25, 0, 5, tzinfo=UTC)
    said = words.join_window_sentence(back, back + timedelta(minutes=20), LONDON)
    assert "from 00:55 to 01:25 (UTC+0) UK time" in said


@pytest.mark.requirement("K-5")
def test_a_window_over_midnight_names_both_days():
    said = words.join_window_sentence(london(14, 23, 30), london(14, 23, 50), LONDON)
    assert said == (
        "You can join by video from 23:20 on Tuesday 14 July 2026 to 00:50 on Wednesday"
        " 15 July 2026, UK time (Europe/London)."
    )


@pytest.mark.requirement("K-5")
def test_the_calendar_text_of_a_visit_at_the_clinic_says_nothing_of_joining():
    in_person = words.calendar_description(clinic_name="Marlow Street Clinic")
    assert "join" not in in_person.lower()
    assert in_person == "To see or cancel it, use the link in your email from Marlow Street Clinic."


def test_the_calendar_text_says_where_the_link_is_and_never_the_link():
    sentence = words.join_window_sentence(london(14, 10), london(14, 10, 20), LONDON)
    video = words.calendar_description(
        clinic_name="Marlow Street Clinic", clinic_phone="01632 960 100", join_sentence=sentence
    )
    assert video.split("\n") == [
        sentence,
        "To join or cancel, use the link in your email from Marlow Street Clinic.",
        "If you need help, call 01632 960 100.",
    ]
    assert "http" not in video
