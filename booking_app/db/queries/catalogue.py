"""What patients can book online: types, and who offers each of them where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import (
    AppointmentType,
    AppointmentTypeLocation,
    Clinician,
    ClinicianLocation,
    ClinicianService,
    Location,
    Resource,
)

TYPE = core(AppointmentType)
TYPE_PLACE = core(AppointmentTypeLocation)
CLINICIAN = core(Clinician)
CLINICIAN_PLACE = core(ClinicianLocation)
SERVICE = core(ClinicianService)
PLACE = core(Location)
RESOURCE = core(Resource)


@dataclass(frozen=True, slots=True)
class BookableType:
    """A type patients may book themselves. Durations, notice and buffers are minutes."""

    id: int
    slug: str
    name: str
    description: str
    duration: int
    modality: str
    min_notice: int
    max_advance_days: int
    slot_step: int | None
    buffer_before: int
    buffer_after: int


@dataclass(frozen=True, slots=True)
class BookableClinician:
    """A clinician patients may book online. ``rev`` is as it was when this was read."""

    id: int
    resource_id: int
    rev: int
    slug: str
    name: str
    short_name: str
    title: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An active location. Its ``zone`` decides every wall time of what happens there."""

    id: int
    slug: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Bookable:
    """One clinician who gives one type at one place, in so many ``minutes``."""

    type_id: int
    clinician: BookableClinician
    place: Place
    minutes: int


@dataclass(frozen=True, slots=True)
class Names:
    """What a type, a clinician and a place are called, whether or not they can be booked now."""

    type_name: str
    modality: str
    clinician_name: str
    place_name: str


_TYPE_COLUMNS = (
    TYPE.c.id,
    TYPE.c.slug,
    TYPE.c.name,
    TYPE.c.description,
    TYPE.c.duration,
    TYPE.c.modality,
    TYPE.c.min_notice,
    TYPE.c.max_advance_days,
    TYPE.c.slot_step,
    TYPE.c.buffer_before,
    TYPE.c.buffer_after,
)
_TYPES = (
    select(*_TYPE_COLUMNS)
    .where(
        TYPE.c.organization_id == bindparam("organization_id"),
        TYPE.c.online_bookable,
        TYPE.c.active,
        TYPE.c.deleted_at.is_(None),
    )
    .order_by(TYPE.c.position, TYPE.c.name, TYPE.c.id)
)

_BOOKABLES = (
    select(
        TYPE.c.id.label("type_id"),
        func.coalesce(SERVICE.c.duration_override, TYPE.c.duration).label("minutes"),
        CLINICIAN.c.id,
        CLINICIAN.c.resource_id,
        RESOURCE.c.rev,
        CLINICIAN.c.slug,
        CLINICIAN.c.display_name,
        CLINICIAN.c.short_name,
        CLINICIAN.c.title,
        CLINICIAN.c.languages,
        PLACE.c.id.label("place_id"),
        PLACE.c.slug.label("place_slug"),
        PLACE.c.name.label("place_name"),
        PLACE.c.timezone,
    )
    .join_from(CLINICIAN, RESOURCE, RESOURCE.c.id == CLINICIAN.c.resource_id)
    .join(SERVICE, SERVICE.c.clinician_id == CLINICIAN.c.id)
    .join(TYPE, TYPE.c.id == SERVICE.c.appointment_type_id)
    .join(CLINICIAN_PLACE, CLINICIAN_PLACE.c.clinician_id == CLINICIAN.c.id)
    .join(
        TYPE_PLACE,
        and_(
            TYPE_PLACE.c.appointment_type_id == TYPE.c.id,
            TYPE_PLACE.c.location_id == CLINICIAN_PLACE.c.location_id,
        ),
    )
    .join(PLACE, PLACE.c.id == CLINICIAN_PLACE.c.location_id)
    .where(
        CLINICIAN.c.online_bookable,
        CLINICIAN.c.active,
        PLACE.c.active,
        TYPE.c.online_bookable,
        TYPE.c.active,
        TYPE.c.deleted_at.is_(None),
        CLINICIAN.c.organization_id == bindparam("organization_id"),
        TYPE.c.organization_id == bindparam("organization_id"),
        PLACE.c.organization_id == bindparam("organization_id"),
    )
    .order_by(CLINICIAN.c.id, PLACE.c.is_primary.desc(), PLACE.c.id)
)
_BOOKABLES_OF_TYPE = _BOOKABLES.where(TYPE.c.id == bindparam("type_id"))
_CHOSEN = _BOOKABLES.add_columns(
    *(column.label(f"of_type_{column.name}") for column in _TYPE_COLUMNS)
).where(TYPE.c.slug == bindparam("type_slug"), CLINICIAN.c.slug == bindparam("clinician_slug"))


async def list_types(rx: AsyncConnection, *, organization_id: int) -> list[BookableType]:
    """Return the types patients may book online, in the clinic's own order."""
    rows = await rx.execute(_TYPES, {"organization_id": organization_id})
    return [BookableType(*row) for row in rows]


async def list_bookables(
    rx: AsyncConnection, *, organization_id: int, type_id: int | None = None
) -> list[Bookable]:
    """Return who offers what where, by clinician, the primary place of each first.

    A clinician offers a type where both of them are; ``type_id`` narrows it to one type.
    """
    if type_id is None:
        return _bookables(await rx.execute(_BOOKABLES, {"organization_id": organization_id}))
    values = {"organization_id": organization_id, "type_id": type_id}
    return _bookables(await rx.execute(_BOOKABLES_OF_TYPE, values))


async def find_chosen(
    rx: AsyncConnection, *, organization_id: int, type_slug: str, clinician_slug: str
) -> tuple[BookableType | None, list[Bookable]]:
    """Return one type and where one clinician offers it, the primary place first.

    None and nothing where that clinician does not offer it.
    """
    values = {
        "organization_id": organization_id,
        "type_slug": type_slug,
        "clinician_slug": clinician_slug,
    }
    rows = (await rx.execute(_CHOSEN, values)).all()
    if not rows:
        return None, []
    return BookableType(*rows[0][-len(_TYPE_COLUMNS) :]), _bookables(rows)


async def find_names(
    rx: AsyncConnection,
    *,
    organization_id: int,
    type_slug: str,
    clinician_slug: str,
    place_slug: str,
) -> Names:
    """Return the names that belong to the slugs of an appointment that exists."""
    statement = (
        select(TYPE.c.name, TYPE.c.modality, CLINICIAN.c.display_name, PLACE.c.name)
        .join_from(TYPE, CLINICIAN, CLINICIAN.c.organization_id == TYPE.c.organization_id)
        .join(PLACE, PLACE.c.organization_id == TYPE.c.organization_id)
        .where(
            TYPE.c.organization_id == organization_id,
            TYPE.c.slug == type_slug,
            CLINICIAN.c.slug == clinician_slug,
            PLACE.c.slug == place_slug,
        )
    )
    return Names(*(await rx.execute(statement)).one())


def _bookables(rows: Iterable[Any]) -> list[Bookable]:
    """Return a ``Bookable`` a row; rows about one clinician or place share one object."""
    clinicians: dict[int, BookableClinician] = {}
    places: dict[int, Place] = {}
    bookables: list[Bookable] = []
    for row in rows:
        clinician = clinicians.get(row.id)
        if clinician is None:
            clinician = clinicians[row.id] = BookableClinician(
                id=row.id,
                resource_id=row.resource_id,
                rev=row.rev,
                slug=row.slug,
                name=row.display_name,
                short_name=row.short_name,
                title=row.title,
                languages=tuple(row.languages),
            )
        place = places.get(row.place_id)
        if place is None:
            place = places[row.place_id] = Place(
                row.place_id, row.place_slug, row.place_name, row.timezone
            )
        bookables.append(Bookable(row.type_id, clinician, place, row.minutes))
    return bookables
