"""The product as it really runs: the `booking` command on a free port, with a clock to move."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from booking_app import frontend, routes
from tests.support import processes, serve_with_clock
from tests.support.processes import Program


class LiveServer:
    """`booking serve` in a process of its own, on 127.0.0.1 and a free port.

    ``database_url`` names a migrated database; ``settings`` are further ``BOOKING_…`` variables,
    such as those of a mail server. The front end is built first if its sources have changed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        environment: str = "test",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.database_url = database_url
        self.port = processes.free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "server.log"
        self._clock = folder / "clock"
        self._settings = {
            "BOOKING_ENVIRONMENT": environment,
            "BOOKING_DATABASE_URL": database_url,
            "BOOKING_DATA_DIR": str(folder),
            "BOOKING_PORT": str(self.port),
            serve_with_clock.CLOCK_FILE: str(self._clock),
            **(settings or {}),
        }
        self._program: Program | None = None
        self._write_offset(timedelta())

    @property
    def now(self) -> datetime:
        """What the server's clock says."""
        return datetime.now(UTC) + timedelta(seconds=float(self._clock.read_text()))  # noqa: TID251  the machine's clock is what the offset is added to

    def set_clock(self, now: datetime) -> None:
        """Move the server's clock, in all its processes; it goes on from there."""
        self._write_offset(now - datetime.now(UTC))  # noqa: TID251  see above

    def start(self) -> None:
        """Serve, and return when pages are answered."""
        frontend.build()
        self._program = processes.start(
            [sys.executable, "-m", "tests.support.serve_with_clock", "serve"],
            environment=self._settings,
            log=self.log,
        )
        self._program.wait_for_page(f"{self.url}{routes.HEALTH}")

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        if self._program is not None and self._program.process.poll() is None:
            self._program.interrupt()
        self._program = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._program is not None:
            self._program.kill()
        self._program = None

    def restart(self) -> None:
        """Stop, and serve again on the same port with the same data."""
        self.stop()
        self.start()

    def output(self) -> str:
        """Return everything that the server has printed and logged so far."""
        return self.log.read_text(errors="replace")

    def _write_offset(self, offset: timedelta) -> None:
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(offset.total_seconds()))
        fresh.rename(self._clock)  # a reader sees the old offset or the new one, never half


@contextlib.contextmanager
def serving(
    folder: Path,
    *,
    database_url: str,
    environment: str = "test",
    settings: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Iterator[LiveServer]:
    """Serve for the length of a block, from ``now`` on if that is given; see LiveServer."""
    server = LiveServer(
        folder, database_url=database_url, environment=environment, settings=settings
    )
    if now is not None:
        server.set_clock(now)
    server.start()
    try:
        yield server
    finally:
        server.stop()
