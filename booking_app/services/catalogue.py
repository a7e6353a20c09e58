"""What a patient can choose: the type of appointment, and with whom."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking_app.db.queries.catalogue import Bookable, BookableClinician, BookableType
from booking_app.db.session import reading
from booking_app.domain.errors import BookingClosed
from booking_app.domain.timespan import instant_of
from booking_app.domain.visit_words import duration_words, soonest_day, soonest_visit
from booking_app.dto.booking import ANYONE, Choice, Resolved, TypeRow, WhoRow
from booking_app.dto.clinic import Clinic
from booking_app.i18n import pgettext
from booking_app.services.free_time import (
    FreeTime,
    Published,
    find_free_time,
    read_catalogue,
    read_published,
)
from booking_app.services.slip import where_words


@dataclass(frozen=True, slots=True)
class Selection:
    """What is left to choose from after a choice: of one type once ``kind`` is known.

    ``choice`` has kept only what exists; ``ignored`` names the parts that were dropped.
    """

    choice: Choice
    kind: BookableType | None
    bookables: list[Bookable]
    ignored: tuple[str, ...]

    @property
    def clinician(self) -> BookableClinician | None:
        """Return the one clinician chosen, None for anyone and for not chosen yet."""
        if self.choice.clinician in {"", ANYONE}:
            return None
        return self.bookables[0].clinician


def select(published: Published, choice: Choice) -> Selection:
    """Return what ``choice`` leaves of ``published``.

    A part that names nothing, or nothing that goes with the parts before it (type, then
    clinician, then location), is dropped as if it had not been chosen.
    """
    ignored: list[str] = []
    kind = next(
        (each for each in published.offered_types() if each.slug == choice.appointment_type), None
    )
    if kind is None and choice.appointment_type:
        choice, ignored = replace(choice, appointment_type=""), ["type"]
    left = published.of_type(kind) if kind else published.bookables
    if choice.clinician not in {"", ANYONE}:
        theirs = [each for each in left if each.clinician.slug == choice.clinician]
        if theirs:
            left = theirs
        else:
            choice = replace(choice, clinician="")
            ignored.append("clinician")
    if choice.location:
        there = [each for each in left if each.place.slug == choice.location]
        if there:
            left = there
        else:
            choice = replace(choice, location="")
            ignored.append("location")
    return Selection(choice, kind, left, tuple(ignored))


async def list_types(*, clinic: Clinic, now: datetime) -> list[TypeRow]:
    """Return the types that patients can book online with somebody, each with its soonest day.

    Raises:
        BookingClosed: online booking is switched off.
    """
    require_open(clinic)
    async with reading() as rx:
        published = await read_published(rx, organization_id=clinic.organization_id, now=now)
        free = [
            await find_free_time(rx, published, kind, published.of_type(kind), now=now)
            for kind in published.offered_types()
        ]
    return [_type_row(each, now) for each in free]


async def list_clinicians(*, clinic: Clinic, choice: Choice, now: datetime) -> list[WhoRow]:
    """Return who offers the chosen type, each with their soonest time; "anyone" first of several.

    Empty where no type is chosen, or one that does not exist.

    Raises:
        BookingClosed: online booking is switched off.
    """
    require_open(clinic)
    async with reading() as rx:
        published = await read_published(
            rx,
            organization_id=clinic.organization_id,
            type_slug=choice.appointment_type,
            now=now,
        )
        selection = select(published, replace(choice, clinician=""))
        if selection.kind is None:
            return []
        free = await find_free_time(rx, published, selection.kind, selection.bookables, now=now)
    clinicians = list(dict.fromkeys(each.clinician for each in selection.bookables))
    rows = [_who_row(each, free, now) for each in clinicians]
    return [_anyone_row(free, now), *rows] if len(rows) > 1 else rows


async def resolve(*, clinic: Clinic, choice: Choice) -> Resolved:
    """Return ``choice`` looked up in ``clinic``; what is unknown there is dropped and named.

    Works while online booking is off as well.
    """
    async with reading() as rx:
        published = await read_catalogue(
            rx, organization_id=clinic.organization_id, type_slug=choice.appointment_type
        )
    return _resolved(select(published, replace(choice, clinic=clinic.slug)))


def require_open(clinic: Clinic) -> None:
    """Raise BookingClosed unless patients may book online now."""
    if not clinic.online_booking_enabled:
        raise BookingClosed(clinic_phone=clinic.phone)


def soonest_of(free_time: FreeTime) -> tuple[datetime, ZoneInfo] | None:
    """Return the first time of all and the zone of its place, or None."""
    found = free_time.soonest()
    return None if found is None else (instant_of(found[0]), ZoneInfo(found[1].zone))


def _resolved(selection: Selection) -> Resolved:
    kind, clinician = selection.kind, selection.clinician
    places = list(dict.fromkeys(each.place for each in selection.bookables))
    zones = {place.zone for place in places}
    minutes = {each.minutes for each in selection.bookables}
    has_one_length = clinician is not None and len(minutes) == 1
    return Resolved(
        choice=selection.choice,
        ignored=selection.ignored,
        type_name=kind.name if kind else "",
        minutes=(minutes.pop() if has_one_length else kind.duration) if kind else 0,
        modality=kind.modality if kind else "",
        clinician_name=clinician.name if clinician else "",
        clinician_short_name=clinician.short_name if clinician else "",
        location_name=places[0].name if len(places) == 1 else "",
        location_ids=tuple(place.id for place in places),
        zone=zones.pop() if len(zones) == 1 else "",
    )


def _type_row(free_time: FreeTime, now: datetime) -> TypeRow:
    kind = free_time.kind
    places = dict.fromkeys(each.place.name for each, _ in free_time.found)
    soonest = soonest_of(free_time)
    if soonest is None:
        words = pgettext("book.type.none", "No free times")
    else:
        words = pgettext("book.type.soonest", "Soonest {day}").format(
            day=soonest_day(soonest[0], now, soonest[1])
        )
    return TypeRow(
        slug=kind.slug,
        name=kind.name,
        description=kind.description,
        minutes=duration_words(timedelta(minutes=kind.duration)),
        soonest=words,
        where=where_words(kind.modality, *places),
    )


def _who_row(clinician: BookableClinician, free_time: FreeTime, now: datetime) -> WhoRow:
    theirs = [found for found in free_time.found if found[0].clinician == clinician]
    return WhoRow(
        slug=clinician.slug,
        name=clinician.name,
        about=_about(clinician),
        soonest=_soonest_words(replace(free_time, found=theirs), now),
    )


def _anyone_row(free_time: FreeTime, now: datetime) -> WhoRow:
    return WhoRow(
        slug=ANYONE,
        name=pgettext("book.who.any", "Anyone who is free"),
        about=pgettext("book.who.any_hint", "You will see the name before you confirm"),
        soonest=_soonest_words(free_time, now),
    )


def _soonest_words(free_time: FreeTime, now: datetime) -> str:
    """Return ``tomorrow, 9:20am``, or nothing where there is no time."""
    soonest = soonest_of(free_time)
    return "" if soonest is None else soonest_visit(soonest[0], now, soonest[1])


def _about(clinician: BookableClinician) -> str:
    """Return ``GP. Speaks English and Twi``."""
    parts = [clinician.title] if clinician.title else []
    if clinician.languages:
        *most, last = clinician.languages
        names = pgettext("list.and", "{most} and {last}").format(most=", ".join(most), last=last)
        speaks = pgettext("book.who.speaks", "Speaks {languages}")
        parts.append(speaks.format(languages=names if most else last))
    return ". ".join(parts)
