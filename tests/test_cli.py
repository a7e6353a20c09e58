"""The `booking` command, as an operator meets it."""

import os
import re
import shutil
import signal
import socket
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from booking_app import clock
from booking_app.cli import cli
from booking_app.db import session
from booking_app.frontend import ROOT
from booking_app.services import booking as booking_service
from booking_app.services import housekeeping, installation
from booking_app.settings import get_settings
from booking_app.sole_process import claimed
from tests.factories import NOW, a_clinic, a_visitor
from tests.support import processes
from tests.support.mail_server import running_mail_server
from tests.support.processes import free_port


@pytest.fixture(autouse=True)
def operator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Stand in an empty folder with settings of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOOKING_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    # What an option says is handed on to the server's processes in their environment.
    with mock.patch.dict(os.environ):
        yield
    installation.run(session.dispose)
    get_settings.cache_clear()


def booking(*arguments: str) -> Result:
    get_settings.cache_clear()
    return CliRunner().invoke(cli, arguments)


def execute(url: str, *statements: str) -> None:
    async def run() -> None:
        session.configure(url)
        async with session.transaction() as tx:
            for statement in statements:
                await tx.execute(text(statement))

    installation.run(run)


def names_of_clinics(url: str) -> list[str]:
    async def run() -> list[str]:
        session.configure(url)
        async with session.reading() as rx:
            return list((await rx.execute(text("select name from organization"))).scalars())

    return installation.run(run)


def use(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"BOOKING_{name.upper()}", value)


def test_migrate_brings_an_empty_database_to_the_newest_schema(
    blank_database_url: str, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, database_url=blank_database_url)
    assert booking("doctor").exit_code == 1
    assert booking("migrate").exit_code == 0
    assert booking("doctor").exit_code == 0
    assert booking("migrate").exit_code == 0


def test_doctor_finds_nothing_wrong_with_a_sound_installation(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    with running_mail_server() as server:
        use(monkeypatch, database_url=database_url, smtp_host="127.0.0.1", smtp_tls="none")
        use(monkeypatch, smtp_port=str(server.port), mail_from="desk@clinic.example")
        said = booking("doctor")
    assert said.output == "Settings, data folder, database and mail are in order.\n"
    assert said.exit_code == 0


def test_doctor_says_that_the_schema_is_missing(
    blank_database_url: str, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, database_url=blank_database_url)
    said = booking("doctor")
    assert re.fullmatch(r"database: .*run `booking migrate`\n", said.output)
    assert said.exit_code == 1


def test_doctor_says_that_the_guard_against_double_booking_is_missing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    is_sqlite = database_url.startswith("sqlite")
    guard = "slot_no_overlap_insert" if is_sqlite else "ex_slot_no_overlap"
    execute(
        database_url,
        f"drop trigger {guard}" if is_sqlite else f"alter table slot drop constraint {guard}",
    )
    use(monkeypatch, database_url=database_url)
    said = booking("doctor")
    assert guard in said.output
    assert said.exit_code == 1
    assert booking("migrate").exit_code == 0
    assert booking("doctor").exit_code == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_doctor_says_that_the_audit_record_was_changed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    async def hold_and_seal() -> None:
        session.configure(database_url)
        made = await a_clinic()
        await booking_service.hold_slot(
            visitor=a_visitor(), choice=made.choice(), chosen=made.chosen("09:30"), now=NOW
        )
        await housekeeping.seal_audit(now=NOW)

    use(monkeypatch, database_url=database_url)
    installation.run(hold_and_seal)
    assert booking("doctor").exit_code == 0
    execute(
        database_url,
        "set session_replication_role = replica",  # as somebody who owns the database can
        "update audit_event set action = 'nothing'",
    )
    said = booking("doctor")
    assert said.output.startswith("audit record: line 1 was changed after it was sealed")
    assert said.exit_code == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("apart", [timedelta(seconds=90), timedelta(seconds=-90)])
def test_doctor_says_that_the_clocks_differ(
    database_url: str, apart: timedelta, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, database_url=database_url)
    right = clock.utc_now
    monkeypatch.setattr(clock, "utc_now", lambda: right() + apart)
    said = booking("doctor")
    assert re.fullmatch(r"clock: .* are (89|90)\.\d s apart\n", said.output)
    assert said.exit_code == 1


def test_doctor_says_that_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, database_url=f"postgresql+asyncpg://clinic@127.0.0.1:{free_port()}/clinic")
    said = booking("doctor")
    assert said.output.startswith("database: cannot be reached")
    assert said.output.count("\n") == 1
    assert said.exit_code == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_doctor_says_that_the_mail_server_does_not_answer(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    port = free_port()
    use(monkeypatch, database_url=database_url, smtp_host="127.0.0.1", smtp_port=str(port))
    said = booking("doctor")
    assert said.output == (
        f"mail: We cannot connect to the mail server (ConnectionRefusedError) (127.0.0.1:{port})\n"
    )
    assert said.exit_code == 1


@pytest.mark.parametrize("command", ["doctor", "migrate", "serve"])
def test_unsafe_settings_are_refused_with_a_sentence_that_hides_them(
    command: str, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, environment="production", secret_key="too short to be safe")
    said = booking(command)
    assert "BOOKING_SECRET_KEY must be set in production" in said.output
    assert "too short" not in said.output
    assert "Traceback" not in said.output
    assert said.exit_code == 1


def test_a_setting_of_the_wrong_kind_is_named(monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, port="three")
    said = booking("doctor")
    assert said.output.startswith("settings: BOOKING_PORT: ")
    assert said.exit_code == 1


def test_serve_refuses_a_port_in_use(monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = booking("serve", "--port", str(port))
    assert said.output == (
        f"Port {port} of 127.0.0.1 cannot be used (Address already in use):"
        f" choose another with PORT={port + 1}.\n"
    )
    assert said.exit_code == 1


@pytest.mark.parametrize("command", ["serve", "worker", "demo"])
def test_a_second_process_is_refused(
    command: str, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, database_url=database_url, port=str(free_port()))
    get_settings.cache_clear()
    with claimed(get_settings()):
        said = booking(command)
    assert said.output.startswith("Another process is using")
    assert said.exit_code == 1


def test_the_demo_is_not_for_production(monkeypatch: pytest.MonkeyPatch):
    use(
        monkeypatch,
        environment="production",
        secret_key="0123456789abcdef" * 2,
        public_url="https://clinic.example",
        smtp_host="mail.clinic.example",
        mail_from="desk@clinic.example",
    )
    said = booking("demo", "--reset")
    assert said.output == "The demo clinic is not for production (BOOKING_ENVIRONMENT).\n"
    assert said.exit_code == 1


def test_reset_puts_the_demo_back(database_url: str, monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, environment="demo", database_url=database_url)
    installation.run(a_clinic)
    assert names_of_clinics(database_url) not in ([], ["Marlow Street Clinic"])
    assert booking("demo", "--reset").output == "The demo clinic is ready.\n"
    assert names_of_clinics(database_url) == ["Marlow Street Clinic"]
    assert booking("demo").output == "The demo clinic was there already.\n"
    assert booking("doctor").exit_code == 0


def test_a_member_of_staff_is_created(database_url: str, monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, database_url=database_url, new_password="a password nobody guesses")
    session.configure(database_url)
    installation.run(a_clinic)
    created = booking("create-user", "sam@clinic.example", "--name", "Sam Reed")
    assert created.output == "sam@clinic.example can sign in.\n"
    assert created.exit_code == 0
    again = booking("create-user", "SAM@clinic.example", "--name", "Sam Reed")
    assert "is a user of this clinic already" in again.output
    assert again.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sam@clinic.example", "--clinic", "nowhere"], "There is no clinic called 'nowhere'"),
        (["sam", "--clinic", ""], "sam"),
        (["sam@clinic.example", "--role", "owner"], "The role must be one of"),
        (["sam@clinic.example", "--password", "short"], "12"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_member_of_staff_is_refused_with_a_sentence(
    arguments: list[str], sentence: str, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, database_url=database_url, new_password="a password nobody guesses")
    installation.run(a_clinic)
    refused = booking("create-user", "--name", "Sam Reed", *arguments)
    assert sentence in refused.output
    assert refused.output.count("\n") == 1
    assert "Traceback" not in refused.output
    assert refused.exit_code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_works_until_it_is_stopped(
    database_url: str, number: signal.Signals, tmp_path: Path
):
    environment = {"BOOKING_DATABASE_URL": database_url, "BOOKING_DATA_DIR": str(tmp_path)}
    worker = processes.start(
        [processes.BOOKING, "worker"], environment=environment, log=tmp_path / "worker.log"
    )
    give_up_at = time.monotonic() + 60
    while "Working" not in worker.output():
        assert time.monotonic() < give_up_at, worker.output()
        time.sleep(0.02)
    assert worker.interrupt(number) < processes.STOP_SECONDS
    assert worker.process.returncode == 0
    assert "Traceback" not in worker.output()


def test_a_relative_folder_is_meant_from_the_checkout(monkeypatch: pytest.MonkeyPatch):
    """It must not depend on where the command was typed."""
    folder = ROOT / "var" / f"test-{free_port()}"
    use(monkeypatch, data_dir=str(folder.relative_to(ROOT)))
    try:
        assert booking("migrate").exit_code == 0
        assert (folder / "booking.db").exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
