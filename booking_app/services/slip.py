"""The appointment slip in words: one object from the first choice to the print-out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking_app.db.queries import catalogue
from booking_app.db.session import reading
from booking_app.domain.lifecycle import Modality
from booking_app.domain.visit_words import (
    MONTHS,
    WEEKDAYS,
    day_at_time,
    duration_words,
    local_day,
    month_words,
    patient_date,
    patient_time,
    spaced_reference,
    time_range,
)
from booking_app.domain.zone_names import zone_words
from booking_app.dto.booking import ANYONE, Held, Resolved, SlipCard
from booking_app.i18n import pgettext

MINUTES_TO_BOOK = 3


@dataclass(frozen=True, slots=True)
class SlipVisit:
    """What a slip shows of a visit that has a time. ``zone`` is the IANA name of its place's."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    type_name: str
    modality: str
    clinician_name: str
    place_name: str


def where_words(modality: str, *place_names: str) -> str:
    """Return where a visit takes place; several places are alternatives."""
    if modality == Modality.VIDEO:
        return pgettext("where.video", "Online")
    if modality == Modality.PHONE:
        return pgettext("where.phone", "By phone")
    return pgettext("where.or", " or ").join(place_names)


def choice_slip(resolved: Resolved, *, is_first_step: bool = False) -> SlipCard:
    """Return the slip of an appointment that has no time yet."""
    not_yet = pgettext("slip.not_chosen", "Not chosen yet")
    minutes = duration_words(timedelta(minutes=resolved.minutes))
    with_line = resolved.clinician_name or not_yet
    if resolved.choice.clinician == ANYONE:
        with_line = pgettext("book.who.any", "Anyone who is free")
    foot = pgettext(
        "common.no_account", "No account or password needed. It takes about {n} minutes."
    )
    return SlipCard(
        type_line=f"{resolved.type_name}, {minutes}" if resolved.type_name else not_yet,
        with_line=with_line,
        where_line=where_words(resolved.modality, resolved.location_name or not_yet),
        is_video=resolved.modality == Modality.VIDEO,
        foot=foot.format(n=MINUTES_TO_BOOK) if is_first_step else "",
    )


async def held_slip(*, held: Held) -> SlipCard:
    """Return the slip of a time that is held, with until when."""
    async with reading() as rx:
        names = await catalogue.find_names(
            rx,
            organization_id=held.organization_id,
            type_slug=held.type_slug,
            clinician_slug=held.clinician_slug,
            place_slug=held.location_slug,
        )
    zone = ZoneInfo(held.zone)
    visit = SlipVisit(
        held.starts_at,
        held.ends_at,
        held.zone,
        names.type_name,
        names.modality,
        names.clinician_name,
        names.place_name,
    )
    minutes = duration_words(held.ends_at - held.starts_at)
    where = where_words(names.modality, names.place_name)
    return _dated(
        visit,
        state="held",
        time=patient_time(held.starts_at, zone),
        type_line=f"{names.type_name}, {minutes}",
        where_line=f"{where}. {zone_words(zone)}",
        foot=pgettext("slip.held_until", "Held for you until"),
        foot_strong=patient_time(held.expires_at, zone),
    )


def confirmed_slip(visit: SlipVisit, *, reference: str, patient_name: str = "") -> SlipCard:
    """Return the slip of a confirmed visit, for whom where that may be said."""
    zone = ZoneInfo(visit.zone)
    for_whom = pgettext("slip.for", "for {name}").format(name=patient_name)
    return _dated(
        visit,
        state="ok",
        time=time_range(visit.starts_at, visit.ends_at, zone),
        type_line=visit.type_name,
        where_line=f"{where_words(visit.modality, visit.place_name)}, {zone_words(zone)}",
        reference=spaced_reference(reference),
        foot=for_whom if patient_name else "",
        foot_strong=pgettext("slip.confirmed", "Confirmed"),
    )


def cancelled_slip(
    visit: SlipVisit, *, cancelled_at: datetime, is_late: bool, now: datetime
) -> SlipCard:
    """Return the slip of a cancelled visit, with when that was."""
    zone = ZoneInfo(visit.zone)
    when = day_at_time(cancelled_at, now, zone)
    late = pgettext("slip.late", "Late cancellation.")
    spoken = pgettext("slip.spoken_cancelled", "{date}, cancelled")
    return _dated(
        visit,
        state="off",
        time=patient_time(visit.starts_at, zone),
        type_line=visit.type_name,
        foot=f"{when}. {late}" if is_late else f"{when}.",
        foot_strong=pgettext("slip.cancelled", "Cancelled"),
        spoken_date=spoken.format(date=patient_date(visit.starts_at, zone)),
    )


def past_slip(visit: SlipVisit, *, reference: str, word: str) -> SlipCard:
    """Return the slip of a visit that is over, with one word for how it went."""
    zone = ZoneInfo(visit.zone)
    return _dated(
        visit,
        state="past",
        time=time_range(visit.starts_at, visit.ends_at, zone),
        type_line=visit.type_name,
        where_line=f"{where_words(visit.modality, visit.place_name)}, {zone_words(zone)}",
        reference=spaced_reference(reference),
        foot_strong=word,
    )


def _dated(visit: SlipVisit, **lines: str) -> SlipCard:
    zone = ZoneInfo(visit.zone)
    day = local_day(visit.starts_at, zone)
    dated = {
        "number": str(day.day),
        "weekday": WEEKDAYS[day.weekday()],
        "weekday_short": WEEKDAYS[day.weekday()][:3],
        "month": month_words(day),
        "month_short": MONTHS[day.month - 1],
        "spoken_date": patient_date(visit.starts_at, zone),
        "with_line": visit.clinician_name,
    }
    return SlipCard(**(dated | lines), is_video=visit.modality == Modality.VIDEO)
