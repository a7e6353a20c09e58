"""Reading a clinic: the organisation, its settings and the texts it wrote."""

from sqlalchemy import RowMapping, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Organization, PolicyVersion, Settings, SettingsText
from booking_app.dto.clinic import TEXT_POLICY_CANCELLATION, Clinic

ORGANIZATION = core(Organization)
SETTINGS = core(Settings)
TEXT = core(SettingsText)
POLICY = core(PolicyVersion)

_CLINIC = (
    select(
        ORGANIZATION.c.id,
        ORGANIZATION.c.slug,
        ORGANIZATION.c.name,
        ORGANIZATION.c.phone,
        ORGANIZATION.c.contact_email,
        ORGANIZATION.c.default_timezone,
        ORGANIZATION.c.default_language,
        SETTINGS,
        POLICY.c.text.label("policy_text"),
    )
    .join(SETTINGS, SETTINGS.c.organization_id == ORGANIZATION.c.id)
    .outerjoin(
        POLICY,
        and_(
            POLICY.c.organization_id == ORGANIZATION.c.id,
            POLICY.c.version == SETTINGS.c.policy_version,
            POLICY.c.lang == ORGANIZATION.c.default_language,
        ),
    )
)


async def find_clinic(rx: AsyncConnection, *, slug: str) -> Clinic | None:
    """Return the clinic called ``slug`` with the texts it wrote itself, or None."""
    row = (await rx.execute(_CLINIC.where(ORGANIZATION.c.slug == slug))).mappings().one_or_none()
    if row is None:
        return None
    written = await rx.execute(
        select(TEXT.c.key, TEXT.c.text).where(
            TEXT.c.organization_id == row[ORGANIZATION.c.id],
            TEXT.c.lang == row[ORGANIZATION.c.default_language],
        )
    )
    texts: dict[str, str] = {row.key: row.text for row in written}
    if row["policy_text"] is not None:
        texts[TEXT_POLICY_CANCELLATION] = row["policy_text"]
    return _clinic(row, texts)


async def list_slugs(rx: AsyncConnection, *, at_most: int) -> list[str]:
    """Return the slugs of the organisations there are, by name."""
    statement = select(ORGANIZATION.c.slug).order_by(ORGANIZATION.c.name).limit(at_most)
    return list((await rx.execute(statement)).scalars())


def _clinic(row: RowMapping, texts: dict[str, str]) -> Clinic:
    return Clinic(
        organization_id=row[ORGANIZATION.c.id],
        slug=row["slug"],
        name=row["name"],
        phone=row["phone"],
        contact_email=row["contact_email"],
        zone=row["default_timezone"],
        language=row["default_language"],
        online_booking_enabled=row["online_booking_enabled"],
        manage_links_enabled=row["manage_links_enabled"],
        hold_minutes=row["hold_minutes"],
        join_opens_before=row["join_opens_before"],
        join_closes_after=row["join_closes_after"],
        allow_self_reschedule=row["allow_self_reschedule_manage"],
        allow_self_cancel=row["allow_self_cancel_manage"],
        edit_cutoff=row["edit_cutoff"],
        cancel_cutoff=row["cancel_cutoff"],
        late_cancel_window=row["late_cancel_window"],
        late_flag_for=row["late_flag_for"],
        post_booking_grace=row["post_booking_grace"],
        verify_manage=row["verify_manage"],
        patient_reason=row["patient_reason"],
        reference_prefix=row["reference_prefix"],
        policy_version=row["policy_version"],
        texts=texts,
    )
