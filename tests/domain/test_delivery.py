"""What becomes of a message: tried again on a schedule, and never without an end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_app.domain.delivery import (
    CHANNEL_PAUSE,
    MAX_TRIES,
    NextStep,
    OutboxState,
    Outcome,
    next_step,
    retry_delay,
)

NOW = datetime(2026, 7, 14, 8, 20, tzinfo=UTC)


def test_the_tries_come_after_1_5_and_30_minutes_2_hours_and_then_hourly():
    minutes = [retry_delay(tries) / timedelta(minutes=1) for tries in range(1, 12)]
    assert minutes == [1, 5, 30, 120, 60, 60, 60, 60, 60, 60, 60]


def test_the_first_try_is_number_one():
    with pytest.raises(ValueError, match="counted from 1"):
        retry_delay(0)


def test_a_message_that_went_out_is_sent():
    step = next_step(Outcome.SENT, tries=3, now=NOW, not_after=NOW)
    assert step == NextStep(OutboxState.SENT, 3)


def test_a_message_that_nobody_will_ever_take_is_dead_at_once():
    step = next_step(Outcome.DEAD, tries=1, now=NOW, not_after=None)
    assert step == NextStep(OutboxState.DEAD, 1)


def test_a_failure_that_may_pass_puts_the_message_back_in_the_queue():
    step = next_step(Outcome.RETRY, tries=2, now=NOW, not_after=NOW + timedelta(days=1))
    assert step == NextStep(OutboxState.QUEUED, 2, NOW + timedelta(minutes=5))


def test_the_twelfth_failure_is_the_last():
    step = next_step(Outcome.RETRY, tries=11, now=NOW, not_after=None)
    assert step.state is OutboxState.QUEUED
    step = next_step(Outcome.RETRY, tries=12, now=NOW, not_after=None)
    assert step == NextStep(OutboxState.DEAD, 12)


def test_a_message_whose_next_try_would_come_too_late_is_dead():
    in_time = next_step(
        Outcome.RETRY, tries=1, now=NOW, not_after=NOW + timedelta(minutes=1, seconds=1)
    )
    too_late = next_step(Outcome.RETRY, tries=1, now=NOW, not_after=NOW + timedelta(minutes=1))
    assert in_time.state is OutboxState.QUEUED
    assert too_late == NextStep(OutboxState.DEAD, 1)


def test_trouble_with_the_mail_server_costs_no_message_a_try():
    step = next_step(Outcome.CHANNEL, tries=12, now=NOW, not_after=None)
    assert step == NextStep(OutboxState.QUEUED, 11, NOW + CHANNEL_PAUSE)
    late = next_step(Outcome.CHANNEL, tries=1, now=NOW, not_after=NOW)
    assert late == NextStep(OutboxState.DEAD, 0)


@given(minutes_left=st.integers(0, 60 * 48))
def test_however_often_it_fails_a_message_comes_to_an_end_in_time(minutes_left):
    not_after = NOW + timedelta(minutes=minutes_left)
    now, tries, tried_at = NOW, 1, [NOW]
    while True:
        step = next_step(Outcome.RETRY, tries=tries, now=now, not_after=not_after)
        if step.due_at is None:
            break
        assert step.due_at > now
        now, tries = step.due_at, step.tries + 1
        tried_at.append(now)
    assert step.state is OutboxState.DEAD
    assert len(tried_at) <= MAX_TRIES
    assert all(at < not_after for at in tried_at[1:])
