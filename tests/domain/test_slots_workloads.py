"""The published workloads of the benchmark offer what was counted for them."""

import pytest

from bench.slot_workload import load_slot_workload


@pytest.mark.parametrize(("name", "distinct_starts"), [("w1", 120), ("w50", 1461)])
def test_the_workloads_offer_exactly_their_known_starts(name: str, distinct_starts: int) -> None:
    workload = load_slot_workload(name)
    found = workload.search(workload.prepared_diaries())
    assert len(found) == distinct_starts
    assert found == workload.sweep()
