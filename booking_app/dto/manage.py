"""What the pages behind a manage link show. Every field reaches the browser.

An unverified page never carries a date of birth, an address, notes, or anything of
another appointment.
"""

from dataclasses import dataclass, field

from booking_app.dto.booking import SlipCard


@dataclass(frozen=True)
class ManageCard:
    """One appointment as its patient sees it, with what may be done now and why not.

    ``status`` is the appointment's; ``cancel_text`` is why it cannot be cancelled where
    it cannot. When ``is_over`` there is nothing left to change, and ``notice`` says so.
    """

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
    sent_to: str = ""
    """Where the confirmation goes: only in the browser in which the visit was booked."""
    mail_state: str = ""
    """What became of the mail about the last change: sending, sent or failed; "" without one."""
    changes_in_ms: int = 0
    """When the clock alone will next change this card; 0 where it will not within a day."""


@dataclass(frozen=True)
class ReasonRow:
    """An answer to why a visit is cancelled; ``code`` is what is sent back."""

    code: str
    label: str


@dataclass(frozen=True)
class CancelCard:
    """The page before a cancellation. ``refusal`` is why there is nothing to confirm."""

    uid: str = ""
    clinic_slug: str = ""
    slip: SlipCard = field(default_factory=SlipCard)
    is_late: bool = False
    late_heading: str = ""
    """The first sentence about a late cancellation; ``late_text`` goes on from there."""
    late_text: str = ""
    policy: str = ""
    can_cancel: bool = False
    refusal: str = ""
    reason_required: bool = False
    reason_asked: bool = True
    reasons: list[ReasonRow] = field(default_factory=list)
