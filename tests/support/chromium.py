"""The browser of the tests: the machine's Chromium where there is a real one, else Playwright's.

`python -m tests.support.chromium` prints which, and exits with 1 when there is none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

# No background traffic: the machine may have no network, and a test must not wait for it.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def executable() -> str | None:
    """Return a Chromium that really starts, or None.

    Ubuntu's package holds only a script that asks for another package manager, so a program of
    the right name is not enough.
    """
    for name in _NAMES:
        path = shutil.which(name)
        if path and _answers(path):
            return path
    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
    return bundled if Path(bundled).exists() else None


def launch_arguments() -> list[str]:
    """Return Chromium's options; its sandbox refuses to run as root."""
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give one headless Chromium for the whole run; each test opens its own context in it.

    Playwright's synchronous interface keeps an event loop running in this thread, so tests that
    use it are plain functions, in an invocation of pytest of their own.
    """
    path = executable()
    if path is None:
        pytest.fail("Chromium is missing: install it with 'sudo apt-get install chromium'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=launch_arguments())
        yield browser
        browser.close()


def _answers(path: str) -> bool:
    try:
        answer = subprocess.run(
            [path, "--version"], check=False, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and ("Chrom" in answer.stdout)


if __name__ == "__main__":
    found = executable()
    print(found or "no Chromium")  # noqa: T201  this is its answer
    sys.exit(0 if found else 1)
