"""What the booking pages exchange with the services.

``...Card``, ``...Row``, ``...Cell`` and ``...Tile`` classes are for the eye: every field
of theirs reaches the browser, already worded for the person. The others stay on the server.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

ANYONE = "any"
"""The choice of no particular clinician."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What has been chosen so far, by slugs as they stand in the page's address.

    Empty means not chosen. ``clinician`` may be ``ANYONE``. Nothing here is trusted:
    services look every slug up again within the clinic.
    """

    clinic: str
    appointment_type: str = ""
    clinician: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A choice looked up within its clinic, for the server's own use.

    ``choice`` has kept only what exists, and ``ignored`` names what was dropped: ``type``,
    ``clinician``, ``location``. Names are empty where nothing (or anyone) is chosen. ``zone`` is
    the one of the places left, empty where they differ.
    """

    choice: Choice
    ignored: tuple[str, ...] = ()
    type_name: str = ""
    minutes: int = 0
    modality: str = ""
    clinician_name: str = ""
    clinician_short_name: str = ""
    location_name: str = ""
    location_ids: tuple[int, ...] = ()
    zone: str = ""


@dataclass(frozen=True, slots=True)
class ChosenTime:
    """A time picked from a tile: which clinician, and the start as an aware UTC instant."""

    clinician: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Details:
    """What a patient typed about themselves, as typed. ``day``, ``month``, ``year`` are of birth."""

    first_name: str = ""
    last_name: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    email: str = ""
    phone: str = ""
    help_with: str = ""
    needs: tuple[str, ...] = ()
    reminders_wanted: bool = True


@dataclass(frozen=True)
class TypeRow:
    slug: str
    name: str
    description: str
    minutes: str
    soonest: str
    where: str


@dataclass(frozen=True)
class WhoRow:
    slug: str
    name: str
    about: str
    soonest: str


@dataclass(frozen=True)
class DayCell:
    """One day of the month grid. Only days with free times can be chosen."""

    iso: str
    number: str
    label: str
    free_text: str
    is_free: bool
    is_today: bool


@dataclass(frozen=True)
class MonthCard:
    """A month of days. ``previous`` and ``next`` are ISO months, empty where there is nothing."""

    iso: str = ""
    heading: str = ""
    blanks: list[str] = field(default_factory=list)
    days: list[DayCell] = field(default_factory=list)
    previous: str = ""
    previous_label: str = ""
    next: str = ""
    next_label: str = ""
    until_text: str = ""


@dataclass(frozen=True)
class TimeTile:
    """One bookable time. ``key`` is stable for a clinician and an instant; ``state`` is free, mine or taken."""

    key: str
    clinician: str
    starts_at: str
    time: str
    who: str
    label: str
    sentence: str
    state: str = "free"
    with_line: str = ""
    """What and with whom, in full: ``GP video visit with Dr Amara Osei``."""
    device_time: str = ""
    """The same instant on the visitor's own clock, where a video visit finds it in another zone."""


@dataclass(frozen=True)
class TimesCard:
    """The times of one day, in parts of the day; ``say`` is for the live region."""

    iso: str = ""
    heading: str = ""
    morning: list[TimeTile] = field(default_factory=list)
    afternoon: list[TimeTile] = field(default_factory=list)
    evening: list[TimeTile] = field(default_factory=list)
    say: str = ""


@dataclass(frozen=True)
class WayOnRow:
    """What to do where there are no times: the same with another ``type``, clinician or location.

    ``kind`` is clinician, type or location, whichever differs; the slugs make the new choice.
    """

    key: str
    kind: str
    heading: str
    text: str
    appointment_type: str
    clinician: str
    location: str


@dataclass(frozen=True)
class PickerCard:
    """All of the time step: soonest time, zone line, month, and the times of the chosen day.

    ``soonest`` is ``tomorrow, Tuesday 14 July, at 9:20am``, for the sentence on top. Without any
    times ``ways_on`` says what else there is; the telephone always comes after it.
    """

    soonest: str = ""
    zone_line: str = ""
    device_zone_line: str = ""
    month: MonthCard = field(default_factory=MonthCard)
    times: TimesCard = field(default_factory=TimesCard)
    has_times: bool = False
    none_heading: str = ""
    none_text: str = ""
    ways_on: list[WayOnRow] = field(default_factory=list)


@dataclass(frozen=True)
class SlipCard:
    """The appointment slip. ``state`` is empty, held, ok, off or past; empty texts are not drawn."""

    state: str = "empty"
    number: str = ""
    weekday: str = ""
    weekday_short: str = ""
    month: str = ""
    month_short: str = ""
    spoken_date: str = ""
    time: str = ""
    type_line: str = ""
    with_line: str = ""
    where_line: str = ""
    is_video: bool = False
    reference: str = ""
    foot: str = ""
    foot_strong: str = ""


@dataclass(frozen=True)
class HoldCard:
    """The time kept for the visitor. ``left_ms`` counts from the moment the server wrote it."""

    is_live: bool = False
    when: str = ""
    until: str = ""
    left_ms: int = 0
    total_ms: int = 0
    may_extend: bool = False
    stamp: str = ""
    """Changes whenever ``left_ms`` was measured anew, so that the countdown starts over."""


@dataclass(frozen=True)
class EndedHoldCard:
    """What the page after a lapsed hold says, and what can be done."""

    minutes: str = ""
    until: str = ""
    time: str = ""
    when: str = ""
    is_still_free: bool = False
    nearest: str = ""
    others: list[TimeTile] = field(default_factory=list)
    others_heading: str = ""


@dataclass(frozen=True)
class CheckCard:
    """What is about to be confirmed, for step 5."""

    when: str = ""
    what: str = ""
    name: str = ""
    date_of_birth: str = ""
    email: str = ""
    phone: str = ""
    help_with: str = ""
    needs: str = ""
    policy: str = ""
    reminders_wanted: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """A hold, for the server's own use. ``held_for`` is the local date of the visit."""

    hold_uid: str
    appointment_uid: str
    organization_id: int
    clinic_slug: str
    type_slug: str
    clinician_slug: str
    location_slug: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    expires_at: datetime
    extensions: int
    held_for: date | None = None
    made_at: datetime | None = None


NO_HOLD = HoldCard()
