"""What a server takes from the settings, and what it prints."""

import os
import socket

import pytest

from booking_app import serving
from booking_app.serving import PortInUse, require_free_port
from booking_app.settings import Settings
from tests.support.processes import free_port


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Stand in for the server itself, and remember what it was started with."""
    started: dict[str, object] = {}

    class Server:
        def __init__(self, **options: object) -> None:
            started.update(options)

        def serve(self) -> None:
            started["environment"] = dict(os.environ)

    monkeypatch.setattr("granian.server.Server", Server)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return started


def origins(served: dict[str, object]) -> list[str]:
    environment = served["environment"]
    assert isinstance(environment, dict)
    return environment["REFLEX_CORS_ALLOWED_ORIGINS"].split(",")


def test_only_its_own_addresses_may_open_its_socket(served: dict[str, object]):
    serving.serve(Settings(port=4000))
    assert origins(served) == ["http://localhost:4000", "http://127.0.0.1:4000"]


def test_in_production_only_the_public_address_may(served: dict[str, object]):
    serving.serve(
        Settings(
            environment="production",
            secret_key="0123456789abcdef" * 2,  # pyright: ignore[reportArgumentType]  pydantic wraps it
            public_url="https://book.clinic.example/",
            smtp_host="mail.clinic.example",
            mail_from="desk@clinic.example",
        )
    )
    assert origins(served) == ["https://book.clinic.example"]


def test_it_is_one_process_on_the_machine_itself(served: dict[str, object]):
    serving.serve(Settings())
    assert (served["workers"], served["address"], served["port"]) == (1, "127.0.0.1", 3000)


def test_a_port_that_just_was_in_use_can_be_taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            taken, _ = server.accept()
            taken.close()
            client.recv(1)
    require_free_port("127.0.0.1", port)


def test_a_server_that_shares_its_port_is_in_the_way_all_the_same():
    """Two servers of our kind would take turns on one port without either noticing."""
    port = free_port()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(PortInUse, match=f"PORT={port + 1}"):
            require_free_port("127.0.0.1", port)
