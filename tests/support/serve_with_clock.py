"""The product's own command with a clock that a test can move.

`BOOKING_TEST_CLOCK` names a file with the seconds to add to the machine's clock; the server's
worker is forked from this process and so follows the same file.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from booking_app import clock
from booking_app.cli import cli

CLOCK_FILE = "BOOKING_TEST_CLOCK"


def follow(file: Path) -> None:
    """Make the file's offset count for every look at the clock in this process."""

    def moved_now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))  # noqa: TID251  the clock itself

    clock.install(moved_now)


if __name__ == "__main__":
    follow(Path(os.environ[CLOCK_FILE]))
    cli()
