"""What the mailbox page shows: mails that were caught instead of sent (demo only)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MailRow:
    uid: str
    recipient: str
    subject: str
    caught: str


@dataclass(frozen=True)
class MailPart:
    """A file that came with the mail."""

    name: str
    kind: str


@dataclass(frozen=True)
class MailCard:
    """One mail as it would have been read. ``paragraphs`` are of its text part."""

    uid: str = ""
    recipient: str = ""
    sender: str = ""
    subject: str = ""
    caught: str = ""
    lines: list[str] = field(default_factory=list)
    link: str = ""
    parts: list[MailPart] = field(default_factory=list)
