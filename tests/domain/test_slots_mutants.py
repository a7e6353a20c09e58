"""The comparison with the sweep notices when the engine is wrong.

Each mutant is a copy of the engine's source with one mistake in it, put to the same random cases.
A comparison that no longer noticed one of them would prove nothing about the engine either.
"""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from booking_app import domain
from tests.domain.slot_cases import Engine, random_case, swept_starts_of_each

SEEDS = range(50_000, 50_300)
COPY = "copied_domain"


@dataclass(frozen=True)
class Mutant:
    """A mistake: ``right``, which stands in ``module`` exactly once, becomes ``wrong``."""

    name: str
    module: str
    right: str
    wrong: str


MUTANTS = (
    Mutant(
        "no-after-buffer",
        "slots",
        "after=max(window_buffer, self.buffer_after_minutes)",
        "after=window_buffer",
    ),
    Mutant(
        "no-before-buffer",
        "slots",
        "before=max(window_buffer, self.buffer_before_minutes)",
        "before=window_buffer",
    ),
    Mutant(
        "no-window-buffer",
        "slots",
        "before=max(window_buffer, self.buffer_before_minutes)",
        "before=self.buffer_before_minutes",
    ),
    Mutant(
        "gap-is-the-sum-of-buffers",
        "busy_masks",
        "Gaps(max(self.before, neighbour_after), max(self.after, neighbour_before))",
        "Gaps(self.before + neighbour_after, self.after + neighbour_before)",
    ),
    Mutant(
        "neighbours-buffers-swapped",
        "busy_masks",
        "Gaps(max(self.before, neighbour_after), max(self.after, neighbour_before))",
        "Gaps(max(self.before, neighbour_before), max(self.after, neighbour_after))",
    ),
    Mutant(
        "neighbours-after-buffer-ignored",
        "busy_masks",
        "max(self.before, neighbour_after)",
        "self.before",
    ),
    Mutant(
        "odd-buffers-of-neighbours-not-rounded",
        "busy_masks",
        "elif before % cell or after % cell:",
        "elif False:",
    ),
    Mutant(
        "blocks-one-cell-too-many",
        "busy_masks",
        "width = (gap.before + duration + gap.after) // cell",
        "width = (gap.before + duration + gap.after) // cell + 1",
    ),
    Mutant(
        "blocks-one-cell-too-few",
        "busy_masks",
        "width = (gap.before + duration + gap.after) // cell",
        "width = (gap.before + duration + gap.after) // cell - 1",
    ),
    Mutant("hold-ignored", "slots", "if holds:", "if False:"),
    Mutant(
        "time-off-ignored",
        "busy_masks",
        "self.time_off = grid.mask_touching(time_off)",
        "self.time_off = 0",
    ),
    Mutant("notice-ignored", "free_starts", " + self.min_notice_minutes", ""),
    Mutant(
        "notice-counted-from-the-minute-before",
        "free_starts",
        "earliest = epoch_minute_up(now)",
        "earliest = epoch_minute(now)",
    ),
    Mutant(
        "advance-limit-excludes-its-last-minute",
        "free_starts",
        "self.max_advance_days * MINUTES_PER_DAY + 1",
        "self.max_advance_days * MINUTES_PER_DAY",
    ),
    Mutant(
        "repeated-hour-ignored",
        "local_time",
        "begins = max(wall_begins - segment.offset, segment.begins)",
        "begins = max(wall_begins - segment.offset, segment.begins,"
        " *(s.ends + s.offset - segment.offset for s in segments if s.ends <= segment.begins))",
    ),
    Mutant(
        "skipped-hour-offered",
        "local_time",
        "ends = min(wall_ends - segment.offset, segment.ends)",
        "ends = wall_ends - segment.offset if segment.begins < wall_ends - segment.offset"
        " else segment.begins",
    ),
    Mutant(
        "midnight-to-midnight-plus-minutes",
        "local_time",
        "    for segment in segments:\n        begins = max(wall_begins",
        "    for segment in segments[:1]:\n"
        "        segment = segment._replace(ends=2**40)\n"
        "        begins = max(wall_begins",
    ),
    Mutant(
        "grid-restarts-at-each-clock-change",
        "local_time",
        "if runs and runs[-1][1] == begins:",
        "if False:",
    ),
    Mutant(
        "24:00-is-a-minute-short",
        "local_time",
        "midnight + end_minute * 60",
        "midnight + min(end_minute, 1439) * 60",
    ),
    Mutant(
        "last-slot-of-a-window-missing",
        "start_masks",
        "count = (stop - first - duration) // stride + 1",
        "count = (stop - first - duration) // stride",
    ),
    Mutant(
        "slot-hangs-over-the-end-of-its-window",
        "start_masks",
        "count = (stop - first - duration) // stride + 1",
        "count = (stop - first - 1) // stride + 1",
    ),
    Mutant(
        "closed-part-blocks-starts-only",
        "start_masks",
        "smeared_back(grid.mask_touching(closed), duration // grid.cell_minutes)",
        "grid.mask_touching(closed)",
    ),
    Mutant(
        "valid-until-excluded",
        "availability",
        "day <= self.valid_until",
        "day < self.valid_until",
    ),
    Mutant("exception-adds-to-the-week", "availability", "return opened or [", "return opened + ["),
    Mutant(
        "closure-ends-a-day-early",
        "availability",
        "c.starts_on <= day <= c.ends_on",
        "c.starts_on <= day < c.ends_on",
    ),
)

MakeEngine = Callable[[Mutant | None], Engine]


@pytest.fixture
def copied_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeEngine]:
    """Copy the domain package under another name, with a mistake in it if one is given."""
    monkeypatch.syspath_prepend(tmp_path)

    def copy(mutant: Mutant | None) -> Engine:
        directory = tmp_path / COPY
        shutil.copytree(Path(domain.__file__).parent, directory)
        for path in directory.glob("*.py"):
            source = path.read_text("utf-8")
            if mutant is not None and path.stem == mutant.module:
                assert source.count(mutant.right) == 1, "the mutant no longer fits the source"
                source = source.replace(mutant.right, mutant.wrong)
            path.write_text(source.replace("booking_app.domain", COPY), "utf-8")
        names = ("availability", "busy_masks", "free_starts", "slots")
        return Engine(*(importlib.import_module(f"{COPY}.{name}") for name in names))

    yield copy
    for name in [name for name in sys.modules if name.split(".")[0] == COPY]:
        del sys.modules[name]


def test_the_engine_itself_passes_every_case(copied_engine: MakeEngine) -> None:
    engine = copied_engine(None)
    assert engine.slots.__file__ != Engine().slots.__file__
    assert _first_seed_that_differs(engine) is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_comparison_kills(mutant: Mutant, copied_engine: MakeEngine) -> None:
    assert _first_seed_that_differs(copied_engine(mutant)) is not None


def _first_seed_that_differs(engine: Engine) -> int | None:
    for seed in SEEDS:
        case = random_case(seed, engine)
        if engine.starts_of_each(case) != swept_starts_of_each(case):
            return seed
    return None
