"""A private PostgreSQL cluster for one test run, started from the installed server programs.

The first test that needs it starts it; all xdist workers of the run share it. It listens on a
free port of 127.0.0.1 and in its own folder, so it never meets another cluster of the machine.
"""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support import run_folder

SERVER_PROGRAMS = "/usr/lib/postgresql"
UNPRIVILEGED_USER = "postgres"  # initdb and postgres refuse to run as root

# Nothing here has to survive a power cut. The server's zone is one nobody's clinic is in, so that
# a statement that leans on it shows.
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "Pacific/Chatham",
    "listen_addresses": "127.0.0.1",
    "deadlock_timeout": "200ms",
}

# Ends the cluster when the test run is gone without saying goodbye (kill -9, a lost terminal).
_WATCHDOG = """
import os, shutil, subprocess, sys, time
watched, stop, folder = int(sys.argv[1]), sys.argv[3:], sys.argv[2]
while True:
    try:
        os.kill(watched, 0)
    except ProcessLookupError:
        break
    if not os.path.exists(folder):
        sys.exit()
    time.sleep(1)
subprocess.run(stop, check=False, capture_output=True)
shutil.rmtree(folder, ignore_errors=True)
"""


@dataclass(frozen=True)
class Cluster:
    """Where a running cluster is reached; its superuser is ``postgres`` and asks no password."""

    folder: str
    port: int

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of one of its databases."""
        return f"postgresql+asyncpg://{UNPRIVILEGED_USER}@127.0.0.1:{self.port}/{database}"

    def dsn(self, database: str) -> str:
        """Return the same address as asyncpg and psql take it."""
        return f"postgresql://{UNPRIVILEGED_USER}@127.0.0.1:{self.port}/{database}"


def programs() -> Path:
    """Return the folder of the newest installed server programs.

    Raises:
        LookupError: PostgreSQL's server is not installed; the message says how to get it.
    """
    found = [
        path.parent
        for path in Path(SERVER_PROGRAMS).glob("*/bin/initdb")
        if path.parent.parent.name.isdigit()
    ]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    msg = "PostgreSQL is missing: install it with 'sudo apt-get install postgresql'"
    raise LookupError(msg)


def shared_cluster() -> Cluster:
    """Return the run's cluster, starting it if this is the first call in any worker."""
    with run_folder.locked("postgres") as folder:
        address = folder / "address.json"
        if not address.exists():
            address.write_text(json.dumps(_start(folder)))
        return Cluster(**json.loads(address.read_text()))


def stop_cluster() -> None:
    """Stop the run's cluster if one was started."""
    folder = run_folder.path() / "postgres"
    if (folder / "data").exists():
        _run(_stop_command(folder))


def _start(folder: Path) -> dict[str, object]:
    port = _free_port()
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    _run(
        _as_server(
            [
                *(str(programs() / "initdb"), "--pgdata", str(folder / "data")),
                *("--username", UNPRIVILEGED_USER, "--auth", "trust"),
                *("--encoding", "UTF8", "--no-locale", "--no-sync"),
            ]
        )
    )
    settings = SERVER_SETTINGS | {"port": str(port), "unix_socket_directories": str(folder)}
    (folder / "data" / "postgresql.auto.conf").write_text(
        "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    )
    _run(_pg_ctl(folder, "start", "--wait", "--log", str(folder / "server.log")))
    watchdog = [sys.executable, "-c", _WATCHDOG, str(run_folder.owner()), str(run_folder.path())]
    _run(["setsid", "--fork", *watchdog, *_stop_command(folder)])
    return {"folder": str(folder), "port": port}


def _stop_command(folder: Path) -> list[str]:
    return _pg_ctl(folder, "stop", "--mode", "immediate")


def _pg_ctl(folder: Path, *arguments: str) -> list[str]:
    pg_ctl = str(programs() / "pg_ctl")
    return _as_server([pg_ctl, "--pgdata", str(folder / "data"), "--silent", *arguments])


def _as_server(command: Sequence[str]) -> list[str]:
    """Return the command for the user that the server may run as."""
    if os.geteuid() != 0:
        return list(command)
    return [
        "setpriv",
        f"--reuid={UNPRIVILEGED_USER}",
        f"--regid={UNPRIVILEGED_USER}",
        "--init-groups",
        *command,
    ]


def _run(command: Sequence[str]) -> None:
    # Files, not pipes: the server inherits them and would hold a pipe open.
    with tempfile.TemporaryFile() as output:
        finished = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/"
        )
        if finished.returncode:
            output.seek(0)
            msg = f"{command[-1]}: exit {finished.returncode}\n{output.read().decode()}"
            raise RuntimeError(msg)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
