"""The pages of docs/decisions."""

import re
from pathlib import Path

from tests.architecture.source import ROOT

DECISIONS = ROOT / "docs" / "decisions"


def problems_of(names: list[str]) -> list[str]:
    found = []
    seen: dict[str, str] = {}
    for name in sorted(names):
        numbered = re.fullmatch(r"(\d{4})(-[a-z0-9]+)+\.md", name)
        if not numbered:
            found.append(f"{name} is not called 0000-some-words.md")
        elif numbered[1] in seen:
            found.append(f"{name} has the number of {seen[numbered[1]]}")
        else:
            seen[numbered[1]] = name
    return found


def pages(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.md") if path.name != "README.md"]


def test_every_decision_has_a_number_of_its_own():
    assert pages(DECISIONS)
    assert problems_of(pages(DECISIONS)) == []


def test_a_number_used_twice_is_noticed():
    assert problems_of(["0001-a-thing.md", "0001-other.md", "Notes.md"]) == [
        "0001-other.md has the number of 0001-a-thing.md",
        "Notes.md is not called 0000-some-words.md",
    ]
