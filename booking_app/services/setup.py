"""Set up a clinic: everything it needs before the first patient can book."""

from datetime import datetime

from booking_app.db.queries import setup as queries
from booking_app.db.session import transaction, uninterrupted
from booking_app.domain.default_templates import DEFAULT_TEMPLATES
from booking_app.domain.slugs import is_clinic_slug
from booking_app.dto.setup import ClinicPlan


async def is_set_up(*, slug: str) -> bool:
    """Tell whether a clinic called ``slug`` exists."""
    async with transaction() as tx:
        return await queries.find_organization(tx, slug) is not None


@uninterrupted
async def install_clinic(*, plan: ClinicPlan, now: datetime) -> int:
    """Write the whole ``plan`` in one transaction and return the organisation's key.

    Raises:
        ValueError: no clinic may be called so in addresses.
    """
    if not is_clinic_slug(plan.slug):
        msg = f"{plan.slug!r} cannot be a clinic's name in addresses"
        raise ValueError(msg)
    async with transaction() as tx:
        organization_id = await queries.insert_clinic(tx, plan, now=now)
        locations = await queries.insert_locations(tx, organization_id, plan, now=now)
        types = await queries.insert_types(tx, organization_id, plan, locations, now=now)
        for clinician in plan.clinicians:
            await queries.insert_clinician(
                tx, organization_id, clinician, types=types, locations=locations, now=now
            )
        for template in DEFAULT_TEMPLATES:
            await queries.insert_template(
                tx,
                organization_id,
                event=template.event,
                subject=template.subject,
                body=template.body,
                lang="en",
                now=now,
            )
    return organization_id
