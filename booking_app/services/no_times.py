"""When there are no times: what is said, and what else there is, so that no page is a dead end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.queries.catalogue import Bookable, BookableClinician, BookableType
from booking_app.domain.lifecycle import Modality
from booking_app.domain.visit_words import soonest_when
from booking_app.dto.booking import ANYONE, Choice, PickerCard, WayOnRow
from booking_app.dto.clinic import Clinic
from booking_app.i18n import npgettext, pgettext
from booking_app.services.catalogue import Selection, soonest_of
from booking_app.services.free_time import (
    Published,
    booking_limits,
    find_free_time,
    read_published,
)

DAYS_IN_WEEK = 7
SAID_IN_WEEKS_FROM = 14


@dataclass(frozen=True, slots=True)
class _Way:
    """Another choice, and who could give it. ``kind`` says what differs: clinician, location, type."""

    kind: str
    heading: str
    choice: Choice
    type: BookableType
    bookables: list[Bookable]


async def no_times_card(
    rx: AsyncConnection, clinic: Clinic, selection: Selection, kind: BookableType, *, now: datetime
) -> PickerCard:
    """Return the time step without times: heading, sentence, and those ways on that have times."""
    published = await read_published(rx, organization_id=clinic.organization_id, now=now)
    rows: list[WayOnRow] = []
    for way in _ways(published, selection, kind):
        free = await find_free_time(rx, published, way.type, way.bookables, now=now)
        if soonest := soonest_of(free):
            rows.append(_row(way, soonest_when(soonest[0], now, soonest[1])))
    clinician = selection.clinician
    if clinician is None:
        heading = pgettext("sys.none.h1", "No free times")
        text = pgettext(
            "sys.none.anyone",
            "There are no free times for “{type}” in the next {time}. You can:",
        ).format(type=kind.name, time=_time_ahead(kind))
    else:
        heading = pgettext("sys.none.h1_with", "No free times with {clinician}").format(
            clinician=clinician.short_name
        )
        text = pgettext(
            "sys.none", "{clinician} has no free {visits} in the next {time}. You can:"
        ).format(clinician=clinician.name, visits=_visits(kind), time=_time_ahead(kind))
    return PickerCard(none_heading=heading, none_text=text, ways_on=rows)


def _ways(published: Published, selection: Selection, kind: BookableType) -> Iterator[_Way]:
    choice, clinician = selection.choice, selection.clinician
    same_type = published.of_type(kind)
    if clinician is not None:
        others = [
            each
            for each in same_type
            if each.clinician.id != clinician.id and choice.location in {"", each.place.slug}
        ]
        yield _Way(
            "clinician",
            _another(clinician, others),
            replace(choice, clinician=ANYONE),
            kind,
            others,
        )
    if choice.location:
        elsewhere = [
            each
            for each in same_type
            if each.place.slug != choice.location and _is_with(clinician, each)
        ]
        heading = pgettext("sys.none.place", "Go to another place")
        yield _Way("location", heading, replace(choice, location=""), kind, elsewhere)
    if clinician is not None:
        # The same clinician by video, by telephone or in person; another service is no help.
        for other in published.offered_types():
            theirs = [each for each in published.of_type(other) if _is_with(clinician, each)]
            if other.modality != kind.modality:
                there = replace(choice, appointment_type=other.slug, location="")
                yield _Way("type", _instead(clinician, other), there, other, theirs)


def _is_with(clinician: BookableClinician | None, bookable: Bookable) -> bool:
    return clinician is None or bookable.clinician.id == clinician.id


def _row(way: _Way, soonest: str) -> WayOnRow:
    text = pgettext("sys.none.soonest", "The soonest is {when}")
    return WayOnRow(
        key=f"{way.kind}-{way.choice.appointment_type}",
        kind=way.kind,
        heading=way.heading,
        text=text.format(when=soonest),
        appointment_type=way.choice.appointment_type,
        clinician=way.choice.clinician,
        location=way.choice.location,
    )


def _another(clinician: BookableClinician, others: list[Bookable]) -> str:
    """Return ``See another GP`` where all are GPs, else ``See someone else``."""
    titles = {clinician.title, *(each.clinician.title for each in others)}
    if titles == {clinician.title} and clinician.title:
        heading = pgettext("sys.none.another", "See another {title}")
        return heading.format(title=clinician.title)
    return pgettext("sys.none.someone", "See someone else")


def _instead(clinician: BookableClinician, kind: BookableType) -> str:
    if kind.modality == Modality.VIDEO:
        heading = pgettext("sys.none.by_video", "See {clinician} by video instead")
    elif kind.modality == Modality.PHONE:
        heading = pgettext("sys.none.by_phone", "Speak to {clinician} by phone instead")
    else:
        heading = pgettext("sys.none.at_clinic", "See {clinician} at the clinic instead")
    return heading.format(clinician=clinician.short_name)


def _visits(kind: BookableType) -> str:
    if kind.modality == Modality.VIDEO:
        return pgettext("visits.video", "video visits")
    if kind.modality == Modality.PHONE:
        return pgettext("visits.phone", "phone visits")
    return pgettext("visits.in_person", "visits at the clinic")


def _time_ahead(kind: BookableType) -> str:
    """Return how far ahead one may book: ``6 weeks``, whole ones only, or ``10 days``."""
    days = booking_limits(kind).max_advance_days or 0
    if days >= SAID_IN_WEEKS_FROM:
        weeks = days // DAYS_IN_WEEK
        return npgettext("time.weeks", "{n} week", "{n} weeks", weeks).format(n=weeks)
    return npgettext("time.days", "{n} day", "{n} days", days).format(n=days)
