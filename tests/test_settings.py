"""Settings that would be unsafe are refused at start, in a sentence that names the variable."""

import pytest
from pydantic import ValidationError

from booking_app.settings import Settings

SAFE = {
    "environment": "production",
    "secret_key": "0123456789abcdef0123456789abcdef",
    "public_url": "https://visits.clinic.example",
    "smtp_host": "mail.clinic.example",
    "mail_from": "visits@clinic.example",
}


def refusal_of(**values: object) -> str:
    with pytest.raises(ValidationError) as refusal:
        Settings(**values)  # pyright: ignore[reportArgumentType]  what an operator may write
    return str(refusal.value)


def test_production_with_everything_set_is_accepted():
    assert Settings(**SAFE).is_https  # pyright: ignore[reportArgumentType]  as above


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret_key": "short"}, "BOOKING_SECRET_KEY"),
        ({"secret_key": "a" * 40}, "BOOKING_SECRET_KEY"),
        ({"secret_key": "insecure-development-key-insecure"}, "BOOKING_SECRET_KEY"),
        ({"public_url": "http://visits.clinic.example"}, "BOOKING_PUBLIC_URL"),
        ({"public_url": ""}, "BOOKING_PUBLIC_URL"),
        ({"smtp_host": ""}, "BOOKING_SMTP_HOST"),
        ({"smtp_tls": "none", "smtp_username": "clinic"}, "BOOKING_SMTP_TLS"),
        ({"mail_from": "clinic@localhost"}, "BOOKING_MAIL_FROM"),
        ({"mail_from": "garbage"}, "BOOKING_MAIL_FROM"),
        ({"database_url": "mysql://somewhere"}, "BOOKING_DATABASE_URL"),
        ({"port": 99_999_999}, "port"),
        ({"proxy_hops": -1}, "proxy_hops"),
    ],
)
def test_what_is_missing_or_unsafe_in_production_is_named(changes, named):
    assert named in refusal_of(**(SAFE | changes))


def test_the_demo_is_reached_from_its_own_machine_only():
    assert "BOOKING_HOST" in refusal_of(environment="demo", host="192.0.2.1")
    for host in ("127.0.0.1", "::1", "localhost"):
        assert Settings(environment="demo", host=host).host == host
