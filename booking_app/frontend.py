"""The browser's half: built by Reflex once, reused while its sources stay as they are."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from booking_app.setup_problem import SetupProblem

ROOT = Path(__file__).resolve().parents[1]
BUILT = Path(".web") / "build" / "client"
STAMP = Path(".web") / "booking.stamp"

# Rooms that no page reaches: what they hold cannot change what the browser gets.
_SERVER_ONLY = ("adapters", "cli.py", "db", "demo.py", "jobs", "services", "serving.py")


class BuildFailed(SetupProblem):
    """The front end could not be built; the message ends with what Reflex said."""


def serve_prebuilt() -> None:
    """Tell Reflex, from now on in this process, to serve what is built instead of compiling again.

    Two of the three names are Reflex's own business and not documented: they are why its version
    is pinned, and a test serves a page by them.
    """
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    os.environ["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"] = "true"
    os.environ["REFLEX_ENV_MODE"] = "prod"


def prepare_environment() -> None:
    """Let a build find the node and npm that pip installed, ask no other host, and tell nobody.

    Does nothing in a process that only serves: that needs no node.
    """
    if "__REFLEX_SKIP_COMPILE" in os.environ:
        return
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "").split(os.pathsep)
    if path[0] != programs:
        os.environ["PATH"] = os.pathsep.join([programs, *path])
    defaults = {
        "REFLEX_USE_NPM": "1",  # else Reflex downloads another package manager
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
        # The lock file then names packages and hashes, and no server.
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    # Reflex would try two public registries and take the quicker one.
    if "NPM_CONFIG_REGISTRY" not in os.environ:
        os.environ["NPM_CONFIG_REGISTRY"] = _npm_registry()


def is_stale(root: Path = ROOT) -> bool:
    """Say whether the front end has to be built: never was, or from other sources."""
    stamp = root / STAMP
    return not (
        (root / BUILT / "index.html").exists()
        and stamp.exists()
        and stamp.read_text() == fingerprint(root)
    )


def build(root: Path = ROOT) -> None:
    """Build the front end and remember from which sources.

    Takes its turn when another process is building, and then does nothing.

    Raises:
        BuildFailed: Reflex or npm ended with an error.
    """
    with (root / "rxconfig.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_stale(root):
            return
        # Taken before: what changes while Reflex compiles makes the result stale.
        sources = fingerprint(root)
        (root / STAMP).unlink(missing_ok=True)
        finished = subprocess.run(
            [sys.executable, "-m", "reflex", "export", "--no-zip", "--frontend-only"],
            cwd=root,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if finished.returncode != 0 or not (root / BUILT / "index.html").exists():
            msg = f"building the front end failed:\n{finished.stdout[-4000:]}"
            raise BuildFailed(msg)
        (root / STAMP).write_text(sources)


def fingerprint(root: Path = ROOT) -> str:
    """Return a hash of all that the built front end depends on."""
    digest = hashlib.sha256(version("reflex").encode())
    for path in _sources(root):
        digest.update(f"\0{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    yield root / "rxconfig.py"
    for folder in ("assets", "booking_app", "reflex.lock"):
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            if parts[0] == "booking_app" and parts[1] in _SERVER_ONLY:
                continue
            # assets/external holds links that Reflex makes to scripts inside packages.
            if "__pycache__" in parts or parts[:2] == ("assets", "external"):
                continue
            if path.is_file():
                yield path


def _npm_registry() -> str:
    answer = subprocess.run(
        ["npm", "config", "get", "registry"],  # noqa: S607  the one that pip installed, first in PATH
        check=False,
        capture_output=True,
        text=True,
    )
    return answer.stdout.strip()
