"""What stands in the mails that the test's mail server got."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import cast

from tests.support.browser import eventually
from tests.support.mail_server import MailServer

# The job that sends looks every second here; a busy machine takes some more.
PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Mail:
    """One mail, with its text, its link and its calendar parts."""

    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return cast("str", self._body("plain").get_content())

    @property
    def html(self) -> str:
        return cast("str", self._body("html").get_content())

    @property
    def manage_link(self) -> str:
        """Return the address of the link in the text, which has to be there once."""
        (link,) = set(re.findall(r"https?://\S+/m/[\w-]+", self.text))
        return link

    @property
    def invite(self) -> EmailMessage:
        """Return the calendar part that mail programs act upon."""
        return next(
            part for part in self.message.walk() if part.get_content_type() == "text/calendar"
        )

    @property
    def file(self) -> EmailMessage:
        """Return the attached calendar file."""
        return next(part for part in self.message.walk() if part.get_filename())

    def _body(self, kind: str) -> EmailMessage:
        part = self.message.get_body(preferencelist=(kind,))
        assert part is not None, f"the mail has no {kind} part"
        return part


def content(part: EmailMessage) -> bytes:
    """Return the bytes of one part."""
    return cast("bytes", part.get_payload(decode=True))


def wait_for_mail(server: MailServer, recipient: str, number: int = 1) -> Mail:
    """Return the ``number``-th mail to this address, waiting for it."""

    def found() -> list[EmailMessage]:
        return [one.message for one in server.received if recipient in one.recipients]

    eventually(
        lambda: len(found()) >= number,
        seconds=PATIENCE_SECONDS,
        what=f"mail {number} to {recipient}",
    )
    return Mail(found()[number - 1])
