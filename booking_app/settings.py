"""Everything an operator can configure from the environment, in one place."""

from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

INSECURE_KEY = "insecure-development-key-insecure"
MIN_KEY_BYTES = 32
MIN_KEY_CHARACTERS = 8
"""A key of random hexadecimal digits has some fifteen different ones."""
_LOCAL_SENDER = "clinic@localhost"


class Settings(BaseSettings):
    """Runtime settings, read from ``BOOKING_*`` variables and an optional ``.env``.

    Durations carry their unit in the name. Clinic policies that staff change
    while the app runs (notice, cut-offs, hold minutes) are rows in the database,
    not settings.
    """

    model_config = SettingsConfigDict(
        env_prefix="BOOKING_", env_file=".env", extra="ignore", frozen=True
    )

    environment: Literal["demo", "test", "production"] = "demo"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    public_url: str = ""
    """Where patients reach the app; links in mails start with it. Empty: http://localhost:<port>."""
    data_dir: Path = Path("var")
    database_url: str = ""
    """SQLAlchemy URL, ``postgresql+asyncpg://…`` or ``sqlite+aiosqlite:///…``. Empty: SQLite in data_dir."""
    database_pool_size: int = Field(default=10, ge=1, le=200)
    redis_url: str = ""
    secret_key: SecretStr = SecretStr(INSECURE_KEY)
    proxy_hops: int = Field(default=0, ge=0, le=10)
    """Number of own reverse proxies in front; the client address is taken that far from the right."""
    run_jobs_in_process: bool = True

    smtp_host: str = ""
    """Empty: mails stay in the mailbox page (demo only)."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_timeout_seconds: float = 20.0
    mail_from: str = _LOCAL_SENDER
    """Address only; the clinic's name is put before it. ORGANIZER of every invite."""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite:///")):
            msg = (
                "BOOKING_DATABASE_URL must start with postgresql+asyncpg:// or sqlite+aiosqlite:///"
            )
            raise ValueError(msg)
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value == _LOCAL_SENDER:
            return value
        try:
            return (
                validate_email(value, check_deliverability=False, test_environment=True).ascii_email
                or value
            )
        except EmailNotValidError:
            msg = "BOOKING_MAIL_FROM must be one plain address, like clinic@example.org"
            raise ValueError(msg) from None

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> Self:
        if self.environment == "demo" and not is_loopback(self.host):
            msg = (
                "The demo can be reached from this machine only, since everybody may read its"
                " mails: leave BOOKING_HOST as it is, or set BOOKING_ENVIRONMENT=production"
            )
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _production_is_safe(self) -> Self:
        if self.environment != "production":
            return self
        key = self.secret_key.get_secret_value()
        if (
            key == INSECURE_KEY
            or len(key.encode()) < MIN_KEY_BYTES
            or len(set(key)) < MIN_KEY_CHARACTERS
        ):
            msg = (
                f"BOOKING_SECRET_KEY must be set in production, {MIN_KEY_BYTES} random bytes or"
                " more, such as `openssl rand -hex 32` prints"
            )
            raise ValueError(msg)
        if not self.public_url.startswith("https://"):
            msg = "BOOKING_PUBLIC_URL must start with https:// in production; camera and cookies need it"
            raise ValueError(msg)
        if not self.smtp_host:
            msg = "BOOKING_SMTP_HOST must be set in production; patients get their link by mail"
            raise ValueError(msg)
        if self.smtp_tls == "none" and self.smtp_username:
            msg = "BOOKING_SMTP_TLS must be starttls or tls in production; the password would be readable"
            raise ValueError(msg)
        if self.mail_from == _LOCAL_SENDER:
            msg = "BOOKING_MAIL_FROM must be an address that can receive mail in production"
            raise ValueError(msg)
        return self

    @property
    def base_url(self) -> str:
        """Return the public address without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def database(self) -> str:
        """Return the database URL that is in force."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'booking.db'}"

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite")


def is_loopback(host: str) -> bool:
    """Tell whether whoever listens on ``host`` is heard on this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@lru_cache
def get_settings() -> Settings:
    """Return the settings, read once per process."""
    return Settings()
