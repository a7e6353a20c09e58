"""Pytest plugin: records which requirement each marked test proves, and how it went.

It writes only where REQUIREMENTS_RECORD names a file, as `make test` does. There several
invocations of pytest add to one record; a test run by hand does not change what the whole run showed.
"""

import os
from pathlib import Path

import pytest

from tests.support.requirements_record import (
    REQUIREMENTS,
    MarkedTest,
    Record,
    listed_requirements,
    tree_digest,
)

DATABASE_FIXTURES = ("database_url", "blank_database_url")
TREE_CHANGED = "the tree changed during the run"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RequirementsRecorder(config), "requirements-recorder")


class RequirementsRecorder:
    def __init__(self, config: pytest.Config) -> None:
        self.is_worker = hasattr(config, "workerinput")
        self.record = os.environ.get("REQUIREMENTS_RECORD")
        self.known = set(listed_requirements(REQUIREMENTS.read_text()))
        self.tests: dict[str, MarkedTest] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note every marked case, before any is deselected."""
        for item in items:
            marks = [mark.args[0] for mark in item.iter_markers("requirement")]
            if unknown := set(marks) - self.known:
                msg = f"{item.nodeid}: no such requirement: {', '.join(sorted(unknown))}"
                raise pytest.UsageError(msg)
            if marks:
                self._note(item, sorted(set(marks)))

    def _note(self, item: pytest.Item, requirements: list[str]) -> None:
        used = [name for name in DATABASE_FIXTURES if name in getattr(item, "fixturenames", ())]
        test = self.tests.setdefault(
            item.nodeid.partition("[")[0], MarkedTest(requirements, bool(used))
        )
        test.outcomes[item.nodeid] = "not run"
        parameters = item.callspec.params if hasattr(item, "callspec") else {}  # pyright: ignore[reportAttributeAccessIssue]  parametrised functions only
        for name in used:
            if name in parameters:
                test.databases[item.nodeid] = parameters[name]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = self.tests.get(report.nodeid.partition("[")[0])
        if test is None and not self.is_worker:
            # Under xdist the workers collect; what was marked is learnt when they finish.
            test = self.tests.setdefault(report.nodeid.partition("[")[0], MarkedTest([], False))
        if test is not None and (report.when == "call" or not report.passed):
            test.outcomes[report.nodeid] = _worse(test.outcomes.get(report.nodeid), report.outcome)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what an xdist worker collected."""
        workeroutput = getattr(node, "workeroutput", {})
        for name, (requirements, uses_database, cases, databases) in workeroutput.get(
            "requirements", {}
        ).items():
            test = self.tests.setdefault(name, MarkedTest([], False))
            test.requirements, test.uses_database = requirements, uses_database
            test.databases |= databases
            for case in cases:
                test.outcomes.setdefault(case, "not run")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.is_worker:
            session.config.workeroutput["requirements"] = {  # pyright: ignore[reportAttributeAccessIssue]  xdist adds it
                name: [test.requirements, test.uses_database, list(test.outcomes), test.databases]
                for name, test in self.tests.items()
            }
        elif self.record:
            self._save(Path(self.record))

    def _save(self, path: Path) -> None:
        tree = tree_digest()
        record = Record.load(path) or Record(tree)
        if record.tree != tree:
            record.tree = TREE_CHANGED
        for name, test in self.tests.items():
            if test.requirements:
                record.merge(name, test)
        record.save(path)


def _worse(known: str | None, outcome: str) -> str:
    return known if known in {"failed", "skipped"} and outcome == "passed" else outcome
