"""An installation as a whole: its schema brought up to date, its health looked at."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from booking_app.db import migrate, session
from booking_app.db.queries import installation as queries
from booking_app.domain.delivery import Outcome
from booking_app.services import housekeeping
from booking_app.settings import Settings
from booking_app.setup_problem import SetupProblem

CLOCK_TOLERANCE = timedelta(seconds=1)
ANSWER_SECONDS = 5.0

Result = TypeVar("Result")
Check = Callable[[Settings, Callable[[], datetime]], Awaitable[str | None]]


class DatabaseUnreachable(SetupProblem):
    """The database of the settings does not answer; the message says why."""


def upgrade(settings: Settings) -> None:
    """Bring the database to the newest schema with every guard in force. Call outside of a loop.

    Raises:
        DatabaseUnreachable: there is no database at the address of the settings.
    """
    try:
        if not run(_is_up_to_date):
            migrate.upgrade_to_head(settings.database)
    except (SQLAlchemyError, OSError) as refusal:
        msg = f"The database cannot be reached: {_in_one_line(refusal)}"
        raise DatabaseUnreachable(msg) from refusal


def erase(settings: Settings) -> None:
    """Delete everything and leave an empty database of the newest schema. Call outside of a loop."""
    migrate.downgrade_to(settings.database, "base")
    migrate.upgrade_to_head(settings.database)


def run(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run a use case from a command, which has no loop, and leave no connection open."""

    async def run_and_disconnect() -> Result:
        try:
            return await work()
        finally:
            await session.dispose()

    return asyncio.run(run_and_disconnect())


async def list_problems(settings: Settings, read_clock: Callable[[], datetime]) -> list[str]:
    """Return what keeps this installation from working, one sentence each; empty when healthy."""
    found = [await check(settings, read_clock) for check in _CHECKS]
    return [problem for problem in found if problem]


async def _is_up_to_date() -> bool:
    async with session.reading() as connection:
        revision = await queries.find_revision(connection)
        return revision == migrate.head() and not await queries.list_missing_guards(connection)


async def _check_data_folder(settings: Settings, _read_clock: Callable[[], datetime]) -> str | None:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as refusal:
        return f"data folder: {folder} cannot be written ({_in_one_line(refusal)})"
    if shutil.disk_usage(folder).free < 100 * 1024 * 1024:
        return f"data folder: less than 100 MB are free in {folder.resolve()}"
    return None


async def _check_database(settings: Settings, read_clock: Callable[[], datetime]) -> str | None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            problem = await _problem_of_database(settings, read_clock)
    except TimeoutError:
        return f"database: no answer within {ANSWER_SECONDS:.0f} s"
    except (SQLAlchemyError, OSError) as refusal:
        return f"database: cannot be reached ({_in_one_line(refusal)})"
    return problem or await _problem_of_audit_record()


async def _problem_of_audit_record() -> str | None:
    line = await housekeeping.find_broken_seal()
    if line is None:
        return None
    return f"audit record: line {line} was changed after it was sealed, or a line before it is gone"


async def _problem_of_database(
    settings: Settings, read_clock: Callable[[], datetime]
) -> str | None:
    if settings.is_sqlite and not _sqlite_file(settings).exists():
        return "database: not made yet; run `booking migrate`"
    async with session.reading() as connection:
        revision = await queries.find_revision(connection)
        newest = migrate.head()
        if revision != newest:
            return f"database: its schema is {revision or 'empty'}, not {newest}; run `booking migrate`"
        if missing := await queries.list_missing_guards(connection):
            return f"database: guards are missing ({', '.join(missing)}); run `booking migrate`"
        asked_at = read_clock()
        server_time = await queries.find_server_time(connection)
        answered_at = read_clock()
    if server_time is None:
        return None
    # The true difference is unknown by as long as the question took.
    apart = max(asked_at - server_time, server_time - answered_at)
    if apart > CLOCK_TOLERANCE:
        return f"clock: this machine's and the database server's are {apart.total_seconds():.1f} s apart"
    return None


async def _check_mail(settings: Settings, _read_clock: Callable[[], datetime]) -> str | None:
    from booking_app.adapters import mail  # the start does without it

    if not mail.is_configured(settings):
        return None
    tried = await mail.check_connection(settings)
    if tried.outcome is Outcome.SENT:
        return None
    return f"mail: {tried.error} ({settings.smtp_host}:{settings.smtp_port})"


_CHECKS: tuple[Check, ...] = (_check_data_folder, _check_database, _check_mail)


def _sqlite_file(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite+aiosqlite:///"))


def _in_one_line(refusal: BaseException) -> str:
    cause = getattr(refusal, "orig", None) or refusal
    return " ".join(str(cause).split()) or type(cause).__name__
