"""Check what a patient typed before anything is booked with it."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import phonenumbers
from babel.core import get_global
from email_validator import EmailNotValidError, validate_email

from booking_app.domain.details import (
    CheckedDetails,
    Unusable,
    read_birth_date,
    read_help_with,
    read_name,
    read_needs,
)
from booking_app.domain.errors import DetailsInvalid
from booking_app.dto.booking import Details
from booking_app.dto.clinic import Clinic

T = TypeVar("T")

_FIELDS = ("first_name", "last_name", "date_of_birth", "email", "phone", "help_with")
_MAX_EMAIL = 254
_MAX_PHONE = 40
_PHONE_CHARACTERS = frozenset("+-()./ \u00a0\u2010\u2011")
_DEFAULT_REGION = "GB"


def check_details(
    details: Details, *, clinic: Clinic, today: date, is_phone_reachable: bool = False
) -> CheckedDetails:
    """Return ``details`` in the form they are stored in.

    ``today`` is the clinic's date. Unless the clinic can send texts
    (``is_phone_reachable``) there has to be an e-mail address: the confirmation and the
    link go there. A phone number is read as one of the clinic's country.

    Raises:
        DetailsInvalid: with a code for every field that cannot be used, all at once.
            Fields are named as in ``Details`` and come in the order of the page; the
            three boxes are ``date_of_birth``.
    """
    problems: dict[str, str] = {}

    def read(field: str, reader: Callable[[], T], otherwise: T) -> T:
        try:
            return reader()
        except Unusable as unusable:
            problems[field] = unusable.code
            return otherwise

    first_name = read("first_name", lambda: read_name(details.first_name, missing="first"), "")
    last_name = read("last_name", lambda: read_name(details.last_name, missing="last"), "")
    date_of_birth = read(
        "date_of_birth",
        lambda: read_birth_date(details.day, details.month, details.year, today=today),
        today,
    )
    email = read("email", lambda: _read_email(details.email), "")
    phone = read("phone", lambda: _read_phone(details.phone, _region(clinic)), "")
    help_with = read("help_with", lambda: read_help_with(details.help_with), "")
    if not details.email.strip():
        if not is_phone_reachable:
            problems["email"] = "email_empty"
        elif not details.phone.strip():
            problems["email"] = "email_or_phone"
    if problems:
        raise DetailsInvalid({field: problems[field] for field in _FIELDS if field in problems})
    return CheckedDetails(
        first_name=first_name,
        last_name=last_name,
        date_of_birth=date_of_birth,
        email=email,
        email_norm=email.casefold(),
        phone=phone,
        help_with=help_with,
        needs=read_needs(details.needs),
        reminders_wanted=details.reminders_wanted,
    )


def _read_email(typed: str) -> str:
    """Return the address as it goes into a mail's header, or empty where none was typed.

    Only the form is checked: whether a mailbox is there shows when mail is sent.
    """
    address = typed.strip()
    if not address:
        return ""
    if len(address) > _MAX_EMAIL:
        raise Unusable("email_format")
    try:
        checked = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as invalid:
        raise Unusable("email_format") from invalid
    return checked.ascii_email or ""


def _read_phone(typed: str, region: str) -> str:
    """Return the number in E.164, or empty where none was typed.

    The length has to fit the country; whether the number is in use is not asked, so
    that ranges newer than our tables pass.
    """
    number = typed.strip()
    if not number:
        return ""
    if len(number) > _MAX_PHONE or not all(c.isdecimal() or c in _PHONE_CHARACTERS for c in number):
        raise Unusable("phone_format")
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException as invalid:
        raise Unusable("phone_format") from invalid
    fit = phonenumbers.is_possible_number_with_reason(parsed)
    if fit != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Unusable("phone_format")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _region(clinic: Clinic) -> str:
    """Return the country whose numbers are written without its code: the one of the clinic's zone."""
    return get_global("zone_territories").get(clinic.zone, _DEFAULT_REGION)
