"""The one place that reads the clock. Everything below the edge takes ``now`` as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system_now() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system_now


def utc_now() -> datetime:
    """Return the present instant as an aware datetime in UTC."""
    return _read()


def install(read: Callable[[], datetime]) -> None:
    """Make ``read`` the source of time for this process.

    The product never calls this. The tests' own entry points do, so that web
    process, worker and jobs follow one clock that a test can move.
    """
    global _read
    _read = read
