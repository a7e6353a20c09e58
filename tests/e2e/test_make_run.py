"""`make run` in a fresh clone: everything by itself, and everything gone at Ctrl-C.

Python's packages come from this checkout's .venv, so that no test installs any; the rest is as on
the first day: nothing built, no database.
"""

import hashlib
import os
import shutil
import signal
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from booking_app import routes
from booking_app.demo.clinic import SLUG
from tests.support import processes
from tests.support.processes import ROOT, Program

_NOT_IN_A_CLONE = shutil.ignore_patterns(
    *(".git", ".venv", ".web", ".states", "var", "__pycache__", "external", "node_modules"),
    *(".*_cache", ".hypothesis", "*.egg-info", "build", "dist"),
)
BUILDING = "Building the pages"
OLD_WORDS, NEW_WORDS = "Help with booking", "Help with making a booking"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "booking"
    shutil.copytree(ROOT, folder, ignore=_NOT_IN_A_CLONE)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def settings(clone: Path) -> dict[str, str]:
    """Return the variables under which the clone finds its own code, and its settings' defaults."""
    return {
        "PYTHONPATH": str(clone),
        "BOOKING_ENVIRONMENT": "demo",
        "BOOKING_DATA_DIR": str(clone / "var"),
    }


class Run:
    """One `make run` in the clone."""

    def __init__(self, clone: Path, log: Path) -> None:
        self.port = processes.free_port()
        self.url = f"http://localhost:{self.port}"
        command = ["make", "--silent", "-C", str(clone), "run", f"PORT={self.port}"]
        self.program: Program = processes.start(command, environment=settings(clone), log=log)
        self.program.wait_for_page(self.url, seconds=240)

    def page(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310  our own server's address
            return answer.read().decode()

    def processes(self) -> list[psutil.Process]:
        return [
            process
            for process in psutil.process_iter()
            if process.is_running() and os.getpgid(process.pid) == self.program.process.pid
        ]


@dataclass(frozen=True)
class FirstRun:
    """What the very first run in the clone printed and served."""

    url: str
    printed: str
    booking_page: str
    mailbox: str


@pytest.fixture(scope="module")
def first_run(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    run = Run(clone, tmp_path_factory.mktemp("first") / "make.log")
    try:
        booking_page, mailbox = run.page(routes.booking_page(SLUG)), run.page(routes.MAILBOX)
    finally:
        run.program.interrupt(signal.SIGTERM)
    return FirstRun(run.url, run.program.output(), booking_page, mailbox)


@pytest.fixture
def run(clone: Path, first_run: FirstRun, tmp_path: Path) -> Iterator[Run]:
    """A later run, in which everything is there already."""
    assert BUILDING in first_run.printed
    running = Run(clone, tmp_path / "make.log")
    yield running
    if running.program.process.poll() is None:
        running.program.interrupt(signal.SIGTERM)


def locks(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "reflex.lock").iterdir()
    }


@pytest.mark.requirement("K-2")
def test_a_fresh_clone_serves_the_demo_clinic(first_run: FirstRun):
    assert BUILDING in first_run.printed
    assert f"Booking page   {first_run.url}{routes.booking_page(SLUG)}" in first_run.printed
    assert f"Mailbox        {first_run.url}{routes.MAILBOX}" in first_run.printed
    assert "<h1" in first_run.booking_page
    assert "<h1" in first_run.mailbox


def test_a_build_leaves_the_clone_as_it_was(first_run: FirstRun, clone: Path):
    assert first_run.booking_page
    assert locks(clone) == locks(ROOT), "commit what the build wrote into reflex.lock"
    assert (clone / ".gitignore").read_text() == (ROOT / ".gitignore").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_every_process_and_frees_the_port(run: Run, number: signal.Signals):
    assert len(run.processes()) >= 2
    assert run.program.interrupt(number) < processes.STOP_SECONDS
    assert run.processes() == []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", run.port))


@pytest.mark.requirement("K-2")
def test_only_a_changed_source_is_built_again(run: Run, clone: Path, tmp_path: Path):
    assert BUILDING not in run.program.output()
    assert NEW_WORDS not in run.page(routes.HELP)
    run.program.interrupt()

    page = clone / "booking_app" / "pages" / "patient" / "information.py"
    before = page.read_text()
    page.write_text(before.replace(OLD_WORDS, NEW_WORDS))
    changed = Run(clone, tmp_path / "changed.log")
    try:
        assert BUILDING in changed.program.output()
        assert NEW_WORDS in changed.page(routes.HELP)
    finally:
        changed.program.interrupt()
        page.write_text(before)


def test_a_second_server_of_the_same_clinic_is_refused(run: Run, clone: Path, tmp_path: Path):
    other = processes.start(
        ["make", "--silent", "-C", str(clone), "run", f"PORT={processes.free_port()}"],
        environment=settings(clone),
        log=tmp_path / "other.log",
    )
    assert other.process.wait(30) != 0
    assert "Another process is using" in other.output()
    assert "Traceback" not in other.output()
    assert "<h1" in run.page(routes.booking_page(SLUG))
