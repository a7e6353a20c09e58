"""The engine offers what two independent searches find: an interval sweep and brute force."""

import pytest

from booking_app.domain.free_starts import FreeStarts
from booking_app.domain.slots import is_offered
from booking_app.domain.timespan import instant_of
from tests.domain.slot_brute_force import brute_force_starts
from tests.domain.slot_cases import Engine, random_case, swept_starts_of_each

CASES = 2400
CHUNKS = 24
ENGINE = Engine()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_engine_offers_exactly_what_the_sweep_finds(chunk: int) -> None:
    found = 0
    for seed in range(chunk, CASES, CHUNKS):
        case = random_case(seed)
        offered = ENGINE.starts_of_each(case)
        assert offered == swept_starts_of_each(case), f"seed {seed}"
        found += sum(map(len, offered))
    assert found > CASES // CHUNKS * 20, "cases that offer next to nothing prove nothing"


@pytest.mark.parametrize("chunk", range(8))
def test_engine_and_sweep_offer_what_every_single_minute_says(chunk: int) -> None:
    for seed in range(10_000 + chunk, 10_100, 8):
        case = random_case(seed, longest_hours=30)
        expected = [brute_force_starts(case, clinician) for clinician in case.clinicians]
        assert ENGINE.starts_of_each(case) == expected, f"engine, seed {seed}"
        assert swept_starts_of_each(case) == expected, f"sweep, seed {seed}"


def test_coarse_and_fine_cells_give_the_same_starts() -> None:
    coarse = 0
    for seed in range(20_000, 20_150):
        case = random_case(seed)
        found = ENGINE.free_starts_of_each(case)
        fine = ENGINE.free_starts_of_each(case, cell_minutes=1)
        assert [list(free) for free in found] == [list(free) for free in fine], f"seed {seed}"
        coarse += found[0].grid.cell_minutes == 5
    assert coarse > 50


def test_asking_for_one_start_under_the_lock_agrees_with_the_list() -> None:
    for seed in range(30_000, 30_060):
        case = random_case(seed, longest_hours=24)
        for clinician, starts in zip(case.clinicians, ENGINE.starts_of_each(case), strict=True):
            asked = {*starts, *range(case.first, case.stop, 35)}
            agreed = {
                minute
                for minute in asked
                if is_offered(
                    instant_of(minute),
                    case.request,
                    clinician.hours,
                    occupied=[*clinician.occupied, *clinician.holds],
                    time_off=clinician.time_off,
                    limits=case.limits,
                    now=case.now,
                )
            }
            assert agreed == set(starts), f"seed {seed}"


def test_days_counts_and_any_clinician_agree_with_the_plain_list() -> None:
    for seed in range(40_000, 40_150):
        case = random_case(seed)
        each = ENGINE.free_starts_of_each(case)
        together = FreeStarts.union(each[0].grid, each)
        starts = sorted({start for free in each for start in free})
        assert list(together) == starts
        assert len(together) == len(starts)

        zone = case.clinicians[0].hours.zone
        by_day: dict[object, list[int]] = {}
        for start in starts:
            by_day.setdefault(instant_of(start).astimezone(zone).date(), []).append(start)
        counts = together.counts_by_day(zone)
        assert counts == {day: len(found) for day, found in by_day.items()}
        for day in counts:
            assert list(together.on(day, zone)) == by_day[day]

        for start in range(case.first, case.stop, 13):
            assert [start in free for free in each] == [start in list(free) for free in each]
