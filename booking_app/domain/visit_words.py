"""Times and days in the words of patients, and the sentences about a visit made of them.

Every time a patient reads is written here, so that page, mail and calendar file say
the same. All functions take aware instants and the zone to say them in, which is the
zone of the clinic's location. Patients read ``9am``, ``9:20am``, ``midday`` and
``Tuesday 14 July``; calendar files and staff read ``09:20``.

Where clocks go back, an hour comes twice. A time within it carries its offset,
``1:30am (UTC+1)``, so that it names one instant.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking_app.domain.policies import join_window
from booking_app.domain.zone_names import zone_words, zone_words_with_key

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
HOW_WORDS = {"video": "by video", "phone": "by phone", "in_person": "at the clinic"}
"""How a visit takes place, by modality."""

_DAYS_IN_WEEK = 7
_NEEDS_YEAR_AFTER_DAYS = 300
_REFERENCE_GROUP = 3


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the date on the wall calendar of ``zone`` at that instant."""
    return _local(at, zone).date()


def patient_time(at: datetime, zone: ZoneInfo) -> str:
    """Return ``9am``, ``9:20am``, ``midday`` or ``midnight``."""
    wall = _local(at, zone)
    if wall.minute == 0 and wall.hour % 12 == 0:
        words = "midday" if wall.hour else "midnight"
    else:
        minutes = f":{wall.minute:02}" if wall.minute else ""
        words = f"{wall.hour % 12 or 12}{minutes}{'am' if wall.hour < 12 else 'pm'}"
    return words + _offset_if_repeated(wall)


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """Return the 24-hour time, ``09:20``."""
    wall = _local(at, zone)
    return f"{wall:%H:%M}{_offset_if_repeated(wall)}"


def time_range(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """Return ``9:20am to 9:35am``."""
    return f"{patient_time(starts_at, zone)} to {patient_time(ends_at, zone)}"


def weekday(at: datetime, zone: ZoneInfo) -> str:
    """Return ``Tuesday``."""
    return WEEKDAYS[local_day(at, zone).weekday()]


def day_words(day: date) -> str:
    """Return ``Tuesday 14 July``."""
    return f"{WEEKDAYS[day.weekday()]} {short_day_words(day)}"


def short_day_words(day: date) -> str:
    """Return ``14 July``."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def date_words(day: date) -> str:
    """Return ``14 July 2026``."""
    return f"{day.day} {month_words(day)}"


def month_words(day: date) -> str:
    """Return ``July 2026``."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def patient_day(at: datetime, zone: ZoneInfo) -> str:
    """Return ``Tuesday 14 July``."""
    return day_words(local_day(at, zone))


def patient_date(at: datetime, zone: ZoneInfo) -> str:
    """Return ``Tuesday 14 July 2026``."""
    day = local_day(at, zone)
    return f"{day_words(day)} {day.year}"


def format_when(at: datetime, zone: ZoneInfo) -> str:
    """Return ``Tuesday 14 July at 9:20am``."""
    return f"{patient_day(at, zone)} at {patient_time(at, zone)}"


def soonest_day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return ``today``, ``tomorrow``, ``Thursday`` within a week, else ``21 July``."""
    near = _near_day(at, now, zone)
    if near:
        return near
    day = local_day(at, zone)
    return short_day_words(day) + _year_if_far(day, local_day(now, zone))


def soonest_visit(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return ``tomorrow, 9:20am`` or ``Thursday, 2pm`` within a week, else ``Monday 20 July``."""
    near = _near_day(at, now, zone)
    if near:
        return f"{near}, {patient_time(at, zone)}"
    return patient_day(at, zone) + _year_if_far(local_day(at, zone), local_day(now, zone))


def soonest_when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return ``tomorrow, Tuesday 14 July, at 9:20am``; after tomorrow just day and time."""
    ahead = _days_ahead(at, now, zone)
    if ahead in {0, 1}:
        near = "tomorrow" if ahead else "today"
        return f"{near}, {patient_day(at, zone)}, at {patient_time(at, zone)}"
    return format_when(at, zone)


def time_on_day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return ``9:10am today``, ``9:10am on Tuesday`` within a week, else with its date."""
    return f"{patient_time(at, zone)} {_on_day(at, now, zone)}"


def day_at_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return ``today at 3:42pm``, ``on Tuesday at 9:10am`` within a week, else with its date."""
    return f"{_on_day(at, now, zone)} at {patient_time(at, zone)}"


def duration_words(duration: timedelta) -> str:
    """Return ``15 minutes``, ``1 hour``, ``17 hours and 38 minutes``, ``2 days``.

    Up to two days are said in hours, as notice periods are. Seconds are dropped.
    """
    minutes = int(duration.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _joined((hours, "hour"), (minutes, "minute"))
    days, hours = divmod(hours, 24)
    return _joined((days, "day"), (hours, "hour"))


def spaced_reference(reference: str) -> str:
    """Return a booking reference in groups of three, as it is read out: ``MSC 4H7 2KD``."""
    starts = range(0, len(reference), _REFERENCE_GROUP)
    return " ".join(reference[start : start + _REFERENCE_GROUP] for start in starts)


def how_line(modality: str, zone: ZoneInfo) -> str:
    """Return the line under the time on a slip: ``UK time, by video``."""
    return f"{zone_words(zone)}, {HOW_WORDS[modality]}"


def join_window_sentence(
    starts_at: datetime,
    ends_at: datetime,
    zone: ZoneInfo,
    *,
    opens_before: int = 10,
    closes_after: int = 60,
) -> str:
    """Return when the video room may be entered, with the zone and the day.

    ``opens_before`` and ``closes_after`` are minutes. The window excludes its end. Both
    ends are instants put on the wall clock, so the sentence is right on the day the
    clocks change too.
    """
    window = join_window(
        starts_at.astimezone(UTC),
        ends_at.astimezone(UTC),
        opens_before=opens_before,
        closes_after=closes_after,
    )
    opens, closes = clock_time(window.opens_at, zone), clock_time(window.closes_at, zone)
    first_day, last_day = patient_date(window.opens_at, zone), patient_date(window.closes_at, zone)
    marked = zone_words_with_key(zone)
    if first_day == last_day:
        return f"You can join by video from {opens} to {closes} {marked} on {first_day}."
    return f"You can join by video from {opens} on {first_day} to {closes} on {last_day}, {marked}."


def calendar_description(
    *, clinic_name: str, clinic_phone: str = "", join_sentence: str = ""
) -> str:
    """Return the text of a calendar entry: when to join, and in words where the link is.

    Calendars are shared and synchronised, so the link itself is never in it.
    """
    acts = "To join or cancel" if join_sentence else "To see or cancel it"
    lines = [join_sentence, f"{acts}, use the link in your email from {clinic_name}."]
    if clinic_phone:
        lines.append(f"If you need help, call {clinic_phone}.")
    return "\n".join(line for line in lines if line)


def change_of_plans_words(late_from: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return until when to tell the clinic; ``late_from`` is when a cancellation becomes late."""
    if now < late_from:
        until = f"before {patient_time(late_from, zone)} on {patient_day(late_from, zone)}"
    else:
        until = "as soon as you can"
    return f"please tell us {until}, so someone else can have the time."


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    if at.tzinfo is None:
        msg = f"naive datetime {at!r}: an instant is needed"
        raise ValueError(msg)
    return at.astimezone(zone)


def _offset_if_repeated(wall: datetime) -> str:
    """Return `` (UTC+1)`` where this wall time comes twice that day, else nothing."""
    if wall.utcoffset() == wall.replace(fold=1 - wall.fold).utcoffset():
        return ""
    offset = wall.utcoffset() or timedelta(0)
    hours, minutes = divmod(int(abs(offset).total_seconds() // 60), 60)
    sign = "-" if offset < timedelta(0) else "+"
    return f" (UTC{sign}{hours}" + (f":{minutes:02})" if minutes else ")")


def _days_ahead(at: datetime, now: datetime, zone: ZoneInfo) -> int:
    return (local_day(at, zone) - local_day(now, zone)).days


def _near_day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    ahead = _days_ahead(at, now, zone)
    if ahead in {0, 1}:
        return "tomorrow" if ahead else "today"
    return weekday(at, zone) if 1 < ahead < _DAYS_IN_WEEK else ""


def _on_day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    ahead = _days_ahead(at, now, zone)
    if ahead == 0:
        return "today"
    day = weekday(at, zone) if 0 < ahead < _DAYS_IN_WEEK else patient_day(at, zone)
    return f"on {day}{_year_if_far(local_day(at, zone), local_day(now, zone))}"


def _year_if_far(day: date, today: date) -> str:
    """Return the year where a day and month alone could be read as another year's."""
    return f" {day.year}" if abs((day - today).days) > _NEEDS_YEAR_AFTER_DAYS else ""


def _joined(*counted: tuple[int, str]) -> str:
    words = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in counted if count]
    return " and ".join(words)
