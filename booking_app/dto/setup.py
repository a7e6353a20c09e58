"""The plan of a clinic: what is written when a clinic is set up, or the demo is seeded."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class LocationPlan:
    slug: str
    name: str
    timezone: str
    address: str = ""
    postcode: str = ""
    directions: str = ""
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class TypePlan:
    """One appointment type; minutes everywhere. ``locations`` are slugs."""

    slug: str
    name: str
    description: str
    duration: int
    modality: str
    locations: tuple[str, ...]
    slot_step: int | None = None
    buffer_before: int = 0
    buffer_after: int = 0
    min_notice: int = 120
    max_advance_days: int = 42
    online_bookable: bool = True


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """Weekly windows: the same minutes on each of ``weekdays`` (0 is Monday)."""

    weekdays: tuple[int, ...]
    start_minute: int
    end_minute: int
    location: str
    buffer_minutes: int = 0
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class ClinicianPlan:
    slug: str
    display_name: str
    short_name: str
    title: str
    languages: tuple[str, ...]
    types: tuple[str, ...]
    windows: tuple[WindowPlan, ...]
    description: str = ""
    online_bookable: bool = True


@dataclass(frozen=True, slots=True)
class ClinicPlan:
    slug: str
    name: str
    phone: str
    contact_email: str
    timezone: str
    reference_prefix: str
    locations: tuple[LocationPlan, ...]
    types: tuple[TypePlan, ...]
    clinicians: tuple[ClinicianPlan, ...]
    texts: dict[str, str] = field(default_factory=dict)
    cancellation_policy: str = ""
    language: str = "en"
