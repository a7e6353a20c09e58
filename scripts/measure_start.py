"""Measure how long `make run` takes to show the first page, and to end.

    python -m scripts.measure_start [rounds]

Prints one line a round and the medians. The product has to be built already: the first `make run`
installs and builds, this is about every later one.
"""

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GIVE_UP_SECONDS = 60.0


def main(rounds: int) -> None:
    """Start and stop the product that many times."""
    took = [_start_and_stop(_free_port()) for _ in range(rounds)]
    print(f"median of {rounds}: {_words(*map(statistics.median, zip(*took, strict=True)))}")


def _words(first_page: float, end: float, processor: float) -> str:
    return f"first page {first_page:.2f} s, end {end:.2f} s, processor {processor:.2f} s"


def _start_and_stop(port: int) -> tuple[float, float, float]:
    """Return the seconds until the first page and until the end, and the processor's in all.

    On a busy machine the last of them is the one that tells.
    """
    began = time.monotonic()
    run = subprocess.Popen(
        ["make", "--silent", "run", f"PORT={port}"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for_page(f"http://127.0.0.1:{port}/book/time", run)
        first_page = time.monotonic() - began
    finally:
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):  # it has failed, and says so itself
            os.killpg(run.pid, signal.SIGINT)
        _, _, usage = os.wait4(run.pid, 0)
    _wait_for_port(port)
    took = first_page, time.monotonic() - began, usage.ru_utime + usage.ru_stime
    print(_words(*took))
    return took


def _wait_for_page(url: str, run: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < give_up_at and run.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own server's address
                if b"<html" in answer.read():
                    return
        except OSError:
            time.sleep(0.01)
    sys.exit(f"{url} did not answer within {GIVE_UP_SECONDS:.0f} s")


def _wait_for_port(port: int) -> None:
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                time.sleep(0.01)
            else:
                return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
