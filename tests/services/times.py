"""Short ways to ask which times a clinic offers."""

from datetime import UTC, date, datetime

from booking_app.db.queries.diary import Offer
from booking_app.db.session import transaction
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import SlotTaken
from booking_app.dto.booking import Choice, ChosenTime, TimesCard, TimeTile
from booking_app.dto.clinic import Clinic
from booking_app.services import availability, clinics
from tests.factories import NOW, AClinic

NOBODY = Visitor("")


def tiles_of(times: TimesCard) -> list[TimeTile]:
    return [*times.morning, *times.afternoon, *times.evening]


def instant(tile: TimeTile) -> datetime:
    return datetime.fromisoformat(tile.starts_at)


async def times_on(
    clinic: AClinic | Clinic,
    choice: Choice,
    day: date | str,
    *,
    visitor: Visitor = NOBODY,
    now: datetime = NOW,
) -> list[TimeTile]:
    """Return the tiles of a day."""
    card = await availability.day_times(
        clinic=await clinics.require_clinic(slug=clinic.slug),
        choice=choice,
        day=str(day),
        visitor=visitor,
        now=now,
    )
    return tiles_of(card)


async def words_on(
    clinic: AClinic | Clinic,
    choice: Choice,
    day: date | str,
    *,
    visitor: Visitor = NOBODY,
    now: datetime = NOW,
) -> list[str]:
    """Return the times of a day as patients read them."""
    return [tile.time for tile in await times_on(clinic, choice, day, visitor=visitor, now=now)]


async def offer_of(
    clinic: AClinic | Clinic,
    choice: Choice,
    clinician: str,
    starts_at: datetime,
    *,
    session_id: int | None = None,
    now: datetime = NOW,
) -> Offer | None:
    """Return what the claim would take, or None where it is refused as taken."""
    found = await clinics.require_clinic(slug=clinic.slug)
    async with transaction() as tx:
        try:
            return await availability.require_offered(
                tx,
                clinic=found,
                choice=choice,
                chosen=ChosenTime(clinician, starts_at),
                visitor_session_id=session_id,
                now=now,
            )
        except SlotTaken:
            return None


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
