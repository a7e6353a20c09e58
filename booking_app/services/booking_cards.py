"""What two pages of the booking say: the last look before confirming, and the end of a hold."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers

from booking_app.db.queries import catalogue
from booking_app.db.session import reading
from booking_app.domain.actors import Visitor
from booking_app.domain.visit_words import (
    date_words,
    day_words,
    duration_words,
    local_day,
    patient_date,
    patient_time,
    time_range,
)
from booking_app.domain.zone_names import zone_words
from booking_app.dto.booking import (
    ANYONE,
    CheckCard,
    Choice,
    Details,
    EndedHoldCard,
    Held,
    TimeTile,
)
from booking_app.dto.clinic import TEXT_POLICY_CANCELLATION, Clinic
from booking_app.i18n import pgettext
from booking_app.services import availability
from booking_app.services.details import check_details

MAX_OTHER_TIMES = 6


async def check_card(*, held: Held, details: Details, clinic: Clinic, now: datetime) -> CheckCard:
    """Return what is about to be confirmed, as it will be stored.

    Raises:
        DetailsInvalid: something typed cannot be used.
    """
    zone = ZoneInfo(held.zone)
    checked = check_details(details, clinic=clinic, today=local_day(now, ZoneInfo(clinic.zone)))
    async with reading() as rx:
        names = await catalogue.find_names(
            rx,
            organization_id=held.organization_id,
            type_slug=held.type_slug,
            clinician_slug=held.clinician_slug,
            place_slug=held.location_slug,
        )
    what = pgettext("book.what", "{type} with {clinician}")
    times = time_range(held.starts_at, held.ends_at, zone)
    return CheckCard(
        when=f"{patient_date(held.starts_at, zone)}, {times} {zone_words(zone)}",
        what=what.format(type=names.type_name, clinician=names.clinician_name),
        name=f"{checked.first_name} {checked.last_name}",
        date_of_birth=date_words(checked.date_of_birth),
        email=checked.email,
        phone=_as_written(checked.phone, details.phone),
        help_with=checked.help_with,
        needs=", ".join(checked.needs),
        policy=clinic.texts[TEXT_POLICY_CANCELLATION],
        reminders_wanted=checked.reminders_wanted,
    )


async def ended_hold_card(
    *, held: Held, visitor: Visitor, clinic: Clinic, now: datetime
) -> EndedHoldCard:
    """Return what to say about a hold that ran out, and what is free on its day now.

    Other clinicians are asked for only where the one chosen has nothing else that day.
    """
    zone = ZoneInfo(held.zone)
    day = local_day(held.starts_at, zone)
    choice = Choice(clinic.slug, held.type_slug, held.clinician_slug, held.location_slug)
    tiles = await _tiles(clinic, choice, day.isoformat(), visitor, now=now)
    own = next((tile for tile in tiles if _starts(tile) == held.starts_at), None)
    others = [tile for tile in tiles if tile is not own]
    if not others:
        anyone = replace(choice, clinician=ANYONE)
        others = [
            tile
            for tile in await _tiles(clinic, anyone, day.isoformat(), visitor, now=now)
            if own is None or tile.key != own.key
        ]
    others.sort(key=lambda tile: abs(_starts(tile) - held.starts_at))
    shown = sorted(others[:MAX_OTHER_TIMES], key=_starts)
    lasted = held.expires_at - (held.made_at or held.expires_at)
    return EndedHoldCard(
        minutes=duration_words(lasted),
        until=patient_time(held.expires_at, zone),
        time=patient_time(held.starts_at, zone),
        when=pgettext("hold.ended.when", "{time} on {day}").format(
            time=patient_time(held.starts_at, zone), day=day_words(day)
        ),
        is_still_free=own is not None,
        nearest=others[0].time if others else "",
        others=shown,
        others_heading=pgettext("hold.ended.others", "Other times on {day}").format(
            day=day_words(day)
        ),
    )


async def _tiles(
    clinic: Clinic, choice: Choice, day: str, visitor: Visitor, *, now: datetime
) -> list[TimeTile]:
    times = await availability.day_times(
        clinic=clinic, choice=choice, day=day, visitor=visitor, now=now
    )
    return [*times.morning, *times.afternoon, *times.evening]


def _starts(tile: TimeTile) -> datetime:
    return datetime.fromisoformat(tile.starts_at)


def _as_written(phone: str, typed: str) -> str:
    """Return an E.164 number in groups, with its country only where it was typed with it."""
    if not phone:
        return ""
    style = phonenumbers.PhoneNumberFormat
    is_foreign = typed.strip().startswith(("+", "00"))
    return phonenumbers.format_number(
        phonenumbers.parse(phone), style.INTERNATIONAL if is_foreign else style.NATIONAL
    )
