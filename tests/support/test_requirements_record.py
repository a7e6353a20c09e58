"""The report of what is proved must never flatter."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.requirements_record import (
    BUILT,
    REQUIREMENTS,
    ROOT,
    MarkedTest,
    Record,
    listed_requirements,
    tree_digest,
    verdict,
)

NAME = "tests/services/test_booking.py::test_a_hold"


def record_of(outcomes: dict[str, str], *, databases: tuple[str, ...] = ()) -> Record:
    cases = {f"{NAME}{case}": outcome for case, outcome in outcomes.items()}
    ran_on = dict(zip(cases, databases, strict=False))
    return Record("tree", {NAME: MarkedTest(["S2-3"], bool(databases), cases, ran_on)})


def said_of(record: Record | None, tree: str = "tree") -> str:
    return str(verdict("S2-3", record, tree))


def test_what_ran_and_passed_on_both_databases_is_ok():
    both = {"[sqlite]": "passed", "[postgresql]": "passed"}
    record = record_of(both, databases=("sqlite", "postgresql"))
    assert said_of(record) == f"S2-3 ok {NAME}"


def test_a_test_without_a_database_need_not_run_on_both():
    assert said_of(record_of({"": "passed"})) == f"S2-3 ok {NAME}"


@pytest.mark.parametrize("outcome", ["failed", "skipped", "not run"])
def test_one_case_that_did_not_pass_is_enough(outcome: str):
    record = record_of({"[1]": "passed", "[2]": outcome})
    assert said_of(record) == f"S2-3 MISSING ({NAME}[2] {outcome})"


def test_one_database_is_not_enough():
    record = record_of({"[sqlite]": "passed"}, databases=("sqlite",))
    assert said_of(record) == f"S2-3 MISSING ({NAME} not run on postgresql)"


def test_one_of_two_tests_is_not_enough():
    record = record_of({"": "passed"})
    record.tests["tests/e2e/test_book.py::test_b"] = MarkedTest(["S2-3"], False, {"b": "skipped"})
    assert said_of(record) == "S2-3 MISSING (tests/e2e/test_book.py::test_b b skipped)"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (None, "`make test` has not run yet"),
        (Record("another"), "the last `make test` was of another tree"),
        (Record("tree"), "no test is marked with it"),
    ],
)
def test_nothing_is_ok_without_a_run_of_this_tree(record: Record | None, reason: str):
    assert said_of(record) == f"S2-3 MISSING ({reason})"


def test_invocations_of_one_run_add_up():
    record = record_of({"[sqlite]": "passed", "[postgresql]": "not run"}, databases=("sqlite",))
    later = record_of({"[sqlite]": "not run", "[postgresql]": "passed"}, databases=("postgresql",))
    later.tests[NAME].databases = {f"{NAME}[postgresql]": "postgresql"}
    record.merge(NAME, later.tests[NAME])
    assert said_of(record) == f"S2-3 ok {NAME}"


def test_a_later_failure_is_not_forgotten():
    record = record_of({"": "passed"})
    record.merge(NAME, record_of({"": "failed"}).tests[NAME])
    assert said_of(record) == f"S2-3 MISSING ({NAME} failed)"


def test_the_record_survives_its_file(tmp_path: Path):
    record = record_of({"[sqlite]": "passed"}, databases=("sqlite",))
    record.save(tmp_path / "deep" / "record.json")
    assert Record.load(tmp_path / "deep" / "record.json") == record
    assert Record.load(tmp_path / "none.json") is None


def test_any_change_of_the_tree_is_noticed(tmp_path: Path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("assert True")
    digests = {tree_digest(tmp_path)}
    (tmp_path / "tests" / "test_a.py").write_text("assert 1")
    digests.add(tree_digest(tmp_path))
    (tmp_path / "tests" / "test_a.py").rename(tmp_path / "tests" / "test_b.py")
    digests.add(tree_digest(tmp_path))
    assert len(digests) == 3
    (tmp_path / "tests" / "__pycache__").mkdir()
    (tmp_path / "tests" / "__pycache__" / "test_b.pyc").write_text("compiled")
    assert tree_digest(tmp_path) in digests


def test_the_requirements_are_listed_once_and_in_their_order():
    listed = listed_requirements(REQUIREMENTS.read_text())
    assert len(listed) == len(set(listed)) == 143
    assert listed[0] == "S0-1"
    assert listed[-1] == "K-7"
    assert listed == sorted(listed, key=_chapter_and_number)


def _chapter_and_number(requirement: str) -> tuple[bool, str, int]:
    chapter, _, number = requirement.partition("-")
    return chapter == "K", chapter, int(number)


def test_what_is_said_to_be_built_is_a_requirement():
    built = BUILT.read_text().split()
    assert built
    assert set(built) <= set(listed_requirements(REQUIREMENTS.read_text()))


def test_an_unknown_id_is_an_error():
    asked = subprocess.run(
        [sys.executable, "-m", "scripts.requirements", "S0-1", "S9-9"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 2
    assert asked.stderr == "No such requirement: S9-9\n"


MARKED = """
import pytest

@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    return request.param

@pytest.mark.requirement("S0-1")
def test_passes(database_url):
    pass

@pytest.mark.requirement("S0-2")
def test_fails():
    assert False

@pytest.mark.requirement("S0-4")
@pytest.mark.slow
def test_is_left_out():
    pass

@pytest.mark.requirement("S0-9")
def test_breaks_after(request):
    request.addfinalizer(lambda: 1 / 0)
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_a_run_of_pytest_is_recorded(tmp_path: Path, workers: list[str]):
    (tmp_path / "test_marked.py").write_text(MARKED)
    (tmp_path / "conftest.py").write_text(
        "pytest_plugins = ['tests.support.requirements_plugin']\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n requirement(id):\n slow:\n")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "not slow", *workers, str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "REQUIREMENTS_RECORD": str(tmp_path / "record.json")},
        check=False,
        capture_output=True,
    )
    record = Record.load(tmp_path / "record.json")
    assert record is not None
    said = [str(verdict(each, record, record.tree)) for each in ("S0-1", "S0-2", "S0-4", "S0-9")]
    assert said == [
        "S0-1 ok test_marked.py::test_passes",
        "S0-2 MISSING (test_marked.py::test_fails failed)",
        "S0-4 MISSING (test_marked.py::test_is_left_out not run)",
        "S0-9 MISSING (test_marked.py::test_breaks_after failed)",
    ]
