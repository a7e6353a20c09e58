"""The timetable: which service runs when. Jobs decide nothing themselves."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from booking_app import clock
from booking_app.services import housekeeping, outbox, reminders, retention
from booking_app.settings import get_settings

log = logging.getLogger(__name__)

Job = Callable[..., Awaitable[int]]
"""A service that takes ``now`` and returns how many rows it touched.

Every job may run late, twice, or in two processes at once and still be right:
it looks for what is due in the database and claims it there.
"""

TIMETABLE: tuple[tuple[str, Job, timedelta], ...] = (
    ("deliver-messages", outbox.deliver_due, timedelta(seconds=5)),
    ("expire-holds", housekeeping.expire_holds, timedelta(seconds=30)),
    ("plan-reminders", reminders.plan_reminders, timedelta(seconds=60)),
    ("erase-drafts", housekeeping.erase_drafts, timedelta(minutes=10)),
    ("seal-audit", housekeeping.seal_audit, timedelta(minutes=5)),
    ("forget", retention.forget, timedelta(hours=6)),
)


async def run_job(name: str, job: Job) -> None:
    """Run one job to its end; a failure is logged and waits for the next turn."""
    try:
        touched = await job(now=clock.utc_now())
    except Exception:
        log.exception("job %s failed", name)
    else:
        log.debug("job %s touched %d rows", name, touched)


@asynccontextmanager
async def running_scheduler() -> AsyncGenerator[None]:
    """Run the whole timetable for the length of a ``with`` block."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        # Late is fine and twice is pointless: a job that was held up runs once, when it can.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, job, every in TIMETABLE:
        trigger = IntervalTrigger(seconds=int(every.total_seconds()))
        scheduler.add_job(partial(run_job, name, job), trigger, id=name, name=name)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@asynccontextmanager
async def web_process_jobs() -> AsyncGenerator[None]:
    """Carry the timetable in the web process too, where settings ask for it."""
    if get_settings().run_jobs_in_process:
        async with running_scheduler():
            yield
    else:
        yield


async def run_worker() -> None:
    """Carry the timetable alone in this process, until it is stopped."""
    async with running_scheduler():
        await asyncio.Event().wait()
