"""`make bench` runs all there is and hides no failure."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import programs, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "figures"
    folder.mkdir()
    for name, text in {
        "__init__": "",
        "alone": "def helper():\n    return 1\n",
        "fails": "import sys\ndef main():\n    print('first')\n    sys.exit(1)\nmain()\n",
        "holds": "def main():\n    print('second')\nmain()\n",
    }.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_only_modules_that_measure_are_run(folder: Path):
    assert programs(folder) == ["fails", "holds"]


def test_the_rest_runs_after_a_missed_gate(folder: Path, capfd: pytest.CaptureFixture[str]):
    assert run(folder, ["fails", "holds"]) == ["fails"]
    assert capfd.readouterr().out.split() == ["first", "second"]


def test_an_unknown_figure_is_an_error():
    asked = subprocess.run(
        [sys.executable, "-m", "bench", "no_such"], check=False, capture_output=True, text=True
    )
    assert asked.returncode == 1
    assert "no such figure: no_such" in asked.stderr
