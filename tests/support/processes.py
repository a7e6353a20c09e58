"""Programs that a test starts, waits for, and ends together with all they started."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOOKING = str(ROOT / ".venv" / "bin" / "booking")
STOP_SECONDS = 5.0


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Program:
    """A running program at the head of its own process group."""

    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for_page(self, url: str, *, seconds: float = 60.0) -> None:
        """Return as soon as the address answers, whatever the status.

        Raises:
            RuntimeError: the program ended first, or the time did; the message holds its output.
        """
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at and self.process.poll() is None:
            try:
                urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  our own server's address
            except urllib.error.HTTPError as answer:
                answer.close()
                return
            except OSError:
                time.sleep(0.02)
            else:
                return
        msg = f"{url} did not answer; exit code {self.process.poll()}\n{self.output()}"
        raise RuntimeError(msg)

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> float:
        """Signal the whole group, as Ctrl-C does, and return how many seconds it took to end.

        Raises:
            RuntimeError: it was still there after the time that a stop may take.
        """
        began = time.monotonic()
        self._signal(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            msg = f"still running {STOP_SECONDS} s after {number.name}\n{self.output()}"
            raise RuntimeError(msg) from None
        return time.monotonic() - began

    def kill(self) -> None:
        """End it as a power cut would: no handler of it runs."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def start(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Program:
    """Start a program in the repository's root with these variables besides the test run's own."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Program(process, log)


@contextlib.contextmanager
def running(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path
) -> Iterator[Program]:
    """Run a program for the length of a block."""
    program = start(command, environment=environment, log=log)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.interrupt(signal.SIGTERM)
