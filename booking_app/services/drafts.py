"""Keep what a visitor types while booking, so that nothing typed is ever lost.

A draft is kept as typed, whatever it says; it is checked when it is used. It lives on
the visitor session's row, one for each clinic, and ends 24 hours after the hold it
belongs to.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from booking_app.adapters import live_bus
from booking_app.db.queries import drafts as queries
from booking_app.db.queries import visitor_sessions
from booking_app.db.session import after_commit, reading, transaction, uninterrupted
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.dto.booking import Details
from booking_app.services import clinics

TypedField = str | Sequence[str] | bool

_MAX_LINE = 500
_MAX_TEXT = 5_000
_MAX_CHOICES = 20
_LINES = ("first_name", "last_name", "day", "month", "year", "email", "phone")
_NO = frozenset({"", "0", "false", "no", "off"})


@uninterrupted
async def save_draft(
    *, visitor: Visitor, clinic_slug: str, fields: Mapping[str, TypedField], now: datetime
) -> None:
    """Put ``fields`` over what is kept already; fields that are not named stay as they are.

    Unknown names and values of another shape are passed over. Only what no database
    can keep is taken out of a text, and what is far beyond any use is cut off.

    Raises:
        NotFound: there is no such clinic.
    """
    clinic = await clinics.require_clinic(slug=clinic_slug)
    typed = {
        name: _READERS[name](value)
        for name, value in fields.items()
        if isinstance(value, _SHAPES.get(name, ()))
    }
    if not typed:
        return
    async with transaction() as tx:
        session_id = await visitor_sessions.ensure_session(
            tx,
            session_key=visitor.session_key,
            organization_id=clinic.organization_id,
            now=now,
        )
        await queries.merge_draft(
            tx,
            visitor_session_id=session_id,
            organization_id=clinic.organization_id,
            fields=typed,
            now=now,
        )


async def load_draft(*, visitor: Visitor, clinic_slug: str, now: datetime) -> Details:
    """Return what this browser typed for the clinic so far, as it was typed.

    Raises:
        NotFound: there is no such clinic.
    """
    clinic = await clinics.require_clinic(slug=clinic_slug)
    async with reading() as rx:
        kept = await queries.find_draft(
            rx,
            session_key=visitor.session_key,
            organization_id=clinic.organization_id,
            now=now,
        )
    return _details(kept)


@uninterrupted
async def clear_draft(*, visitor: Visitor, clinic_slug: str, now: datetime) -> None:
    """Forget what this browser typed for the clinic ("Start again").

    Raises:
        NotFound: there is no such clinic.
    """
    clinic = await clinics.require_clinic(slug=clinic_slug)
    async with transaction() as tx:
        session_id = await queries.lock_session_id(tx, visitor.session_key)
        if session_id is None:
            return
        await queries.erase_draft(
            tx, visitor_session_id=session_id, organization_id=clinic.organization_id
        )
        after_commit(lambda: live_bus.publish(live_topics.visitor(visitor.session_key)))


def _details(kept: Mapping[str, object]) -> Details:
    needs = kept.get("needs")
    return Details(
        **{name: _line(kept.get(name, "")) for name in _LINES},
        help_with=_text(kept.get("help_with", "")),
        needs=tuple(_choices(needs)) if needs is not None else (),
        reminders_wanted=_is_yes(kept.get("reminders_wanted", True)),
    )


def _line(typed: object) -> str:
    return _storable(typed)[:_MAX_LINE]


def _text(typed: object) -> str:
    return _storable(typed)[:_MAX_TEXT]


def _choices(typed: object) -> list[str]:
    several = [typed] if isinstance(typed, str) else typed
    if not isinstance(several, Sequence):
        return []
    chosen = (_line(choice) for choice in several[:_MAX_CHOICES])
    return [choice for choice in chosen if choice]


def _is_yes(typed: object) -> bool:
    return typed if isinstance(typed, bool) else _storable(typed).strip().lower() not in _NO


def _storable(typed: object) -> str:
    """Return a text without control characters and lone halves of characters."""
    if not isinstance(typed, str):
        return ""
    return "".join(
        char
        for char in typed.replace("\r\n", "\n").replace("\r", "\n")
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}
    )


_READERS = {
    **dict.fromkeys(_LINES, _line),
    "help_with": _text,
    "needs": _choices,
    "reminders_wanted": _is_yes,
}
_SHAPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys((*_LINES, "help_with"), (str,)),
    "needs": (str, list, tuple),
    "reminders_wanted": (str, bool),
}
