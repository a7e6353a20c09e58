"""The clinic of a booking page: its settings, and what it says where it wrote nothing itself."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import phonenumbers
from babel.core import get_global
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.queries import clinics as queries
from booking_app.db.session import reading
from booking_app.domain.errors import NotFound
from booking_app.domain.slugs import is_slug
from booking_app.domain.visit_words import duration_words
from booking_app.dto.clinic import (
    TEXT_BOOKING_CLOSED,
    TEXT_EMERGENCY,
    TEXT_HELP_HOURS,
    TEXT_LATE_CANCEL_COST,
    TEXT_POLICY_CANCELLATION,
    Clinic,
    ClinicCard,
)
from booking_app.i18n import pgettext, speaking

MAX_LISTED = 100


async def find_clinic(*, slug: str) -> Clinic | None:
    """Return the clinic called ``slug``, or None; whatever cannot be a slug names no clinic.

    ``texts`` has every key of ``booking_app.dto.clinic``: the clinic's own text, else the default.
    """
    async with reading() as rx:
        return await _find(rx, slug)


async def find_only_clinic() -> Clinic | None:
    """Return the clinic of an installation that has just one, for addresses that name none."""
    async with reading() as rx:
        slugs = await queries.list_slugs(rx, at_most=2)
    return await find_clinic(slug=slugs[0]) if len(slugs) == 1 else None


async def list_clinic_cards() -> list[ClinicCard]:
    """Return every clinic of this installation by name, a hundred at most."""
    async with reading() as rx:
        slugs = await queries.list_slugs(rx, at_most=MAX_LISTED)
    found = [await find_clinic(slug=slug) for slug in slugs]
    return [clinic_card(clinic) for clinic in found if clinic is not None]


async def require_clinic(*, slug: str) -> Clinic:
    """Return the clinic called ``slug``.

    Raises:
        NotFound: there is none.
    """
    async with reading() as rx:
        return await require_clinic_on(rx, slug=slug)


async def require_clinic_on(rx: AsyncConnection, *, slug: str) -> Clinic:
    """Return the clinic called ``slug`` over a connection that is open already.

    Raises:
        NotFound: there is none.
    """
    clinic = await _find(rx, slug)
    if clinic is None:
        raise NotFound
    return clinic


def clinic_card(clinic: Clinic) -> ClinicCard:
    """Return what the frame of every patient page shows of ``clinic``."""
    return ClinicCard(
        slug=clinic.slug,
        name=clinic.name,
        initial=clinic.name[:1].upper(),
        phone=clinic.phone,
        phone_href=phone_href(clinic.phone, clinic.zone),
        emergency=clinic.texts[TEXT_EMERGENCY],
        help_hours=clinic.texts[TEXT_HELP_HOURS],
        closed_message=clinic.texts[TEXT_BOOKING_CLOSED],
        is_open=clinic.online_booking_enabled,
    )


@lru_cache(maxsize=256)
def phone_href(phone: str, zone: str) -> str:
    """Return the ``tel:`` link that calls ``phone`` from anywhere.

    A number written the local way is completed for the country that ``zone`` is in; one that
    cannot be completed is linked as it is written.
    """
    try:
        number = phonenumbers.parse(phone, get_global("zone_territories").get(zone))
    except phonenumbers.NumberParseException:
        return "tel:" + re.sub(r"[^0-9+*#]", "", phone)
    return "tel:" + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def _find(rx: AsyncConnection, slug: str) -> Clinic | None:
    clinic = await queries.find_clinic(rx, slug=slug) if is_slug(slug) else None
    if clinic is None:
        return None
    with speaking(clinic.language):
        return replace(clinic, texts=_default_texts(clinic) | clinic.texts)


def _default_texts(clinic: Clinic) -> dict[str, str]:
    closed = pgettext("sys.closed", "Online booking is closed for now. Please call {clinic_phone}.")
    return {
        TEXT_EMERGENCY: pgettext("common.emergency_default", "Call your local emergency number."),
        TEXT_HELP_HOURS: "",
        TEXT_LATE_CANCEL_COST: "",
        TEXT_BOOKING_CLOSED: closed.format(clinic_phone=clinic.phone),
        TEXT_POLICY_CANCELLATION: _policy_from_settings(clinic),
    }


def _policy_from_settings(clinic: Clinic) -> str:
    """Return the rules in force in words, for a clinic that has published no policy."""
    if not clinic.allow_self_cancel or clinic.cancel_cutoff is None:
        rule = pgettext("policy.call", "To cancel, please call {clinic_phone}.")
    elif clinic.cancel_cutoff:
        rule = pgettext("policy.until", "You can cancel online up to {notice} before your visit.")
    else:
        rule = pgettext("policy.any_time", "You can cancel online at any time before your visit.")
    late = pgettext("policy.late", "Less than {late} before counts as a late cancellation.")
    sentences = [rule, late] if clinic.late_cancel_window else [rule]
    return " ".join(sentences).format(
        clinic_phone=clinic.phone,
        notice=duration_words(timedelta(minutes=clinic.cancel_cutoff or 0)),
        late=duration_words(timedelta(minutes=clinic.late_cancel_window)),
    )
