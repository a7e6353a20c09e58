"""A clock that a test sets, for handlers that read it themselves."""

from collections.abc import Callable
from datetime import datetime

import pytest

from booking_app import clock
from tests.factories import NOW


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Stop the clock at NOW; call it to stop it somewhere else."""

    def stop_at(moment: datetime) -> None:
        monkeypatch.setattr(clock, "_read", lambda: moment)

    stop_at(NOW)
    return stop_at
