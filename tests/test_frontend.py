"""When the front end is built again, and when not."""

import os
import shutil
from pathlib import Path

import pytest

from booking_app import frontend


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose front end is built."""
    root = tmp_path / "checkout"
    for name, text in {
        "rxconfig.py": "config",
        "reflex.lock/package-lock.json": "{}",
        "assets/css/ui.css": "body {}",
        "booking_app/pages/help.py": "page",
        "booking_app/services/booking.py": "service",
        ".web/build/client/index.html": "<html>",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / frontend.STAMP).write_text(frontend.fingerprint(root))
    return root


def test_a_built_front_end_is_used_again(checkout: Path):
    assert not frontend.is_stale(checkout)


@pytest.mark.requirement("K-2")
@pytest.mark.parametrize(
    "source",
    [
        "rxconfig.py",
        "reflex.lock/package-lock.json",
        "assets/css/ui.css",
        "booking_app/pages/help.py",
    ],
)
def test_a_changed_source_makes_it_stale(checkout: Path, source: str):
    (checkout / source).write_text("changed")
    assert frontend.is_stale(checkout)


@pytest.mark.requirement("K-2")
def test_an_added_a_removed_and_a_renamed_source_make_it_stale(checkout: Path):
    page = checkout / "booking_app/pages/help.py"
    (added := page.with_name("privacy.py")).write_text("page")
    assert frontend.is_stale(checkout)
    added.unlink()
    assert not frontend.is_stale(checkout)
    renamed = page.rename(page.with_name("aid.py"))
    assert frontend.is_stale(checkout)
    renamed.unlink()
    assert frontend.is_stale(checkout)


def test_what_no_browser_sees_does_not(checkout: Path):
    (checkout / "booking_app/services/booking.py").write_text("changed")
    (checkout / "booking_app/pages/__pycache__").mkdir()
    (checkout / "booking_app/pages/__pycache__/help.pyc").write_text("compiled")
    (checkout / "assets/external").mkdir()
    (checkout / "assets/external/part.jsx").write_text("linked by Reflex")
    os.utime(checkout / "booking_app/pages/help.py", (0, 0))
    assert not frontend.is_stale(checkout)


@pytest.mark.parametrize("lost", [".web/build", ".web/booking.stamp"])
def test_a_lost_build_is_stale(checkout: Path, lost: str):
    path = checkout / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert frontend.is_stale(checkout)


def test_another_version_of_reflex_makes_it_stale(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(frontend, "version", lambda _package: "0.0.0")
    assert frontend.is_stale(checkout)


def test_a_failed_build_says_what_went_wrong_and_stays_stale(
    checkout: Path, capfd: pytest.CaptureFixture[str]
):
    (checkout / "rxconfig.py").write_text("raise SystemExit('no such plugin')")
    with pytest.raises(frontend.BuildFailed, match="no such plugin"):
        frontend.build(checkout)
    assert frontend.is_stale(checkout)


def test_a_build_finds_node_first_and_asks_nobody_else(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", {"PATH": "/usr/bin", "NPM_CONFIG_REGISTRY": "npm://here"})
    frontend.prepare_environment()
    assert shutil.which("node", path=os.environ["PATH"].split(os.pathsep)[0])
    assert os.environ["REFLEX_USE_NPM"] == "1"
    assert os.environ["REFLEX_TELEMETRY_ENABLED"] == "false"
    assert os.environ["NPM_CONFIG_REGISTRY"] == "npm://here"


def test_a_server_looks_for_no_node(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", {"PATH": "/usr/bin"})
    frontend.serve_prebuilt()
    served_with = dict(os.environ)
    frontend.prepare_environment()
    assert served_with == os.environ
