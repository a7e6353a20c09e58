"""Reading a clinic: the organisation, its settings and the texts it wrote."""

from typing import Any

from sqlalchemy import JSON, Select, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Organization, PolicyVersion, Settings, SettingsText
from booking_app.dto.clinic import TEXT_POLICY_CANCELLATION, Clinic

ORGANIZATION = core(Organization)
SETTINGS = core(Settings)
TEXT = core(SettingsText)
POLICY = core(PolicyVersion)

# In the order of the fields of Clinic.
_COLUMNS = (
    ORGANIZATION.c.id,
    ORGANIZATION.c.slug,
    ORGANIZATION.c.name,
    ORGANIZATION.c.phone,
    ORGANIZATION.c.contact_email,
    ORGANIZATION.c.default_timezone,
    ORGANIZATION.c.default_language,
    SETTINGS.c.online_booking_enabled,
    SETTINGS.c.manage_links_enabled,
    SETTINGS.c.hold_minutes,
    SETTINGS.c.join_opens_before,
    SETTINGS.c.join_closes_after,
    SETTINGS.c.allow_self_reschedule_manage,
    SETTINGS.c.allow_self_cancel_manage,
    SETTINGS.c.edit_cutoff,
    SETTINGS.c.cancel_cutoff,
    SETTINGS.c.late_cancel_window,
    SETTINGS.c.late_flag_for,
    SETTINGS.c.post_booking_grace,
    SETTINGS.c.verify_manage,
    SETTINGS.c.patient_reason,
    SETTINGS.c.reference_prefix,
    SETTINGS.c.policy_version,
)
_TEXTS_BY_KEY = {"sqlite": func.json_group_object, "postgresql": func.json_object_agg}


def _clinic_in(dialect: str) -> Select[*tuple[Any, ...]]:
    texts = (
        select(_TEXTS_BY_KEY[dialect](TEXT.c.key, TEXT.c.text, type_=JSON))
        .where(
            TEXT.c.organization_id == ORGANIZATION.c.id,
            TEXT.c.lang == ORGANIZATION.c.default_language,
        )
        .correlate(ORGANIZATION)
        .scalar_subquery()
    )
    return (
        select(*_COLUMNS, POLICY.c.text, texts)
        .select_from(ORGANIZATION)
        .join(SETTINGS, SETTINGS.c.organization_id == ORGANIZATION.c.id)
        .outerjoin(
            POLICY,
            and_(
                POLICY.c.organization_id == ORGANIZATION.c.id,
                POLICY.c.version == SETTINGS.c.policy_version,
                POLICY.c.lang == ORGANIZATION.c.default_language,
            ),
        )
        .where(ORGANIZATION.c.slug == bindparam("slug"))
    )


# Built once, and one statement for everything: nearly every use case begins with it.
_CLINIC = {dialect: _clinic_in(dialect) for dialect in _TEXTS_BY_KEY}


async def find_clinic(rx: AsyncConnection, *, slug: str) -> Clinic | None:
    """Return the clinic called ``slug`` with the texts it wrote itself, or None."""
    row = (await rx.execute(_CLINIC[rx.dialect.name], {"slug": slug})).one_or_none()
    if row is None:
        return None
    *columns, policy, written = row
    texts: dict[str, str] = written or {}
    if policy is not None:
        texts[TEXT_POLICY_CANCELLATION] = policy
    return Clinic(*columns, texts=texts)


async def list_slugs(rx: AsyncConnection, *, at_most: int) -> list[str]:
    """Return the slugs of the organisations there are, by name."""
    statement = select(ORGANIZATION.c.slug).order_by(ORGANIZATION.c.name).limit(at_most)
    return list((await rx.execute(statement)).scalars())
