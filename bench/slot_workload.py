"""The published slot workloads: clinicians, appointments and time off of a made-up clinic.

Monday to Friday 08:00-12:30 and 13:30-18:00, every fifth clinician on Saturdays too, 20 booked
quarters of an hour a day, two absences each. Slots of 30 minutes every 15, with 15 after them.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from booking_app.domain.availability import OpeningHours, WeeklyWindow
from booking_app.domain.busy_masks import BusyMasks
from booking_app.domain.free_starts import BookingLimits, FreeStarts
from booking_app.domain.slots import Diary, SlotRequest, grid_for
from booking_app.domain.timespan import instant_of
from tests.domain.slot_sweep import SweepDiary, sweep


@dataclass(frozen=True)
class SlotWorkload:
    """Rows as they would come from a database; spans are epoch minutes."""

    diaries: list[SweepDiary]
    request: SlotRequest
    limits: BookingLimits
    now: datetime
    first: int
    stop: int

    def prepared_diaries(self) -> list[Diary]:
        """Do what the engine does once for each change of a diary."""
        begins_at, ends_at = instant_of(self.first), instant_of(self.stop)
        grid = grid_for(begins_at, ends_at, self.request, [diary.hours for diary in self.diaries])
        return [
            Diary(diary.hours, BusyMasks(grid, diary.occupied, diary.time_off))
            for diary in self.diaries
        ]

    def search(self, diaries: list[Diary]) -> list[int]:
        """Return the starts at which anyone is free, as the engine finds them."""
        free = (diary.free_starts(self.request) for diary in diaries)
        together = FreeStarts.union(diaries[0].busy.grid, free)
        return list(together.within(self.limits, now=self.now))

    def sweep(self) -> list[int]:
        """Return the same, as an independent interval sweep finds them."""
        return sweep(
            self.diaries,
            self.request,
            self.limits,
            now=self.now,
            first=self.first,
            stop=self.stop,
        )


def load_slot_workload(name: str) -> SlotWorkload:
    """Return workload ``w1`` (one clinician) or ``w50`` (fifty), each over 60 days."""
    raw = json.loads((Path(__file__).parent / "workloads" / f"{name}.json").read_text("utf-8"))
    kind = raw["type"]
    return SlotWorkload(
        diaries=[
            SweepDiary(
                OpeningHours(
                    ZoneInfo(raw["tz"]), tuple(WeeklyWindow(*window) for window in each["windows"])
                ),
                [(begins // 60, ends // 60, 0, 0) for begins, ends in each["appts"]],
                [(begins // 60, ends // 60) for begins, ends in each["timeoff"]],
            )
            for each in raw["clinicians"]
        ],
        request=SlotRequest(
            kind["duration"], kind["step"], kind["buffer_before"], kind["buffer_after"]
        ),
        limits=BookingLimits(kind["min_notice"]),
        now=instant_of(raw["now"] // 60),
        first=raw["start"] // 60,
        stop=raw["end"] // 60,
    )
