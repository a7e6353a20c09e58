"""From the codes of what is wrong with typed details to the sentences beside the fields."""

from collections.abc import Callable

from booking_app.dto.forms import DetailsProblems, Problem
from booking_app.i18n import pgettext

_FIRST_CONTROL = {"date_of_birth": "day"}
"""Which control a problem leads to, where it is not called like its field."""

_DATE_BOXES = ("day", "month", "year")


def problem_lines(problems: dict[str, str]) -> list[Problem]:
    """Return the error summary, in the order of the page."""
    return [
        Problem(field=field, text=_sentence(field, code), href=f"#{_control(field, code)}")
        for field, code in problems.items()
    ]


def problems_by_field(problems: dict[str, str]) -> DetailsProblems:
    """Return the same sentences by field; of a date only the boxes to correct are marked."""
    code = problems.get("date_of_birth", "")
    wrong = _wrong_boxes(code)
    return DetailsProblems(
        **{field: _sentence(field, code) for field, code in problems.items()},
        dob_day="day" in wrong,
        dob_month="month" in wrong,
        dob_year="year" in wrong,
    )


def _wrong_boxes(code: str) -> tuple[str, ...]:
    name, _, part = code.partition(":")
    if not name:
        return ()
    return (part,) if name == "dob_part" else _DATE_BOXES


def _control(field: str, code: str) -> str:
    name, _, part = code.partition(":")
    return part if name == "dob_part" else _FIRST_CONTROL.get(field, field)


def _sentence(field: str, code: str) -> str:
    name, _, value = code.partition(":")
    if name == "too_long":
        text = pgettext("err.too_long", "{field} must be {max} characters or fewer")
        return text.format(field=_label(field), max=value)
    if name == "dob_part":
        text = pgettext("err.dob_part", "Date of birth must include a {part}")
        return text.format(part=_part(value))
    return _SENTENCES[name]()


def _label(field: str) -> str:
    return {
        "first_name": pgettext("form.first_name", "First name"),
        "last_name": pgettext("form.last_name", "Last name"),
        "help_with": pgettext("form.help_with", "What you would like help with"),
    }.get(field, field)


def _part(part: str) -> str:
    return {
        "day": pgettext("err.part", "day"),
        "month": pgettext("err.part", "month"),
        "year": pgettext("err.part", "year"),
    }[part]


_SENTENCES: dict[str, Callable[[], str]] = {
    "first": lambda: pgettext("err.first", "Enter your first name"),
    "last": lambda: pgettext("err.last", "Enter your last name"),
    "dob_empty": lambda: pgettext("err.dob_empty", "Enter your date of birth"),
    "dob_real": lambda: pgettext("err.dob_real", "Date of birth must be a real date"),
    "dob_future": lambda: pgettext("err.dob_future", "Date of birth must be in the past"),
    "email_empty": lambda: pgettext("err.email_empty", "Enter an email address"),
    "email_format": lambda: pgettext(
        "err.email_format",
        "Enter an email address in the correct format, like name@example.com",
    ),
    "email_or_phone": lambda: pgettext(
        "err.email_or_phone", "Enter an email address or a mobile phone number"
    ),
    "phone_format": lambda: pgettext(
        "err.phone_format", "Enter a phone number, like 07700 900 982 or +44 7700 900 982"
    ),
}
