"""Who may import whom, as pyproject.toml says it."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))


def contracts_in(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"], cwd=folder, check=False, capture_output=True, text=True
    )


def test_every_import_goes_one_way():
    checked = contracts_in(ROOT)

    assert checked.returncode == 0, checked.stdout
    assert " 0 broken" in checked.stdout


def test_an_import_against_the_way_breaks_a_contract(tmp_path: Path):
    shutil.copytree(ROOT / "booking_app", tmp_path / "booking_app")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "booking_app" / "domain" / "impure.py").write_text(
        "import booking_app.services.booking\n"
    )

    checked = contracts_in(tmp_path)

    assert checked.returncode == 1
    assert "One way down BROKEN" in checked.stdout
    assert "The domain is pure BROKEN" in checked.stdout
