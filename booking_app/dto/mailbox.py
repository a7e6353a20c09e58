"""What the mailbox page shows: mails that were caught instead of sent (demo only)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MailRow:
    """One caught mail in the list; ``path`` opens it."""

    uid: str
    recipient: str
    subject: str
    caught: str
    path: str


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail taken apart, for the server's own use."""

    html: str
    text: str
    calendar: bytes
