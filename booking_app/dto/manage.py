"""What the pages behind a manage link show. Every field reaches the browser.

An unverified page never carries a date of birth, an address, notes, or anything of
another appointment.
"""

from dataclasses import dataclass, field

from booking_app.dto.booking import SlipCard


@dataclass(frozen=True)
class ManageCard:
    """One appointment as its patient sees it, with what may be done now and why not."""

    uid: str = ""
    clinic_slug: str = ""
    """Whose name and telephone number the page's frame shows."""
    heading: str = ""
    slip: SlipCard = field(default_factory=SlipCard)
    status: str = ""
    is_video: bool = False
    join_text: str = ""
    directions: str = ""
    can_cancel: bool = False
    cancel_text: str = ""
    calendar_path: str = ""
    book_again_path: str = ""
    is_over: bool = False
    notice: str = ""


@dataclass(frozen=True)
class CancelCard:
    """The page before a cancellation."""

    uid: str = ""
    clinic_slug: str = ""
    slip: SlipCard = field(default_factory=SlipCard)
    is_late: bool = False
    late_text: str = ""
    policy: str = ""
    can_cancel: bool = False
    refusal: str = ""
    reason_required: bool = False
    reason_asked: bool = True
