"""Databases to measure on: an SQLite file, and PostgreSQL from the installed server programs."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from booking_app.db import migrate
from tests.support import databases, postgres, run_folder

POSTGRESQL_URL = "BOOKING_BENCH_PG"
"""Names an empty database (``postgresql+asyncpg://…``) to use instead of a private server."""


@contextmanager
def empty_database(kind: str) -> Iterator[str]:
    """Give the URL of an empty database of the newest schema, ``sqlite`` or ``postgresql``.

    It is gone afterwards; so is a private server, which does without ``fsync``.
    """
    given = os.environ.get(POSTGRESQL_URL)
    if kind == "postgresql" and given:
        migrate.upgrade_to_head(given)
        try:
            yield given
        finally:
            migrate.downgrade_to(given, "base")
        return
    run_folder.announce()
    try:
        with tempfile.TemporaryDirectory(dir=run_folder.path()) as folder:
            yield databases.new_database(kind, Path(folder))
    finally:
        postgres.stop_cluster()
        run_folder.remove()
