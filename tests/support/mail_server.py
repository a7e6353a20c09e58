"""A real SMTP server in a thread, which can be told to refuse, to break off and to be slow."""

import asyncio
import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).with_name("mail_server.pem")
USERNAME, PASSWORD = "clinic", "correct horse battery"
_SECONDS = 10

logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Received:
    """One message as the server got it, byte for byte, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.raw, policy=default))


@dataclass
class MailServer:
    """What a test sets before sending, and what it finds afterwards.

    An answer is a whole SMTP reply, such as ``550 5.1.1 no such user``.
    """

    port: int = 0
    mail_answer: str = ""
    recipient_answer: str = ""
    data_answer: str = ""
    breaks_off_after_data: bool = False
    silent_for_seconds: float = 0.0
    received: list[Received] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 — aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions.append(session)
        if self.mail_answer:
            return self.mail_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 — as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 — as above
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.silent_for_seconds)
        if self.data_answer:
            return self.data_answer
        self.received.append(
            Received(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                cast(bytes, envelope.original_content),
            )
        )
        if self.breaks_off_after_data:
            server.transport.abort()
        return "250 OK"


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
) -> AuthResult:
    """Accept the one user of this server."""
    is_known = isinstance(login, LoginPassword) and login == LoginPassword(
        USERNAME.encode(), PASSWORD.encode()
    )
    return AuthResult(success=is_known, handled=False)


def server_tls() -> ssl.SSLContext:
    """Return a server context with the certificate of the tests."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@contextmanager
def running_mail_server(
    *, starttls: bool = False, tls: bool = False, needs_login: bool = False
) -> Iterator[MailServer]:
    """Run a server on a free port of 127.0.0.1 for the length of a ``with`` block.

    One that ``needs_login`` offers that after STARTTLS only, as real ones do.
    """
    starttls = starttls or needs_login
    box = MailServer()
    opened: list[SMTP] = []

    def session() -> SMTP:
        opened.append(
            SMTP(
                box,
                hostname="mail.test",
                enable_SMTPUTF8=False,
                tls_context=server_tls() if starttls else None,
                require_starttls=starttls,
                auth_required=needs_login,
                authenticator=authenticate if needs_login else None,
                loop=asyncio.get_running_loop(),
            )
        )
        return opened[-1]

    with _loop_in_a_thread() as loop:
        listening = loop.create_server(
            session, host="127.0.0.1", port=0, ssl=server_tls() if tls else None
        )
        server = asyncio.run_coroutine_threadsafe(listening, loop).result(_SECONDS)
        box.port = server.sockets[0].getsockname()[1]
        try:
            yield box
        finally:
            asyncio.run_coroutine_threadsafe(_close(server, opened), loop).result(_SECONDS)


async def _close(server: asyncio.Server, opened: list[SMTP]) -> None:
    server.close()
    for session in opened:
        if session.transport is not None:
            session.transport.abort()
    rest = asyncio.all_tasks() - {cast("asyncio.Task[None]", asyncio.current_task())}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    await server.wait_closed()


@contextmanager
def _loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop of its own, so that tests without one can have the server too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mail server", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_SECONDS)
        loop.close()
