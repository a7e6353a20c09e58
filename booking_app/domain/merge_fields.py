"""The merge fields: what a message template may name, and how a name is written.

This is the only list of them. A field is written ``{{clinic.phone}}``; case, spaces,
dots and underscores make no difference, so ``{{Clinic phone}}`` is the same. What a
field becomes is decided in one pass (``booking_app.domain.message_text``): a value is
never looked at again, so nothing that a patient typed can name a field.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from booking_app.domain.errors import TemplateInvalid
from booking_app.domain.message_events import CANCELLED, MOVED, STILL_TO_COME, MessageEvent


class FieldKind(Enum):
    """How a field shows in an HTML message; in plain text every link is its address."""

    TEXT = auto()
    LINK = auto()  # words to press: the field's ``anchor``
    ADDRESS = auto()  # a link that shows its own address


@dataclass(frozen=True, slots=True)
class MergeField:
    """One field. ``name`` is how it is stored, ``label`` what the editor's button says.

    ``is_optional`` fields do not apply to every message (there is no join link for a
    visit at the clinic); a line that names one is then left out of that message.
    ``only_in`` names the messages that know the value, None means all of them.
    ``shares_value_of`` names the field whose value this one shows in another way.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    anchor: str = ""
    aliases: tuple[str, ...] = ()
    is_optional: bool = False
    only_in: frozenset[MessageEvent] | None = None
    shares_value_of: str = ""

    @property
    def value_name(self) -> str:
        return self.shares_value_of or self.name

    def is_known_in(self, event: MessageEvent) -> bool:
        return self.only_in is None or event in self.only_in


MANAGE_LINK = "manage_link"
_LINK = FieldKind.LINK
_CODE = frozenset({MessageEvent.ONE_TIME_CODE})
_WAITLIST = frozenset({MessageEvent.WAITLIST_OFFER})
_VISIT = STILL_TO_COME | CANCELLED | _WAITLIST
_STAFF = MOVED | CANCELLED | {MessageEvent.CONFIRMED}

FIELDS: tuple[MergeField, ...] = (
    MergeField("patient.first_name", "First name", aliases=("first name",)),
    MergeField("patient.full_name", "Full name", aliases=("full name",)),
    MergeField("clinic.name", "Clinic", aliases=("clinic",)),
    MergeField("clinic.phone", "Clinic phone", is_optional=True),
    MergeField("clinic.email", "Clinic email", is_optional=True),
    MergeField(
        "clinic.booking_page", "Booking page", _LINK, "Book a new appointment", is_optional=True
    ),
    MergeField(
        "location.name", "Where", aliases=("where", "location"), is_optional=True, only_in=_VISIT
    ),
    MergeField("location.address", "Address", is_optional=True, only_in=_VISIT),
    MergeField("location.directions", "Directions", is_optional=True, only_in=_VISIT),
    MergeField("clinician.name", "Clinician", aliases=("clinician",), only_in=_VISIT),
    MergeField("appointment.type", "Appointment type", only_in=_VISIT),
    MergeField("appointment.date", "Date", aliases=("date",), only_in=_VISIT),
    MergeField("appointment.time", "Time", aliases=("time",), only_in=_VISIT),
    MergeField("appointment.timezone", "Time zone", aliases=("time zone",), only_in=_VISIT),
    MergeField("appointment.duration", "Duration", aliases=("duration",), only_in=_VISIT),
    MergeField("appointment.modality", "Video, phone or visit", only_in=_VISIT),
    MergeField("appointment.reference", "Reference", aliases=("reference",), only_in=_VISIT),
    MergeField("appointment.join_from", "Video opens at", is_optional=True, only_in=STILL_TO_COME),
    MergeField(
        "appointment.join_until", "Video closes at", is_optional=True, only_in=STILL_TO_COME
    ),
    MergeField("appointment.previous_date", "Date before the move", only_in=MOVED),
    MergeField("appointment.previous_time", "Time before the move", only_in=MOVED),
    MergeField("cancel.reason", "Reason", is_optional=True, only_in=CANCELLED),
    MergeField("cancel.by", "Cancelled by", only_in=CANCELLED),
    MergeField("cancel.late_note", "Late cancellation note", is_optional=True, only_in=CANCELLED),
    MergeField("policy.cancellation", "Cancellation policy", is_optional=True, only_in=_VISIT),
    MergeField("payment.amount_paid", "Amount paid", is_optional=True, only_in=_VISIT),
    MergeField(
        MANAGE_LINK,
        "Manage link",
        _LINK,
        "See or cancel my appointment",
        is_optional=True,
        only_in=_VISIT,
    ),
    MergeField(
        "next_appt_link",
        "Next appt. link",
        _LINK,
        "Manage Appointment",
        is_optional=True,
        only_in=_VISIT,
        shares_value_of=MANAGE_LINK,
    ),
    MergeField(
        "next_appt_url",
        "Next appt. URL",
        FieldKind.ADDRESS,
        is_optional=True,
        only_in=_VISIT,
        shares_value_of=MANAGE_LINK,
    ),
    MergeField(
        "join_link",
        "Join link",
        _LINK,
        "Join video visit",
        is_optional=True,
        only_in=STILL_TO_COME,
    ),
    MergeField(
        "device_check_link",
        "Device check link",
        _LINK,
        "Check your camera and sound",
        is_optional=True,
        only_in=STILL_TO_COME,
    ),
    MergeField(
        "questionnaires_link",
        "Questions link",
        _LINK,
        "Answer the questions",
        is_optional=True,
        only_in=STILL_TO_COME,
    ),
    MergeField(
        "portal_link",
        "Client profile link",
        _LINK,
        "See all my appointments",
        aliases=("client profile link",),
        is_optional=True,
        only_in=_VISIT,
    ),
    MergeField(
        "appointment_link",
        "Appointment link",
        _LINK,
        "Choose a time",
        is_optional=True,
        only_in=_VISIT,
    ),
    MergeField(
        "waitlist_link",
        "Waiting list link",
        _LINK,
        "See this time",
        is_optional=True,
        only_in=_WAITLIST,
    ),
    MergeField("otp.code", "Security code", only_in=_CODE),
    MergeField("staff.name", "Staff name", is_optional=True, only_in=_STAFF),
    MergeField(
        "staff.link", "Staff link", _LINK, "Open the appointment", is_optional=True, only_in=_STAFF
    ),
)

WRITTEN_FIELD = re.compile(r"\{\{([^{}\n]*)\}\}")
_SINGLE_BRACES = re.compile(r"\{([^{}]+)\}")
_BROKEN = re.compile(r"\{\{|\}\}|\{%|\{#")
_SHOWN_OF_A_LINE = 60
_IGNORED_IN_NAMES = re.compile(r"[\s._]+")


def _key(written: str) -> str:
    return _IGNORED_IN_NAMES.sub("", written).casefold()


_BY_KEY = {_key(name): field for field in FIELDS for name in (field.name, *field.aliases)}


def find_field(written: str) -> MergeField | None:
    """Return the field that ``written``, without its braces, names in any spelling."""
    return _BY_KEY.get(_key(written))


def value_names(event: MessageEvent) -> frozenset[str]:
    """Return the names of all values that a message about ``event`` has to be given."""
    return frozenset(field.value_name for field in FIELDS if field.is_known_in(event))


def fields_in(text: str) -> frozenset[str]:
    """Return the names of the values that ``text`` shows; what is unknown is not among them."""
    found = (find_field(written) for written in WRITTEN_FIELD.findall(text))
    return frozenset(field.value_name for field in found if field is not None)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing in a template that cannot be sent. ``written`` includes the braces."""

    written: str
    sentence: str


class UnknownMergeField(TemplateInvalid):
    """A template names something that is no merge field; it is not saved.

    ``names`` says what was written, ``str()`` says in sentences what to do about it.
    """

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(tuple(problem.written for problem in self.problems))

    def __str__(self) -> str:
        return " ".join(problem.sentence for problem in self.problems)


def check_template(text: str, event: MessageEvent | None = None) -> None:
    """Refuse ``text`` where it names an unknown field or has braces that make no field.

    With ``event``, fields that this kind of message has no value for are refused too.

    Raises:
        UnknownMergeField: naming each of them once, in the order they stand.
    """
    problems: dict[str, FieldProblem] = {}
    for written in WRITTEN_FIELD.findall(text):
        problem = _field_problem(written, event)
        if problem is not None:
            problems.setdefault(problem.written, problem)
    for line in _lines_with_broken_braces(text):
        sentence = f"The braces in “{line}” make no field. Write two on each side of a name."
        problems.setdefault(line, FieldProblem(line, sentence))
    if problems:
        raise UnknownMergeField(problems.values())


def _field_problem(written: str, event: MessageEvent | None) -> FieldProblem | None:
    shown = "{{" + written.strip() + "}}"
    field = find_field(written)
    if field is None:
        near = difflib.get_close_matches(_key(written), _BY_KEY, n=1, cutoff=0.75)
        hint = f" Did you mean {{{{{_BY_KEY[near[0]].name}}}}}?" if near else ""
        return FieldProblem(shown, f"We do not know {shown}.{hint}")
    if event is not None and not field.is_known_in(event):
        return FieldProblem(shown, f"{shown} cannot be used in this message.")
    return None


def _lines_with_broken_braces(text: str) -> list[str]:
    """Return the lines, cut short, in which braces stand that are part of no field."""
    broken: list[str] = []
    for line in text.splitlines():
        rest = WRITTEN_FIELD.sub(" ", line)
        half_typed = any(find_field(name) for name in _SINGLE_BRACES.findall(rest))
        if half_typed or _BROKEN.search(rest) or "{{{" in line or "}}}" in line:
            broken.append(line.strip()[:_SHOWN_OF_A_LINE])
    return broken
