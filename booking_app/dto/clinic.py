"""The clinic as screens and services need it.

``...Card`` and ``...Row`` classes are for the eye: every field of theirs reaches the
browser. The others stay on the server.
"""

from dataclasses import dataclass, field

TEXT_EMERGENCY = "emergency"
"""Whom to call for what, after "Do not use this page in an emergency."."""
TEXT_HELP_HOURS = "help_hours"
"""When a person answers the telephone; may be empty."""
TEXT_BOOKING_CLOSED = "booking_closed"
"""What the booking page says while online booking is off."""
TEXT_POLICY_CANCELLATION = "policy.cancellation"
"""The cancellation policy in force; every published version is kept (PolicyVersion)."""
TEXT_LATE_CANCEL_COST = "late_cancel_cost"
"""What a late cancellation costs, said before it is made; may be empty."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """An organisation with its settings, read once per use case. Never sent to a browser.

    Cut-offs and windows are minutes; a cut-off of None means never online.
    """

    organization_id: int
    slug: str
    name: str
    phone: str
    contact_email: str
    zone: str
    language: str
    online_booking_enabled: bool
    manage_links_enabled: bool
    hold_minutes: int
    join_opens_before: int
    join_closes_after: int
    allow_self_reschedule: bool
    allow_self_cancel: bool
    edit_cutoff: int | None
    cancel_cutoff: int | None
    late_cancel_window: int
    late_flag_for: str
    post_booking_grace: int
    verify_manage: str
    patient_reason: str
    reference_prefix: str
    policy_version: int
    texts: dict[str, str] = field(default_factory=dict)
    """Texts in ``language``, the clinic's own or defaults, by the ``TEXT_`` keys of this module."""


@dataclass(frozen=True)
class ClinicCard:
    """What the frame of every patient page shows."""

    slug: str = ""
    name: str = ""
    initial: str = ""
    phone: str = ""
    phone_href: str = ""
    emergency: str = ""
    help_hours: str = ""
    closed_message: str = ""
    is_open: bool = True


NO_CLINIC = ClinicCard()
