"""What the last `make test` proved of each requirement: the record, and the verdicts from it.

The record is written by `requirements_plugin` while the tests run and read by
`scripts/requirements.py`.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "var" / "requirements" / "last-run.json"
REQUIREMENTS = ROOT / "docs" / "product" / "requirements.md"
BUILT = ROOT / "docs" / "product" / "built.txt"

BOTH_DATABASES = frozenset({"sqlite", "postgresql"})
_LISTED = re.compile(r"^- \*\*(?P<id>[SK]\d*-\d+)\*\* ", re.MULTILINE)

# Everything that a test's outcome can hang on.
_TREE = (
    *("Makefile", "alembic", "alembic.ini", "assets", "bench", "booking_app", "pyproject.toml"),
    *("reflex.lock", "requirements.lock", "requirements-test.lock", "rxconfig.py"),
    *("scripts", "tests"),
)
_PRODUCED = ("__pycache__", "external")


@dataclass
class MarkedTest:
    """One test function that carries a requirement mark, over all its parameters."""

    requirements: list[str]
    uses_database: bool
    outcomes: dict[str, str] = field(default_factory=dict)
    """Outcome by node id; a collected case that was not run has ``not run``."""
    databases: dict[str, str] = field(default_factory=dict)
    """Which database a case ran on, by node id; only cases that use one."""

    def shortcoming(self) -> str | None:
        """Say why it proves nothing, or None when all of it ran and passed."""
        for case, outcome in self.outcomes.items():
            if outcome != "passed":
                return f"{case} {outcome}"
        if self.uses_database:
            absent = BOTH_DATABASES - set(self.databases.values())
            if absent:
                return f"not run on {', '.join(sorted(absent))}"
        return None


@dataclass
class Record:
    """The marked tests of one `make test`, by function, and the tree that it tested."""

    tree: str
    tests: dict[str, MarkedTest] = field(default_factory=dict)

    def merge(self, name: str, collected: MarkedTest) -> None:
        """Add what one invocation of pytest saw of a test; a case that ran replaces one that did not."""
        known = self.tests.setdefault(name, collected)
        for case, outcome in collected.outcomes.items():
            if outcome != "not run" or case not in known.outcomes:
                known.outcomes[case] = outcome
        known.databases |= collected.databases

    def save(self, path: Path = RECORD) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, sort_keys=True))

    @classmethod
    def load(cls, path: Path = RECORD) -> "Record | None":
        """Return the record, or None when there was no run yet."""
        if not path.exists():
            return None
        raw = json.loads(path.read_text())
        return cls(raw["tree"], {name: MarkedTest(**test) for name, test in raw["tests"].items()})


@dataclass(frozen=True)
class Verdict:
    id: str
    tests: tuple[str, ...]
    shortcoming: str | None

    @property
    def is_ok(self) -> bool:
        return self.shortcoming is None

    def __str__(self) -> str:
        if self.is_ok:
            return f"{self.id} ok {', '.join(self.tests)}"
        return f"{self.id} MISSING ({self.shortcoming})"


def listed_requirements(text: str) -> list[str]:
    """Return the ids of docs/product/requirements.md in their order."""
    return [match["id"] for match in _LISTED.finditer(text)]


def verdict(requirement: str, record: Record | None, tree: str) -> Verdict:
    """Say whether the last run of this very tree proves a requirement, and by which tests."""
    if record is None:
        return Verdict(requirement, (), "`make test` has not run yet")
    if record.tree != tree:
        return Verdict(requirement, (), "the last `make test` was of another tree")
    marked = {
        name: test
        for name, test in sorted(record.tests.items())
        if requirement in test.requirements
    }
    if not marked:
        return Verdict(requirement, (), "no test is marked with it")
    for name, test in marked.items():
        if shortcoming := test.shortcoming():
            where = "" if shortcoming.startswith(name) else f"{name} "
            return Verdict(requirement, tuple(marked), where + shortcoming)
    return Verdict(requirement, tuple(marked), None)


def tree_digest(root: Path = ROOT, parts: Iterable[str] = _TREE) -> str:
    """Return a hash of every file whose change could change the outcome of a test."""
    digest = hashlib.sha256()
    for part in parts:
        top = root / part
        files = [top] if top.is_file() else sorted(top.rglob("*"))
        for file in files:
            if not file.is_file() or any(name in file.parts for name in _PRODUCED):
                continue
            digest.update(f"{file.relative_to(root)}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
