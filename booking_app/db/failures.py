"""What a failing statement means: somebody else has it, or try again."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from booking_app.db.guards import OVERLAP_REFUSED

MAX_TRIES = 6
_FIRST_PAUSE_MS = 20

_OCCUPIED_STATES = frozenset({"23P01", "23505"})  # exclusion, unique
_TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock timeout
_OCCUPIED_WORDS = (OVERLAP_REFUSED, "UNIQUE constraint failed")
_TRANSIENT_WORDS = ("database is locked", "database table is locked")
# Two visits drew the same reference. The next try draws another.
_REFERENCE_WORDS = ("uq_appointment_organization_id_reference", "appointment.reference")

P = ParamSpec("P")
T = TypeVar("T")


def is_occupied(error: DBAPIError) -> bool:
    """Tell whether a guard of the database refused the row: what it names is somebody's already."""
    return not _is_reference_clash(error) and _matches(error, _OCCUPIED_STATES, _OCCUPIED_WORDS)


def is_transient(error: DBAPIError) -> bool:
    """Tell whether the same transaction may well succeed when it is run again."""
    return _is_reference_clash(error) or _matches(error, _TRANSIENT_STATES, _TRANSIENT_WORDS)


def retried(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run a whole use case again when the database gave it up for no fault of its own.

    At most ``MAX_TRIES`` runs, with a pause between them that doubles and is never the
    same for two who collided. A refusal and a guard's answer are final.
    """

    @wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for tried in range(1, MAX_TRIES):
            try:
                return await function(*args, **kwargs)
            except DBAPIError as error:
                if not is_transient(error):
                    raise
            pause_ms = _FIRST_PAUSE_MS * 2**tried
            await asyncio.sleep((pause_ms + secrets.randbelow(pause_ms)) / 2000)
        return await function(*args, **kwargs)

    return run


def _is_reference_clash(error: DBAPIError) -> bool:
    return any(words in str(error.orig) for words in _REFERENCE_WORDS)


def _matches(error: DBAPIError, states: frozenset[str], words: tuple[str, ...]) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in states
    return any(part in str(error.orig) for part in words)
