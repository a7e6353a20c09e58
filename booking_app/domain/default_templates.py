"""The words a new clinic starts with. Staff change them; these stay as the way back.

English. One template serves every kind of visit: a line whose field does not apply,
such as the join time of a visit at the clinic, is left out when it is sent.
Subjects say the date and nothing about the visit, since they show on locked screens.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from booking_app.domain.message_events import MessageEvent


@dataclass(frozen=True, slots=True)
class DefaultTemplate:
    """Subject and plain-text body of one e-mail, with merge fields."""

    event: MessageEvent
    subject: str
    body: str


_CONFIRMED = DefaultTemplate(
    MessageEvent.CONFIRMED,
    "Your appointment on {{appointment.date}} is confirmed",
    """\
Dear {{patient.first_name}}, this is your {{appointment.type}} with {{clinician.name}}.

See or cancel my appointment: {{manage_link}}

To join: open the same link from {{appointment.join_from}}. You do not need an account or an app.

Where: {{location.name}}, {{location.address}}

How to find us: {{location.directions}}

If your plans change: {{policy.cancellation}}

The file with this email adds the visit to your calendar.
""",
)

_REMINDER = DefaultTemplate(
    MessageEvent.REMINDER,
    "Your appointment is on {{appointment.date}}",
    """\
Dear {{patient.first_name}}, this is a reminder of your {{appointment.type}} with {{clinician.name}}.

See or cancel my appointment: {{manage_link}}

To join: open the same link from {{appointment.join_from}}. You do not need an account or an app.

Where: {{location.name}}, {{location.address}}

How to find us: {{location.directions}}

Cannot come? Use the link to tell us, so someone else can have the time.
""",
)

_CANCELLED_BY_PATIENT = DefaultTemplate(
    MessageEvent.CANCELLED_BY_PATIENT,
    "You have cancelled your appointment on {{appointment.date}}",
    """\
Dear {{patient.first_name}}, you have cancelled your {{appointment.type}} with {{clinician.name}}. Someone else can now have this time.

{{cancel.late_note}}

You cannot undo this. If you change your mind, please book again.

Book a new appointment: {{clinic.booking_page}}

The file with this email takes the visit out of your calendar.
""",
)

_CANCELLED_BY_CLINIC = DefaultTemplate(
    MessageEvent.CANCELLED_BY_CLINIC,
    "We have had to cancel your appointment on {{appointment.date}}",
    """\
Dear {{patient.first_name}}, we are sorry. We have had to cancel your {{appointment.type}} with {{clinician.name}}. Please choose a new time, or call us.

Reason: {{cancel.reason}}

Choose a new time: {{appointment_link}}

Book a new appointment: {{clinic.booking_page}}

Call us: {{clinic.phone}}

The file with this email takes the visit out of your calendar.
""",
)

DEFAULT_TEMPLATES: tuple[DefaultTemplate, ...] = (
    _CONFIRMED,
    _REMINDER,
    _CANCELLED_BY_PATIENT,
    _CANCELLED_BY_CLINIC,
)

HEADINGS: Mapping[MessageEvent, str] = {
    MessageEvent.CONFIRMED: "Your appointment is confirmed",
    MessageEvent.REMINDER: "Your appointment is on {{appointment.date}}",
    MessageEvent.CANCELLED_BY_PATIENT: "Your appointment is cancelled",
    MessageEvent.CANCELLED_BY_CLINIC: "We have had to cancel your appointment",
}
"""The heading over the slip in each mail. It says what happened, so staff do not change it."""

PREVIEWS: Mapping[MessageEvent, str] = {
    MessageEvent.CONFIRMED: (
        "{{appointment.time}} with {{clinician.name}}, {{appointment.modality}}."
        " See or cancel it with your link."
    ),
    MessageEvent.REMINDER: (
        "{{appointment.time}} with {{clinician.name}}, {{appointment.modality}}."
        " Cannot come? Tell us with your link."
    ),
    MessageEvent.CANCELLED_BY_PATIENT: "{{appointment.time}} with {{clinician.name}}.",
    MessageEvent.CANCELLED_BY_CLINIC: "We are sorry. Please choose a new time, or call us.",
}
"""The line that a mail program shows beside the subject."""
