"""Which times can be booked: for the page that shows them, and for the claim that takes one."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.queries import catalogue as catalogue_queries
from booking_app.db.queries import diary as diary_queries
from booking_app.db.queries import opening_hours
from booking_app.db.queries.catalogue import Bookable, BookableType
from booking_app.db.queries.diary import Offer
from booking_app.db.session import reading
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import NotFound, SlotTaken
from booking_app.domain.free_starts import BookingLimits
from booking_app.domain.slots import is_offered
from booking_app.domain.timespan import epoch_minute
from booking_app.dto.booking import ANYONE, Choice, ChosenTime, PickerCard, TimesCard
from booking_app.dto.clinic import Clinic
from booking_app.services import picker_words
from booking_app.services.catalogue import Selection, require_open, select
from booking_app.services.free_time import (
    FreeTime,
    booking_limits,
    find_free_time,
    read_catalogue,
    read_published,
    slot_request,
)
from booking_app.services.no_times import no_times_card

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

LONGEST_GAP = timedelta(hours=2)
"""How far from a slot its neighbours matter: no buffer of a window or a type is longer."""


class _Search(NamedTuple):
    selection: Selection
    free: FreeTime


async def picker(
    *,
    clinic: Clinic,
    choice: Choice,
    month: str = "",
    day: str = "",
    visitor: Visitor,
    device_zone: str = "",
    now: datetime,
) -> PickerCard:
    """Return all of the time step, with ``month`` (2026-07) and ``day`` (2026-07-14) shown.

    Where they are empty, or cannot be booked, it opens on the first day with free times: of the
    month if that is given. A day without times stays shown, so that nothing jumps when its last
    one is taken. ``device_zone`` is the IANA name of the visitor's own zone.

    Raises:
        BookingClosed: online booking is switched off.
        NotFound: no type is chosen, or one that does not exist.
    """
    require_open(clinic)
    async with reading() as rx:
        selection, free = await _search(rx, clinic, choice, visitor, now)
        frame = picker_words.PickerFrame.around(
            free, clinic_zone=clinic.zone, device_zone=device_zone, now=now
        )
        if not frame.counts:
            return await no_times_card(rx, clinic, selection, free.kind, now=now)
        shown = frame.shown(month=_month(month), day=_day(day))
        visits = await _visits_on(rx, frame.zone, shown.day, free)
    return picker_words.picker_card(frame, shown, selection, visits)


async def day_times(
    *,
    clinic: Clinic,
    choice: Choice,
    day: str,
    visitor: Visitor,
    device_zone: str = "",
    now: datetime,
) -> TimesCard:
    """Return the times of one local date (2026-07-14); empty for what is no such date.

    Raises:
        BookingClosed: online booking is switched off.
        NotFound: no type is chosen, or one that does not exist.
    """
    require_open(clinic)
    wanted = _day(day)
    if wanted is None:
        return TimesCard()
    async with reading() as rx:
        selection, free = await _search(rx, clinic, choice, visitor, now)
        frame = picker_words.PickerFrame.around(
            free, clinic_zone=clinic.zone, device_zone=device_zone, now=now
        )
        visits = await _visits_on(rx, frame.zone, wanted, free)
    return picker_words.times_card(frame, wanted, selection, visits)


async def resource_ids(*, clinic: Clinic, choice: Choice) -> list[int]:
    """Return the resources whose diaries decide about the times of ``choice``, in order."""
    async with reading() as rx:
        published = await read_catalogue(
            rx, organization_id=clinic.organization_id, type_slug=choice.appointment_type
        )
    left = select(published, choice).bookables
    return sorted({each.clinician.resource_id for each in left})


async def require_offered(
    tx: AsyncConnection,
    *,
    clinic: Clinic,
    choice: Choice,
    chosen: ChosenTime,
    visitor_session_id: int | None,
    now: datetime,
) -> Offer:
    """Return ``chosen`` as an offer if patients may book exactly that at ``now``.

    For inside the claiming transaction, with the clinician's resource locked: everything is read
    from the database anew, and judged by the same engine that made the list. The visitor's own
    hold is in nobody's way. What is listed is accepted; nothing else is.

    Raises:
        SlotTaken: it is not offered, for whatever reason.
    """
    kind, bookables = await _wanted(tx, clinic, choice, chosen)
    limits = booking_limits(kind)
    starts_at = _within(limits, chosen.starts_at, now)
    clinician = bookables[0].clinician
    hours = await opening_hours.list_hours(
        tx, organization_id=clinic.organization_id, clinician_ids=[clinician.id], now=now
    )
    begins_at = starts_at - LONGEST_GAP
    ends_at = starts_at + timedelta(minutes=bookables[0].minutes) + LONGEST_GAP
    occupied = await diary_queries.list_blocking(
        tx,
        resource_id=clinician.resource_id,
        begins_at=begins_at,
        ends_at=ends_at,
        visitor_session_id=visitor_session_id,
        now=now,
    )
    time_off = await opening_hours.list_time_off(
        tx, clinician_ids=[clinician.id], begins_at=begins_at, ends_at=ends_at
    )
    for each in bookables:
        if is_offered(
            starts_at,
            slot_request(kind, each),
            hours[clinician.id].at(each.place),
            occupied=occupied,
            time_off=time_off.get(clinician.id, ()),
            limits=limits,
            now=now,
        ):
            return _offer(clinic, kind, each, starts_at)
    raise SlotTaken


def _month(text: str) -> date | None:
    """Return the first of an ISO month, None for anything else."""
    return _day(f"{text}-01")


def _day(text: str) -> date | None:
    """Return an ISO date, None for anything else. It comes from an address: any text at all."""
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _search(
    rx: AsyncConnection, clinic: Clinic, choice: Choice, visitor: Visitor, now: datetime
) -> _Search:
    published = await read_published(
        rx,
        organization_id=clinic.organization_id,
        type_slug=choice.appointment_type,
        session_key=visitor.session_key,
        now=now,
    )
    selection = select(published, choice)
    if selection.kind is None:
        raise NotFound
    free = await find_free_time(rx, published, selection.kind, selection.bookables, now=now)
    return _Search(selection, free)


async def _visits_on(
    rx: AsyncConnection, zone: ZoneInfo, day: date | None, free: FreeTime
) -> dict[int, int]:
    """Return how many visits each clinician's resource has that day; empty if only one is free."""
    resources = {each.clinician.resource_id for each, starts in free.found if starts.mask}
    if day is None or len(resources) < 2:
        return {}
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return await diary_queries.count_visits(
        rx,
        resource_ids=resources,
        begins_at=midnight,
        ends_at=datetime.combine(day + timedelta(days=1), midnight.timetz()),
    )


def _within(limits: BookingLimits, starts_at: datetime, now: datetime) -> datetime:
    """Return ``starts_at`` in UTC, or raise SlotTaken where it is no time one may book at ``now``.

    Looked at first, since further on there is arithmetic that the ends of the calendar break.
    """
    first, stop = limits.bookable_minutes(now)
    try:
        minute = epoch_minute(starts_at)
    except OverflowError:
        raise SlotTaken from None
    if starts_at.tzinfo is None or minute < first or (stop is not None and minute >= stop):
        raise SlotTaken
    return starts_at.astimezone(UTC)


async def _wanted(
    tx: AsyncConnection, clinic: Clinic, choice: Choice, chosen: ChosenTime
) -> tuple[BookableType, list[Bookable]]:
    """Return the chosen type and at which places the chosen clinician gives it, or SlotTaken."""
    if choice.clinician not in {"", ANYONE, chosen.clinician}:
        raise SlotTaken
    kind, bookables = await catalogue_queries.find_chosen(
        tx,
        organization_id=clinic.organization_id,
        type_slug=choice.appointment_type,
        clinician_slug=chosen.clinician,
    )
    bookables = [each for each in bookables if choice.location in {"", each.place.slug}]
    if kind is None or not bookables:
        raise SlotTaken
    return kind, bookables


def _offer(clinic: Clinic, kind: BookableType, bookable: Bookable, starts_at: datetime) -> Offer:
    return Offer(
        organization_id=clinic.organization_id,
        clinician_id=bookable.clinician.id,
        resource_id=bookable.clinician.resource_id,
        location_id=bookable.place.id,
        location_slug=bookable.place.slug,
        appointment_type_id=kind.id,
        modality=kind.modality,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=bookable.minutes),
        zone=bookable.place.zone,
        duration=bookable.minutes,
        default_duration=bookable.minutes,
        buffer_before=kind.buffer_before,
        buffer_after=kind.buffer_after,
    )
