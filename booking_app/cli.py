"""The `booking` command."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from booking_app.frontend import ROOT
from booking_app.settings import Settings, get_settings
from booking_app.setup_problem import SetupProblem

# What a command needs is imported inside it: the database layer and Reflex take half a second
# each, and `booking serve` is to show its first page soon.

cli = typer.Typer(
    help="Appointment booking and video visits for clinics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@cli.callback()
def _in_the_checkout() -> None:
    # Relative paths of the settings, and Reflex's own, are from here wherever one stands.
    os.chdir(ROOT)


@cli.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Instead of BOOKING_PORT.")] = None,
    host: Annotated[str | None, typer.Option(help="Instead of BOOKING_HOST.")] = None,
) -> None:
    """Bring everything up to date and serve the site until Ctrl-C."""
    if port is not None:
        os.environ["BOOKING_PORT"] = str(port)
    if host is not None:
        os.environ["BOOKING_HOST"] = host
    settings = _settings()
    with _sentences():
        from booking_app import frontend, serving, sole_process

        serving.require_free_port(settings.host, settings.port)
        with sole_process.claimed(settings):
            if frontend.is_stale():
                typer.echo("Building the pages (only when their sources have changed) ...")
                frontend.build()
            _upgrade(settings)
            if settings.environment == "demo":
                _seed()
            serving.serve(settings)


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = _settings()
    with _sentences():
        _upgrade(settings)
    typer.echo("The database has the newest schema.")


@cli.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Erase everything first.")] = False,
) -> None:
    """Write the demo clinic into the database, unless it is there."""
    settings = _settings()
    if settings.environment == "production":
        _fail("The demo clinic is not for production (BOOKING_ENVIRONMENT).")
    with _sentences():
        from booking_app import sole_process
        from booking_app.services import installation

        with sole_process.claimed(settings):
            _upgrade(settings)
            if reset:
                installation.erase(settings)
            written = _seed()
    typer.echo("The demo clinic is ready." if written else "The demo clinic was there already.")


@cli.command()
def worker() -> None:
    """Run the timed work apart from the web process (PostgreSQL; set BOOKING_REDIS_URL for all)."""
    settings = _settings()
    with _sentences():
        from booking_app import sole_process
        from booking_app.jobs import run_worker

        with sole_process.claimed(settings):
            asyncio.run(_until_stopped(run_worker()))


@cli.command("create-user")
def create_user(
    email: Annotated[str, typer.Argument(help="The address this person signs in with.")],
    name: Annotated[str, typer.Option(prompt=True, help="The name as colleagues see it.")],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="BOOKING_NEW_PASSWORD",
            help="Better typed, or in the variable, than on the command line.",
        ),
    ],
    role: Annotated[str, typer.Option(help="What this person may do.")] = "admin",
    clinic: Annotated[str, typer.Option(help="The clinic's short name in addresses.")] = "",
) -> None:
    """Create a member of staff who can sign in."""
    _settings()
    with _sentences():
        from booking_app.clock import utc_now
        from booking_app.services import installation, staff

        installation.run(
            lambda: staff.create_user(
                clinic=clinic, email=email, name=name, role=role, password=password, now=utc_now()
            )
        )
    typer.echo(f"{email} can sign in.")


@cli.command()
def doctor() -> None:
    """Say what is wrong with this installation, one line each; the exit code is 1 if anything is."""
    try:
        settings = get_settings()
    except ValidationError as refusal:
        for line in _sentences_of(refusal):
            typer.echo(f"settings: {line}")
        raise typer.Exit(1) from None

    from booking_app.clock import utc_now
    from booking_app.services import installation

    problems = installation.run(lambda: installation.list_problems(settings, utc_now))
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("Settings, data folder, database and mail are in order.")


async def _until_stopped(work: Coroutine[object, object, None]) -> None:
    """Run the work until SIGINT or SIGTERM asks it to stop, and let it put away what it holds."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    typer.echo("Working until Ctrl-C.")
    with suppress(asyncio.CancelledError):
        await task


def _settings() -> Settings:
    try:
        return get_settings()
    except ValidationError as refusal:
        _fail("\n".join(_sentences_of(refusal)))


def _sentences_of(refusal: ValidationError) -> list[str]:
    """Return each wrong setting as a sentence, without the value: it may be a secret."""
    lines = []
    for error in refusal.errors(include_url=False, include_input=False):
        message = error["msg"].removeprefix("Value error, ")
        variable = "".join(f"BOOKING_{part}".upper() for part in error["loc"][:1])
        named = message if "BOOKING_" in message else f"{variable}: {message}"
        lines.append(named)
    return lines


def _upgrade(settings: Settings) -> None:
    from booking_app.services import installation

    installation.upgrade(settings)


def _seed() -> bool:
    from booking_app import demo
    from booking_app.clock import utc_now
    from booking_app.services import installation

    return installation.run(lambda: demo.seed(now=utc_now()))


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what an operator can put right into one sentence and exit code 1."""
    try:
        yield
    except SetupProblem as problem:
        _fail(str(problem))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    sys.exit(cli())
