"""Slot search over the database: 50 clinicians, 60 days, a million visits, cold and warm.

Cold is a process that has just started: hours and diaries come out of the database and are
drawn. Warm is every search after it: what can be booked, the live holds, and one ``rev`` for each
clinician. Both must find what a plain interval sweep finds in the rows it is given in memory.
"""

import asyncio

from bench.clinic_of_fifty import TYPE, install
from bench.databases import empty_database
from bench.report import Report, ResultsDiffer, times_faster
from bench.slot_workload import SlotWorkload, load_slot_workload
from booking_app.db import session
from booking_app.db.session import reading
from booking_app.domain.local_time import offset_segments
from booking_app.domain.slots import shared_start_masks
from booking_app.services import prepared_diaries
from booking_app.services.free_time import find_free_time, read_published

KINDS = ("sqlite", "postgresql")
ROUNDS = 15
ZONE = "Europe/London"


def main() -> None:
    report = Report()
    workload = load_slot_workload("w50")
    for kind in KINDS:
        with empty_database(kind) as url:
            _measure(report, workload, kind, url)
    report.finish()


def _measure(report: Report, workload: SlotWorkload, kind: str, url: str) -> None:
    session.configure(url)
    with asyncio.Runner() as loop:
        organization_id = loop.run(install(workload, zone=ZONE))

        def warm() -> list[int]:
            return loop.run(_search(organization_id, workload))

        def cold() -> list[int]:
            prepared_diaries.forget()
            shared_start_masks.cache_clear()
            offset_segments.cache_clear()
            return warm()

        _require_same(cold(), workload.sweep())
        name = f"search_50x60_among_a_million_{kind}"
        report.figure(f"{name}_warm_to_cold", times_faster(warm, cold, rounds=ROUNDS))
        report.figure(f"{name}_cold_to_sweep", times_faster(cold, workload.sweep, rounds=ROUNDS))
        report.figure(f"{name}_warm_to_sweep", times_faster(warm, workload.sweep, rounds=ROUNDS))
        loop.run(session.dispose())


async def _search(organization_id: int, workload: SlotWorkload) -> list[int]:
    """Return the starts at which anyone is free, within the days of the workload."""
    now = workload.now
    async with reading() as rx:
        published = await read_published(
            rx, organization_id=organization_id, type_slug=TYPE, now=now
        )
        (kind,) = published.types
        free = await find_free_time(rx, published, kind, published.bookables, now=now)
    (place,) = free.places
    return list(free.at(place).between(workload.first, workload.stop))


def _require_same(found: list[int], expected: list[int]) -> None:
    if found != expected:
        raise ResultsDiffer(f"{len(found)} starts instead of {len(expected)}")


if __name__ == "__main__":
    main()
