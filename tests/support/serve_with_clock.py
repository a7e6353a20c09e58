"""The product's own command with a clock that a test can move, and without long waits for mail.

`BOOKING_TEST_CLOCK` names a file with the seconds to add to the machine's clock; the server's
worker is forked from this process and so follows the same file.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from booking_app import clock, jobs
from booking_app.cli import cli

CLOCK_FILE = "BOOKING_TEST_CLOCK"
MESSAGE_JOBS = ("deliver-messages", "plan-reminders")
A_SECOND = timedelta(seconds=1)


def follow(file: Path) -> None:
    """Make the file's offset count for every look at the clock in this process."""

    def moved_now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))  # noqa: TID251  the clock itself

    clock.install(moved_now)


def hurry() -> None:
    """Have the jobs that write and send messages look every second, and leave all others alone."""
    jobs.TIMETABLE = tuple(
        (name, job, A_SECOND if name in MESSAGE_JOBS else every)
        for name, job, every in jobs.TIMETABLE
    )


if __name__ == "__main__":
    hurry()
    follow(Path(os.environ[CLOCK_FILE]))
    cli()
