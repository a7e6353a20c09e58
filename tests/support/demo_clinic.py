"""The demo clinic as a server of its own, at the moment that the design's pictures show."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from booking_app.demo.clinic import SLUG
from tests.support import databases, processes, run_folder, serve_with_clock
from tests.support.server import LiveServer

ANCHOR = datetime(2026, 7, 13, 14, 42, tzinfo=UTC)
"""Monday 13 July 2026, 3:42pm at the clinic."""

__all__ = ["ANCHOR", "SLUG", "seeded_database", "serving_demo"]


def seeded_database(kind: str, folder: Path) -> str:
    """Return the URL of a database of that kind with the demo clinic around ``ANCHOR`` in it."""
    if kind == "sqlite":
        path = folder / "booking.db"
        shutil.copyfile(_seeded_file(), path)
        return f"sqlite+aiosqlite:///{path}"
    # In a thread of its own: the browser's loop runs in this one, and migrations start another.
    with ThreadPoolExecutor(1) as executor:
        url = executor.submit(databases.new_database, kind, folder).result()
    _seed(url, folder)
    return url


@contextlib.contextmanager
def serving_demo(
    folder: Path,
    *,
    kind: str = "sqlite",
    environment: str = "test",
    settings: Mapping[str, str] | None = None,
    now: datetime = ANCHOR,
) -> Iterator[LiveServer]:
    """Serve the demo clinic for the length of a block; its clock starts at ``now``."""
    server = LiveServer(
        folder,
        database_url=seeded_database(kind, folder),
        environment=environment,
        settings=settings,
    )
    server.set_clock(now)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _seeded_file() -> Path:
    """Return a file with the demo in it, seeded once for the whole run."""
    with run_folder.locked("demo-clinic") as folder:
        seeded = folder / "seeded.db"
        if not seeded.exists():
            unfinished = folder / "unfinished.db"
            _seed(f"sqlite+aiosqlite:///{unfinished}", folder)
            # Copies are of one file: what stands in the write-ahead log has to move into it.
            with contextlib.closing(sqlite3.connect(unfinished)) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
            unfinished.rename(seeded)
        return seeded


def _seed(database_url: str, folder: Path) -> None:
    """Write the demo by the product's own command."""
    clock = folder / "seed-clock"
    offset = ANCHOR - datetime.now(UTC)  # noqa: TID251  the machine's clock is what the offset is added to
    clock.write_text(str(offset.total_seconds()))
    log = folder / "seed.log"
    program = processes.start(
        [sys.executable, "-m", "tests.support.serve_with_clock", "demo"],
        environment={
            "BOOKING_ENVIRONMENT": "test",
            "BOOKING_DATABASE_URL": database_url,
            "BOOKING_DATA_DIR": str(folder),
            serve_with_clock.CLOCK_FILE: str(clock),
        },
        log=log,
    )
    if program.process.wait(timeout=120) != 0:
        raise subprocess.SubprocessError(program.output())
