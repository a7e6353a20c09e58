"""One process a database, where a second could not work."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from booking_app.settings import Settings
from booking_app.sole_process import DatabaseNotClaimed, claimed

HOLDER = """
import sys
from booking_app.settings import Settings
from booking_app.sole_process import claimed
with claimed(Settings(database_url=sys.argv[1])):
    print("claimed", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_with_a_sentence(database_url: str):
    settings = Settings(database_url=database_url)
    with claimed(settings), pytest.raises(DatabaseNotClaimed, match="Another process") as refused:
        claimed(settings).__enter__()
    assert "BOOKING_REDIS_URL" in str(refused.value)


def test_the_next_process_may_when_the_first_is_killed(database_url: str):
    settings = Settings(database_url=database_url)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"claimed\n"
        with pytest.raises(DatabaseNotClaimed):
            claimed(settings).__enter__()
        first.kill()
        first.wait()
    _claim_soon(settings)


def _claim_soon(settings: Settings) -> None:
    """The database server needs a moment to notice that its client is gone."""
    give_up_at = time.monotonic() + 5
    while True:
        try:
            with claimed(settings):
                return
        except DatabaseNotClaimed:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_several_processes_on_postgresql_may_with_redis(database_url: str):
    settings = Settings(database_url=database_url, redis_url="redis://127.0.0.1/0")
    with claimed(settings), claimed(settings):
        pass


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_redis_does_not_help_sqlite(database_url: str):
    settings = Settings(database_url=database_url, redis_url="redis://127.0.0.1/0")
    with claimed(settings), pytest.raises(DatabaseNotClaimed, match="SQLite serves one"):
        claimed(settings).__enter__()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").touch()
    settings = Settings(data_dir=tmp_path / "file" / "below")
    with pytest.raises(DatabaseNotClaimed, match="set BOOKING_DATA_DIR"):
        claimed(settings).__enter__()


def test_a_server_that_is_not_there_is_said():
    settings = Settings(database_url="postgresql+asyncpg://clinic@127.0.0.1:1/clinic")
    with pytest.raises(DatabaseNotClaimed, match="The database cannot be reached"):
        claimed(settings).__enter__()
