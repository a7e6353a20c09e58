"""Finding the patient somebody says they are, and writing a new one."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import and_, bindparam, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Patient
from booking_app.domain.details import CheckedDetails
from booking_app.domain.names import name_key

PATIENT = core(Patient)
ACTIVE = "active"


_SAME_PHONE = and_(PATIENT.c.phone == bindparam("phone"), PATIENT.c.phone != "")
_SAME_EMAIL = and_(PATIENT.c.email_norm == bindparam("email_norm"), PATIENT.c.email_norm != "")
_MATCHES = (
    select(PATIENT.c.id)
    .where(
        PATIENT.c.organization_id == bindparam("organization_id"),
        PATIENT.c.last_name_norm == bindparam("last_name_norm"),
        PATIENT.c.date_of_birth == bindparam("date_of_birth"),
        or_(_SAME_EMAIL, _SAME_PHONE),
        PATIENT.c.status == ACTIVE,
        PATIENT.c.merged_into_id.is_(None),
    )
    .limit(2)
)
_INSERT = insert(PATIENT).returning(PATIENT.c.id)


async def find_only_match(
    tx: AsyncConnection, *, organization_id: int, details: CheckedDetails
) -> int | None:
    """Return the one active patient with this birth date, last name, and e-mail or phone.

    None where there is nobody, and also where there are several: it is not for a booking
    page to choose between people.
    """
    values = {
        "organization_id": organization_id,
        "last_name_norm": name_key(details.last_name),
        "date_of_birth": details.date_of_birth,
        "email_norm": details.email_norm,
        "phone": details.phone,
    }
    matches = (await tx.execute(_MATCHES, values)).scalars().all()
    return matches[0] if len(matches) == 1 else None


async def insert_patient(
    tx: AsyncConnection,
    *,
    organization_id: int,
    details: CheckedDetails,
    language: str,
    now: datetime,
) -> int:
    """Write a patient as they described themselves, for staff to look at, and return the key."""
    values = {
        "uid": uuid4(),
        "organization_id": organization_id,
        "first_name": details.first_name,
        "last_name": details.last_name,
        "last_name_norm": name_key(details.last_name),
        "date_of_birth": details.date_of_birth,
        "email": details.email,
        "email_norm": details.email_norm,
        "phone": details.phone,
        "language": language,
        "needs_review": True,
        "status": ACTIVE,
        "created_at": now,
        "updated_at": now,
    }
    return (await tx.execute(_INSERT, values)).scalar_one()
