"""The folder that one test run and all its xdist workers share, gone when the run ends."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_FOLDER = "BOOKING_TEST_RUN_FOLDER"
_OWNER = "BOOKING_TEST_RUN_OWNER"


def announce() -> None:
    """Make the folder and tell the workers to come of it; only a run's first call does anything."""
    if _FOLDER not in os.environ:
        folder = tempfile.mkdtemp(prefix="booking-test-run-")
        Path(folder).chmod(0o711)  # the database server runs as another user
        os.environ[_FOLDER] = folder
        os.environ[_OWNER] = str(os.getpid())


def is_mine() -> bool:
    """Say whether this process announced the run, so that it is the one to clear up."""
    return os.environ.get(_OWNER) == str(os.getpid())


def owner() -> int:
    return int(os.environ[_OWNER])


def path() -> Path:
    return Path(os.environ[_FOLDER])


@contextlib.contextmanager
def locked(name: str) -> Iterator[Path]:
    """Hold the run's lock of that name and give the folder of that name inside the run's folder."""
    folder = path() / name
    folder.mkdir(exist_ok=True)
    with (path() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def remove() -> None:
    shutil.rmtree(path(), ignore_errors=True)
    del os.environ[_FOLDER], os.environ[_OWNER]
