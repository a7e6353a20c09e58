"""When something of ours fails: what the log keeps, and what the person is told.

The log says where it failed, never with what: exceptions quote values, and values here are
patients' details. The person gets a number that finds the place in the log.
"""

import logging
import secrets
import time
import traceback
from typing import cast

from reflex.state import FrontendEventExceptionState
from reflex_base.event import EventSpec

from booking_app.web.gate import TabSession

log = logging.getLogger(__name__)

_LINES_PER_MINUTE = 20
_MAX_REPORT = 500
_MINUTE_SECONDS = 60.0


def report(error: BaseException) -> str:
    """Write down where ``error`` came from, and return the number under which it stands."""
    number = secrets.token_hex(4)
    log.error("problem %s: %s", number, _where(error))
    return number


def on_handler_failure(exception: Exception) -> EventSpec:
    """Tell the tab whose handler failed; Reflex calls this."""
    # At run time a called handler is an EventSpec; Reflex's types call it a callback.
    return cast("EventSpec", TabSession.show_problem(report(exception)))


def on_browser_report(exception: Exception) -> None:
    """Write down what a browser says went wrong in it; Reflex calls this."""
    _browser_reports.write(str(exception))


def reload_only_by_hand() -> None:
    """Keep Reflex from reloading a page by itself after some errors of scripts.

    It would send a script for that, which the content security policy forbids to run.
    """
    FrontendEventExceptionState.auto_reload_on_errors.clear()


class PerMinute:
    """Counts up to so many a minute."""

    def __init__(self, most: int = _LINES_PER_MINUTE) -> None:
        self._most = most
        self._minute_began = 0.0
        self._counted = 0

    def has_room(self) -> bool:
        """Count one more, and say whether it is within the limit."""
        now = time.monotonic()
        if now - self._minute_began > _MINUTE_SECONDS:
            self._minute_began, self._counted = now, 0
        self._counted += 1
        return self._counted <= self._most

    def is_first_too_many(self) -> bool:
        """Say whether the one counted last was the first beyond the limit."""
        return self._counted == self._most + 1


class BrowserReports:
    """Writes down what browsers say went wrong in them, a few lines a minute at most.

    Anybody can send anything as such a report.
    """

    def __init__(self, per_minute: int = _LINES_PER_MINUTE) -> None:
        self._limit = PerMinute(per_minute)

    def write(self, text: str) -> None:
        """Write one report as one short line, or leave it out."""
        if self._limit.has_room():
            log.warning("a browser reports: %s", _one_line(text))
        elif self._limit.is_first_too_many():
            log.warning("more browsers report; the rest of this minute is left out")


class FewLines(logging.Filter):
    """Lets a logger write so many lines a minute; the rest is left out."""

    def __init__(self, per_minute: int = _LINES_PER_MINUTE) -> None:
        super().__init__()
        self._limit = PerMinute(per_minute)

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether ``record`` is written."""
        return self._limit.has_room()


def keep_reflex_brief() -> None:
    """Bound what Reflex logs about its clients: a line for each that is of another version."""
    logging.getLogger("reflex.app").addFilter(FewLines())


_browser_reports = BrowserReports()


def _where(error: BaseException) -> str:
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        places = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(seen.__traceback__, limit=-12)
        ]
        parts.append(
            f"{type(seen).__module__}.{type(seen).__qualname__} at " + " < ".join(reversed(places))
        )
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " | from ".join(parts)


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:_MAX_REPORT])
