"""Every table of the product. Importing this package registers them all."""

from booking_app.db.tables.appointments import (
    Appointment,
    AppointmentHistory,
    AppointmentItem,
    Hold,
    ManageLink,
    Slot,
)
from booking_app.db.tables.availability import AvailabilityException, AvailabilityWindow, TimeOff
from booking_app.db.tables.catalogue import (
    AppointmentType,
    AppointmentTypeLocation,
    Clinician,
    ClinicianLocation,
    ClinicianService,
    Resource,
)
from booking_app.db.tables.messaging import (
    CapturedMail,
    MessageTemplate,
    Notification,
    OutboxItem,
    TemplateVersion,
)
from booking_app.db.tables.organization import (
    Closure,
    Location,
    Organization,
    PolicyVersion,
    Settings,
    SettingsText,
    User,
)
from booking_app.db.tables.people import Patient, VisitorGrant, VisitorSession
from booking_app.db.tables.security import AuditEvent, RateCounter

__all__ = [
    "Appointment",
    "AppointmentHistory",
    "AppointmentItem",
    "AppointmentType",
    "AppointmentTypeLocation",
    "AuditEvent",
    "AvailabilityException",
    "AvailabilityWindow",
    "CapturedMail",
    "Clinician",
    "ClinicianLocation",
    "ClinicianService",
    "Closure",
    "Hold",
    "Location",
    "ManageLink",
    "MessageTemplate",
    "Notification",
    "Organization",
    "OutboxItem",
    "Patient",
    "PolicyVersion",
    "RateCounter",
    "Resource",
    "Settings",
    "SettingsText",
    "Slot",
    "TemplateVersion",
    "TimeOff",
    "User",
    "VisitorGrant",
    "VisitorSession",
]
