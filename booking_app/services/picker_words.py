"""The time step in words: month, days, tiles, and the line about the time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from booking_app.db.queries.catalogue import Bookable
from booking_app.domain.lifecycle import Modality
from booking_app.domain.local_time import segments_around
from booking_app.domain.timespan import epoch_minute, instant_of
from booking_app.domain.visit_words import (
    day_words,
    local_day,
    month_words,
    patient_time,
    short_day_words,
    soonest_when,
    weekday,
)
from booking_app.domain.zone_names import zone_name, zone_words
from booking_app.dto.booking import DayCell, MonthCard, PickerCard, TimesCard, TimeTile
from booking_app.i18n import npgettext, pgettext
from booking_app.services.catalogue import Selection, soonest_of
from booking_app.services.free_time import FreeTime, booking_limits

AFTERNOON_FROM = 12
EVENING_FROM = 17
_LONGEST_ZONE_NAME = 64


class Shown(NamedTuple):
    """What the page has open: the first of a month, and a day if there is one to show."""

    month: date
    day: date | None


@dataclass(frozen=True, slots=True)
class PickerFrame:
    """What all parts of the time step have in common.

    ``zone`` is that of the places, or the clinic's where places differ; ``device_zone`` is set
    only where the visitor's clock has to be told as well. ``today`` and ``last_day`` are the
    local dates that limit the search, both included.
    """

    free: FreeTime
    counts: dict[date, int]
    zone: ZoneInfo
    device_zone: ZoneInfo | None
    today: date
    last_day: date
    now: datetime

    @classmethod
    def around(cls, free: FreeTime, *, clinic_zone: str, device_zone: str, now: datetime) -> Self:
        zones = {each.place.zone for each, _ in free.found}
        zone = ZoneInfo(zones.pop() if len(zones) == 1 else clinic_zone)
        days = booking_limits(free.kind).max_advance_days or 0
        return cls(
            free=free,
            counts=free.counts_by_day(),
            zone=zone,
            device_zone=_other_clock(free, zone, device_zone),
            today=local_day(now, zone),
            last_day=local_day(now + timedelta(days=days), zone),
            now=now,
        )

    def shown(self, *, month: date | None, day: date | None) -> Shown:
        """Return what to open on, where ``month`` (its first) and ``day`` are asked for."""
        if month is not None and not _first(self.today) <= month <= _first(self.last_day):
            month = None
        if day is not None and not self.today <= day <= self.last_day:
            day = None
        if day is None:
            days = (each for each in self.counts if month in {None, _first(each)})
            day = next(days, None)
        return Shown(month or _first(day or self.today), day)


def picker_card(
    frame: PickerFrame, shown: Shown, selection: Selection, visits: dict[int, int]
) -> PickerCard:
    """Return the whole time step, for a search that found at least one time."""
    soonest = soonest_of(frame.free)
    when = soonest_when(soonest[0], frame.now, soonest[1]) if soonest else ""
    if shown.day is None:
        nothing = pgettext("book.time.say_none", "No free times in {month}.")
        times = TimesCard(say=nothing.format(month=month_words(shown.month)))
    else:
        times = times_card(frame, shown.day, selection, visits)
    return PickerCard(
        soonest=when,
        zone_line=_zone_line(frame),
        device_zone_line=_device_zone_line(frame, times),
        month=_month_card(frame, shown.month),
        times=times,
        has_times=True,
    )


def times_card(
    frame: PickerFrame, day: date, selection: Selection, visits: dict[int, int]
) -> TimesCard:
    """Return the times of ``day`` by part of the day.

    ``visits`` counts each resource's visits that day: of several clinicians who are free at a
    start, the tile names the one with the fewest, then the one who has been there longest.
    """
    tiles: dict[int, list[TimeTile]] = {0: [], AFTERNOON_FROM: [], EVENING_FROM: []}
    for start, candidates in frame.free.on(day):
        tile = _tile(frame, start, _who(frame, start, candidates, visits), selection)
        tiles[_part_of_day(start, ZoneInfo(candidates[0].place.zone))].append(tile)
    count = sum(map(len, tiles.values()))
    said = npgettext("book.time.say", "{n} free on {date}.", "{n} free on {date}.", count)
    if not count:
        said = pgettext("book.time.say_none_on", "No free times on {date}.")
    return TimesCard(
        iso=day.isoformat(),
        heading=day_words(day),
        morning=tiles[0],
        afternoon=tiles[AFTERNOON_FROM],
        evening=tiles[EVENING_FROM],
        say=said.format(n=count, date=day_words(day)),
    )


def _who(
    frame: PickerFrame, start: int, candidates: list[Bookable], visits: dict[int, int]
) -> Bookable:
    own = next((each for each in candidates if _is_mine(frame, start, each)), None)
    return own or min(
        candidates, key=lambda each: (visits.get(each.clinician.resource_id, 0), each.clinician.id)
    )


def _is_mine(frame: PickerFrame, start: int, bookable: Bookable) -> bool:
    mine = frame.free.mine
    return (
        mine is not None
        and epoch_minute(mine.starts_at) == start
        and (mine.resource_id, mine.place_id) == (bookable.clinician.resource_id, bookable.place.id)
    )


def _tile(frame: PickerFrame, start: int, bookable: Bookable, selection: Selection) -> TimeTile:
    at, zone = instant_of(start), ZoneInfo(bookable.place.zone)
    time = patient_time(at, zone)
    who = ", ".join(_who_words(frame, bookable, selection))
    is_mine = _is_mine(frame, start, bookable)
    held = pgettext("book.time.mine", "Held for you") if is_mine else ""
    theirs = pgettext("book.time.for_you", "{time} for you")
    return TimeTile(
        key=f"{bookable.clinician.slug}-{start}",
        clinician=bookable.clinician.slug,
        starts_at=at.isoformat(),
        time=time,
        who=who,
        label=", ".join(part for part in (time, who, held) if part),
        sentence=f"{day_words(local_day(at, zone))}, {time}",
        state="mine" if is_mine else "free",
        with_line=pgettext("book.time.with_line", "{type} with {clinician}").format(
            type=frame.free.kind.name, clinician=bookable.clinician.name
        ),
        device_time=theirs.format(time=_device_time(frame, at)) if frame.device_zone else "",
    )


def _who_words(frame: PickerFrame, bookable: Bookable, selection: Selection) -> list[str]:
    """Return what a tile says beside its time: whatever may differ from tile to tile."""
    places = {each.place for each, _ in frame.free.found}
    words = [] if selection.clinician else [bookable.clinician.short_name]
    if len(places) > 1 and frame.free.kind.modality == Modality.IN_PERSON:
        words.append(bookable.place.name)
    if len({place.zone for place in places}) > 1:
        words.append(zone_words(ZoneInfo(bookable.place.zone)))
    return words


def _part_of_day(start: int, zone: ZoneInfo) -> int:
    hour = instant_of(start).astimezone(zone).hour
    if hour < AFTERNOON_FROM:
        return 0
    return AFTERNOON_FROM if hour < EVENING_FROM else EVENING_FROM


def _month_card(frame: PickerFrame, month: date) -> MonthCard:
    """Return a month from its first week that is not over yet; weeks begin on Monday."""
    following = _first(month + timedelta(days=31))
    this_week = frame.today - timedelta(days=frame.today.weekday())
    first = max(month, this_week)
    days = [first + timedelta(days=n) for n in range((following - first).days)]
    previous = _first(month - timedelta(days=1))
    has_previous, has_next = month > _first(frame.today), month < _first(frame.last_day)
    until = pgettext("book.time.until", "You can book up to {date}.")
    return MonthCard(
        iso=f"{month:%Y-%m}",
        heading=month_words(month),
        blanks=[f"blank-{n}" for n in range(first.weekday())],
        days=[_day_cell(frame, day) for day in days],
        previous=f"{previous:%Y-%m}" if has_previous else "",
        previous_label=pgettext("book.time.previous", "Previous month, {month}").format(
            month=month_words(previous)
        )
        if has_previous
        else pgettext("book.time.no_previous", "Previous month, no earlier days"),
        next=f"{following:%Y-%m}" if has_next else "",
        next_label=pgettext("book.time.next", "Next month, {month}").format(
            month=month_words(following)
        )
        if has_next
        else pgettext("book.time.no_next", "Next month, no later days"),
        until_text=until.format(date=short_day_words(frame.last_day)),
    )


def _day_cell(frame: PickerFrame, day: date) -> DayCell:
    count = frame.counts.get(day, 0)
    free = npgettext("book.time.free", "{n} free", "{n} free", count).format(n=count)
    return DayCell(
        iso=day.isoformat(),
        number=str(day.day),
        label=f"{day_words(day)}, {free}" if count else "",
        free_text=free if count else "",
        is_free=count > 0,
        is_today=day == frame.today,
    )


def _zone_line(frame: PickerFrame) -> str:
    if len({each.place.zone for each, _ in frame.free.found}) > 1:
        return pgettext("book.time.tz_places", "Times are those of each place.")
    name, now = zone_name(frame.zone), patient_time(frame.now, frame.zone)
    if name.startswith("UTC"):
        line = pgettext("book.time.tz_utc", "Times are in {zone}. It is {now} in {zone} now.")
        return line.format(zone=name, now=now)
    line = pgettext("book.time.tz", "Times are {zone} time. It is {now} in {place} now.")
    return line.format(zone=name, now=now, place=_place_of(name))


def _place_of(name: str) -> str:
    return pgettext("zone.uk", "the UK") if name == "UK" else name


def _device_zone_line(frame: PickerFrame, times: TimesCard) -> str:
    """Return what a time here is on the visitor's clock, by the example of the first one shown."""
    if frame.device_zone is None:
        return ""
    shown = next(iter((*times.morning, *times.afternoon, *times.evening)), None)
    soonest = soonest_of(frame.free)
    at = datetime.fromisoformat(shown.starts_at) if shown else (soonest or (frame.now,))[0]
    return pgettext(
        "book.time.tz_differs",
        "Your device is on {device_zone} time. {time} here is {their_time} for you.",
    ).format(
        device_zone=zone_name(frame.device_zone),
        time=patient_time(at, frame.zone),
        their_time=_device_time(frame, at),
    )


def _device_time(frame: PickerFrame, at: datetime) -> str:
    """Return the time on the visitor's clock, with the weekday where theirs is another day."""
    zone = frame.device_zone or frame.zone
    time = patient_time(at, zone)
    if local_day(at, zone) == local_day(at, frame.zone):
        return time
    on_day = pgettext("book.time.on_day", "{time} on {weekday}")
    return on_day.format(time=time, weekday=weekday(at, zone))


def _other_clock(free: FreeTime, zone: ZoneInfo, device_zone: str) -> ZoneInfo | None:
    """Return the visitor's zone if the visit is by video and their clock is ever another one."""
    if free.kind.modality != Modality.VIDEO or not 0 < len(device_zone) <= _LONGEST_ZONE_NAME:
        return None
    try:
        theirs = ZoneInfo(device_zone)
    except (KeyError, ValueError, OSError):  # it comes from the browser: any text at all
        return None
    first, stop = free.grid.first, free.grid.stop
    same = segments_around(theirs, first, stop) == segments_around(zone, first, stop)
    return None if same else theirs


def _first(day: date) -> date:
    return day.replace(day=1)
