"""Slot search: the engine against a plain interval sweep, over the same rows in memory."""

from bench.report import Report, times_faster
from bench.slot_workload import SlotWorkload, load_slot_workload
from booking_app.domain.local_time import offset_segments
from booking_app.domain.slots import Diary, shared_start_masks
from tests.domain import slot_sweep

ROUNDS = 41


def main() -> None:
    report = Report()
    fifty = load_slot_workload("w50")
    report.figure("slots_w50_cold", _cold(fifty), at_least=1.0)
    report.figure("slots_w50_warm", _warm(fifty), at_least=15.0)
    report.figure("slots_w50_first_of_a_type", _first_of_a_type(fifty))
    one = load_slot_workload("w1")
    report.figure("slots_w1_cold", _cold(one))
    report.figure("slots_w1_warm", _warm(one))
    report.finish()


def _cold(workload: SlotWorkload) -> list[float]:
    """From rows to starts, nothing prepared and nothing remembered on either side."""
    return times_faster(
        lambda: workload.search(workload.prepared_diaries()),
        workload.sweep,
        rounds=ROUNDS,
        before_each=_forget_everything,
    )


def _warm(workload: SlotWorkload) -> list[float]:
    """From prepared diaries, asked before; the sweep knows its windows and clocks by heart too."""
    diaries = workload.prepared_diaries()
    workload.search(diaries)
    return times_faster(lambda: workload.search(diaries), workload.sweep, rounds=ROUNDS)


def _first_of_a_type(workload: SlotWorkload) -> list[float]:
    """From prepared diaries that were never asked for an appointment type like this one."""
    prepared = workload.prepared_diaries()

    def search() -> list[int]:
        return workload.search([Diary(each.hours, each.busy) for each in prepared])

    return times_faster(
        search, workload.sweep, rounds=ROUNDS, before_each=shared_start_masks.cache_clear
    )


def _forget_everything() -> None:
    shared_start_masks.cache_clear()
    offset_segments.cache_clear()
    slot_sweep.forget()


if __name__ == "__main__":
    main()
